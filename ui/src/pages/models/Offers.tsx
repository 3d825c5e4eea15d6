import type { Schemas } from '../../api/client';
import { Button } from '../../design/controls';
import { Failure } from '../../design/states';
import { ChangeRefused } from './ChangeRefused';
import { type Active, withProvider } from './document';
import { useChange, useUnlock } from './queries';
import { KINDS } from './kinds';

/** What was found on this machine. Nothing of it is used before somebody says so. */
export function Offers({ offers, active }: { offers: Schemas['Offer'][]; active: Active }) {
  return (
    <div>
      <h2 className="font-semibold">Found on this machine</h2>
      <ul className="mt-2 divide-y divide-line rounded-card border border-line bg-sheet">
        {offers.map((each) => (
          <li key={each.name} className="px-4 py-3">
            <Offered offer={each} active={active} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Offered({ offer: { name, kind, why, base_url, variable }, active }: { offer: Schemas['Offer']; active: Active }) {
  const change = useChange();
  const unlock = useUnlock();
  const { title } = KINDS[kind];
  const add = async () => {
    const provider = { kind, base_url, credential: variable === null ? null : name };
    await change.mutateAsync({ document: withProvider(active.routing, name, provider), after: active.version?.version ?? 0 });
    if (variable !== null) await unlock.mutateAsync({ name, value: null });
  };
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <p className="min-w-0 flex-1 basis-60">
          <span className="font-medium">{title}</span>
          <span className="block text-sm break-words text-soft">{why}</span>
        </p>
        <Button disabled={change.isPending || unlock.isPending} onClick={() => void add().catch(() => undefined)}>
          {variable === null ? `Add ${title}` : `Add ${title} with this key`}
        </Button>
      </div>
      {change.error !== null && <ChangeRefused error={change.error} />}
      {unlock.error !== null && <Failure error={unlock.error} />}
    </>
  );
}

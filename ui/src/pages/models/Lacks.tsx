import type { Schemas } from '../../api/client';
import { Button } from '../../design/controls';

type Lack = Schemas['ListedProvider']['lacks'][number];

interface LacksProps {
  provider: Schemas['ListedProvider'];
  busy: boolean;
  /** Give its key a name, so that one can be put in. */
  giveKey: () => void;
}

/** What keeps a provider from being called; the mend is the field or the button right there. */
export function Lacks({ provider: { name, lacks }, busy, giveKey }: LacksProps) {
  if (lacks.length === 0) return null;
  const said: Record<Lack, string> = {
    credential: 'It needs a key.',
    key: 'Its key is missing: put it in below.',
    model: 'It has no model yet: add one below.',
  };
  return (
    <ul className="mx-4 mt-2 space-y-1 text-sm">
      {lacks.map((each) => (
        <li key={each} className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <span className="text-amber">{said[each]}</span>
          {each === 'credential' && (
            <Button aria-label={`Give ${name} a key`} disabled={busy} onClick={giveKey}>
              Give it one
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}

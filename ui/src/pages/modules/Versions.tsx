import { Link } from '@tanstack/react-router';

import type { Schemas } from '../../api/client';
import { Button, Hash, State } from '../../design/controls';
import { Moment } from '../../design/Moment';
import { Failure, Loading } from '../../design/states';
import { useVersions, type Move } from './queries';
import { Who } from './Who';

interface VersionsProps {
  module: string;
  go: (to: Move) => void;
  busy: boolean;
}

/** Every version that was approved, and each time the module moved from one to another. */
export function Versions({ module, go, busy }: VersionsProps) {
  const { data, error, refetch } = useVersions(module);
  if (error !== null && data === undefined) return <Failure error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Loading />;
  const active = data.items.find((each) => each.active)?.number ?? 0;
  return (
    <section aria-label="Versions" className="space-y-6">
      <ul className="divide-y divide-line overflow-hidden rounded-card border border-line bg-sheet">
        {data.items.map((each) => (
          <Version key={each.number} module={module} version={each} active={active} go={go} busy={busy} />
        ))}
      </ul>
      <div>
        <h2 className="font-semibold">Moves</h2>
        <ol className="mt-1 divide-y divide-line text-sm">
          {data.moves.map((move) => (
            <li key={move.at} className="flex flex-wrap gap-x-3 py-1.5">
              <span className="flex-1">
                {move.kind === 'installed' ? 'Installed' : 'Rolled back to'} version {move.version}
              </span>
              <span className="text-soft">
                <Moment at={move.at} /> by <Who id={move.actor} />
              </span>
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}

function Version({ module, version, active, go, busy }: VersionsProps & { version: Schemas['Version']; active: number }) {
  const { number } = version;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2.5">
      <span className="min-w-0 flex-1 basis-60">
        <span className="font-medium">Version {number}</span> <Hash of={version.bundle_sha256} label="SHA-256 of the bundle" />
        <span className="block text-sm text-soft">
          Approved <Moment at={version.created_at} /> by <Who id={version.created_by} />
        </span>
      </span>
      {version.active ? (
        <State tone="green">Active</State>
      ) : (
        <>
          <Link
            to="/modules/$module/$section"
            params={{ module, section: 'changes' }}
            search={{ against: Math.min(number, active), version: Math.max(number, active) }}
            className="text-sm underline"
          >
            Compare
          </Link>
          <Button disabled={busy} onClick={() => go({ version: number, was: active })}>
            {number < active ? `Roll back to version ${number}` : `Install version ${number}`}
          </Button>
        </>
      )}
    </li>
  );
}

import type { Schemas } from '../../api/client';
import { useScrollStop } from '../../design/useScrollStop';
import { Empty, Failure, Loading } from '../../design/states';
import { Choice } from './Choice';
import { useChanges, useVersions } from './queries';
import { useChosen } from './useChosen';

/** What one version changes against another, file by file. */
export function Changes({ module, active }: { module: string; active: number }) {
  const { chosen, choose } = useChosen(module, 'changes');
  const versions = useVersions(module).data?.items;
  if (versions === undefined) return <Loading />;
  const to = chosen.version ?? active;
  const from = chosen.against ?? versions.find(({ number }) => number < to)?.number ?? versions.find(({ number }) => number !== to)?.number;
  if (from === undefined) return <Empty title="There is one version only.">The next one can be compared with it.</Empty>;
  return (
    <section aria-label="Changes" className="space-y-3">
      <div className="flex flex-wrap gap-3">
        <Choice label="From" versions={versions} chosen={from} choose={(next) => choose({ against: next, version: to })} />
        <Choice label="to" versions={versions} chosen={to} choose={(next) => choose({ version: next, against: from })} />
      </div>
      <Compared module={module} from={from} to={to} />
    </section>
  );
}

function Compared({ module, from, to }: { module: string; from: number; to: number }) {
  const { data, error, refetch } = useChanges(module, from, to);
  if (error !== null && data === undefined) return <Failure error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Loading />;
  if (data.items.length === 0) return <Empty title="They are the same, byte by byte." />;
  return (
    <div className="space-y-3">
      {data.items.map((change) => (
        <File key={change.path} change={change} />
      ))}
    </div>
  );
}

function File({ change }: { change: Schemas['FileChange'] }) {
  const lines = change.lines.filter((line) => !/^(---|\+\+\+) /.test(line));
  const count = (sign: string) => lines.filter((line) => line.startsWith(sign)).length;
  return (
    <details open className="overflow-hidden rounded-card border border-line bg-sheet">
      <summary className="flex flex-wrap items-baseline gap-x-3 px-4 py-2 text-sm hover:bg-raised">
        <code className="min-w-0 flex-1 font-mono text-xs break-all">{change.path}</code>
        <span className="text-soft">{change.change}</span>
        <span className="font-mono text-xs">
          <span className="text-green">+{count('+')}</span> <span className="text-red">−{count('-')}</span>
        </span>
      </summary>
      {lines.length === 0 ? (
        <p className="border-t border-line px-4 py-2 text-sm text-soft">Nothing of it can be shown as text.</p>
      ) : (
        <Lines label={`Changes of ${change.path}`} lines={lines} />
      )}
    </details>
  );
}

function Lines({ label, lines }: { label: string; lines: string[] }) {
  return (
    <pre {...useScrollStop<HTMLPreElement>()} role="group" aria-label={label} className="overflow-x-auto border-t border-line py-2 font-mono text-xs">
      <code className="block w-fit min-w-full">
        {lines.map((line, place) => (
          <span key={place} className={`block px-4 ${lookOf(line)}`}>
            {line || ' '}
          </span>
        ))}
      </code>
    </pre>
  );
}

function lookOf(line: string): string {
  if (line.startsWith('+')) return 'text-green';
  if (line.startsWith('-')) return 'text-red';
  return line.startsWith('@@') ? 'bg-raised text-soft' : '';
}

import type { Schemas } from '../../api/client';
import { Code } from '../../design/Code';
import { Hash, State } from '../../design/controls';
import { RunLink } from './RunLink';
import { Waiting } from './Waiting';

/** What a call came to: its result, or the card that it waits for. */
export function Outcome({ called: { run, result } }: { called: Schemas['Called'] }) {
  if (result === null) return <Waiting run={run.id} />;
  return <Result run={run.id} result={result} />;
}

function Result({ run, result }: { run: string; result: Schemas['Result'] }) {
  const { error } = result;
  return (
    <section aria-label="Result" className="space-y-2 border-t border-line pt-4">
      <p role="status" className="flex flex-wrap items-center gap-x-3 text-sm">
        <State tone={result.ok ? 'green' : 'red'}>{result.ok ? 'Succeeded' : 'Failed'}</State>
        <span className="text-soft">
          in {milliseconds(result)} ms · version {result.version} <Hash of={result.bundle_sha256} label="SHA-256 of the bundle that ran" /> · isolation{' '}
          {result.isolation}
        </span>
        <RunLink run={run}>How it went</RunLink>
      </p>
      {error !== null && <p className="text-sm text-red">{typeof error['message'] === 'string' ? error['message'] : 'It failed.'}</p>}
      {result.findings.map((each) => (
        <p key={each.code + each.place} className="text-sm text-soft">
          {each.sentence}
        </p>
      ))}
      {result.ok && <Code label="The answer" language="json" text={JSON.stringify(result.data, null, 2)} />}
    </section>
  );
}

function milliseconds({ started_at, finished_at }: Schemas['Result']): number {
  return Math.max(0, new Date(finished_at).getTime() - new Date(started_at).getTime());
}

import type { Run } from '../../api/client';
import { State } from '../../design/controls';
import { Moment } from '../../design/Moment';
import { Empty, Failure, Loading } from '../../design/states';
import { useRunsOf } from './queries';
import { RunLink } from './RunLink';
import { Who } from './Who';

/** The runs that called the module last. */
export function LastRuns({ module }: { module: string }) {
  const { data, error, refetch } = useRunsOf(module);
  if (error !== null && data === undefined) return <Failure error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Loading />;
  if (data.items.length === 0) return <Empty title="Nothing has called this module yet.">Run one of its operations, or ask for what it can do.</Empty>;
  return (
    <section aria-label="Runs">
      <ul className="divide-y divide-line overflow-hidden rounded-card border border-line bg-sheet">
        {data.items.map((run) => (
          <li key={run.id}>
            <RunLink run={run.id} className="flex flex-wrap items-baseline gap-x-4 px-4 py-2.5 text-sm hover:bg-raised">
              <span className="min-w-0 flex-1 basis-48 break-words">{whatOf(run)}</span>
              <Standing run={run} />
              <span className="text-soft">
                <Moment at={run.created_at} /> by <Who id={run.actor} />
              </span>
            </RunLink>
          </li>
        ))}
      </ul>
    </section>
  );
}

function whatOf({ kind, input }: Run): string {
  const call = input['call'];
  if (typeof call === 'object' && call !== null && 'tool' in call) return String(call.tool).split('__').at(-1) ?? '';
  const said = input['message'];
  return typeof said === 'string' ? `“${said}”` : `A ${kind} in a conversation`;
}

function Standing({ run }: { run: Run }) {
  if (run.state === 'done') {
    const ok = run.output?.['ok'] !== false;
    return <State tone={ok ? 'green' : 'red'}>{ok ? 'succeeded' : 'failed'}</State>;
  }
  if (run.state === 'failed') return <State tone="red">failed</State>;
  if (run.state === 'waiting' || run.state === 'unknown') return <State tone="amber">waits</State>;
  return (
    <State tone="soft" busy={run.state !== 'cancelled'}>
      {run.state}
    </State>
  );
}

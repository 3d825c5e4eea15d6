import { Button, State } from '../../design/controls';
import { Failure } from '../../design/states';
import { Markdown } from '../../design/Markdown';
import { useRunLog } from '../../log/useRunLog';
import { CardOf } from '../approvals/Card';
import { useRetry, useRun, useStop } from '../runs/queries';

/** A turn that has no answer yet: what it is doing, the words as they come, the card it waits for. */
export function Turn({ run }: { run: string }) {
  const { data } = useRun(run);
  const view = useRunLog(run);
  const stop = useStop(run);
  const retry = useRetry(run);
  // The row is the truth about the run; the log says how it got there.
  const state = data?.state ?? view.state;
  const step = view.steps.at(-1);
  const doing = step === undefined ? 'Queued' : `${step.node}${step.notes.length > 0 ? `: ${step.notes.at(-1) ?? ''}` : ''}`;
  return (
    <div className="mt-4 space-y-3" data-run={run}>
      {view.speaking !== '' && <Markdown text={view.speaking} />}
      {(state === 'running' || state === 'queued') && (
        <div className="flex items-center gap-3">
          <span role="status">
            <State tone="soft" busy>
              {doing}
            </State>
          </span>
          <Button weight="quiet" disabled={stop.isPending} onClick={() => stop.mutate()}>
            Stop
          </Button>
        </div>
      )}
      {view.approval !== null && <CardOf approval={view.approval} />}
      {state === 'cancelled' && <State tone="soft">Stopped</State>}
      {state === 'failed' && (
        <div className="flex flex-wrap items-center gap-3">
          <State tone="red">The turn failed</State>
          <span className="text-sm">{view.error}</span>
          <Button disabled={retry.isPending} onClick={() => retry.mutate()}>
            Try again
          </Button>
        </div>
      )}
      {state === 'unknown' && <State tone="amber">Nobody can tell whether the last call reached its service.</State>}
      {stop.error !== null && <Failure error={stop.error} />}
      {retry.error !== null && <Failure error={retry.error} />}
    </div>
  );
}

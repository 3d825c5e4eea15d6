import { Button, State } from '../../design/controls';
import { Failure } from '../../design/states';
import { useRunLog } from '../../log/useRunLog';
import { CardOf } from '../approvals/Card';
import { useRun, useStop } from './queries';

/** A turn that has no answer yet: what it is doing, the words as they come, the card it waits for. */
export function Turn({ run }: { run: string }) {
  const { data } = useRun(run);
  const view = useRunLog(run);
  const stop = useStop(run);
  // The row is the truth about the run; the log says how it got there.
  const state = data?.state ?? view.state;
  const step = view.steps.at(-1);
  const doing = step === undefined ? 'Queued' : `${step.node}${step.notes.length > 0 ? `: ${step.notes.at(-1) ?? ''}` : ''}`;
  return (
    <div className="mt-4 space-y-3" data-run={run}>
      {view.speaking !== '' && <p className="break-words whitespace-pre-wrap">{view.speaking}</p>}
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
      {state === 'failed' && <State tone="red">The turn failed: {view.error ?? 'see its run'}</State>}
      {state === 'unknown' && <State tone="amber">Nobody can tell whether the last call reached its service.</State>}
      {stop.error !== null && <Failure error={stop.error} />}
    </div>
  );
}

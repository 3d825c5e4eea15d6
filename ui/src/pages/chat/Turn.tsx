import { Link } from '@tanstack/react-router';

import { Button, State } from '../../design/controls';
import { Failure } from '../../design/states';
import { Markdown } from '../../design/Markdown';
import { detailOf } from '../../log/gist';
import { FilmProvider, useFilm, useFrame } from '../../log/useFilm';
import { CardOf } from '../approvals/CardOf';
import { Mark, SAID } from '../runs/StepState';
import { useRetry, useRun, useStop } from '../runs/queries';

/** A turn that has no answer yet: what it is doing, the words as they come, the card it waits for. */
export function Turn({ run }: { run: string }) {
  return (
    <FilmProvider value={useFilm(run)}>
      <Going run={run} />
    </FilmProvider>
  );
}

function Going({ run }: { run: string }) {
  const { data } = useRun(run);
  const seen = useFrame().runs.get(run);
  const stop = useStop(run);
  const retry = useRetry(run);
  // The row is the truth about the run; the log says how it got there.
  const state = data?.state ?? seen?.state ?? 'queued';
  return (
    <div className="mt-4 space-y-3" data-run={run}>
      {seen !== undefined && seen.speaking !== '' && <Markdown text={seen.speaking} />}
      {(state === 'running' || state === 'queued') && (
        <div className="flex items-center gap-3">
          <Doing run={run} />
          <Button weight="quiet" disabled={stop.isPending} onClick={() => stop.mutate()}>
            Stop
          </Button>
        </div>
      )}
      {typeof seen?.approval === 'string' && <CardOf approval={seen.approval} />}
      {state === 'cancelled' && <State tone="soft">Stopped</State>}
      {state === 'failed' && (
        <div className="flex flex-wrap items-center gap-3">
          <State tone="red">The turn failed</State>
          <span className="text-sm">{detailOf(data?.error ?? seen?.error)}</span>
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

/** The pipeline in one line, sub-runs included: a mark for each step, and the name of the one that works. */
function Doing({ run }: { run: string }) {
  const steps = [...useFrame().steps.values()];
  const working = steps.findLast((step) => step.state === 'running');
  const stage = working?.happened.findLast((each) => each.type === 'build.stage' || each.type === 'tool.called')?.data;
  const at = stage?.['stage'] ?? stage?.['tool'];
  return (
    <Link to="/runs/$run" params={{ run }} className="flex min-w-0 items-center gap-2 text-sm text-soft hover:text-ink" title="Watch the run">
      <span aria-hidden className="flex gap-1 text-xs">
        {steps.map((step) => (
          <span key={step.key} title={`${step.node}: ${SAID[step.state]}`}>
            <Mark state={step.state} />
          </span>
        ))}
      </span>
      <span className="truncate">{working === undefined ? 'Queued' : [working.node, at].filter((each) => typeof each === 'string').join(': ')}</span>
      <span className="sr-only">. Watch the run.</span>
    </Link>
  );
}

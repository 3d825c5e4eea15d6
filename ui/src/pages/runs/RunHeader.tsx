import { Link } from '@tanstack/react-router';

import type { Run } from '../../api/client';
import { Button, State, buttonLook } from '../../design/controls';
import { Failure } from '../../design/states';
import { between, duration, moment } from '../../design/time';
import { textOf, type Frame } from '../../log/frame';
import { detailOf } from '../../log/gist';
import { useWhole } from '../../log/useFilm';
import { useRetry, useStop } from './queries';
import { STATE, subjectOf } from './words';

/** What the run is, how it stands, and what can be done about it. */
export function RunHeader({ run }: { run: Run }) {
  const stop = useStop(run.id);
  const retry = useRetry(run.id);
  const subject = subjectOf(run, moduleOf(useWhole(), run.id));
  const { tone, said, busy } = STATE[run.state];
  const failed = stop.error ?? retry.error;
  return (
    <header className="border-b border-line px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="min-w-0 flex-1 basis-64 truncate font-semibold" title={subject}>
          {subject}
        </h1>
        <State tone={tone} busy={busy}>
          {said}
        </State>
        {(run.state === 'running' || run.state === 'queued' || run.state === 'waiting') && (
          <Button disabled={stop.isPending} onClick={() => stop.mutate()}>
            Stop
          </Button>
        )}
        {run.state === 'failed' && (
          <Button disabled={retry.isPending} onClick={() => retry.mutate()}>
            Try again
          </Button>
        )}
        {run.parent !== null && (
          <Link to="/runs/$run" params={{ run: run.parent }} className={buttonLook()}>
            Parent
          </Link>
        )}
        {run.thread !== null && (
          <Link to="/threads/$thread" params={{ thread: run.thread }} className={buttonLook()}>
            Conversation
          </Link>
        )}
      </div>
      <p className="mt-1 text-xs text-soft">
        {moment(run.created_at)}
        {run.finished_at !== null && ` · over after ${duration(between(run.created_at, run.finished_at))}`}
        {run.attempt > 1 && ` · set going ${run.attempt} times`} · <code className="font-mono">{run.id}</code>
      </p>
      {run.error !== null && <p className="mt-1 text-sm text-red">{detailOf(run.error)}</p>}
      {failed !== null && <Failure error={failed} />}
    </header>
  );
}

/** The module that a step of the run has made, as soon as the log tells it. */
function moduleOf({ steps }: Frame, run: string): string {
  const outputs = [...steps.values()].filter((step) => step.run === run).map((step) => step.output);
  const made = outputs.find((output) => typeof output === 'object' && output !== null && 'module' in output);
  return made === undefined ? '' : textOf(made, 'module');
}

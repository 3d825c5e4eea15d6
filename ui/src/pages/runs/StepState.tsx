import { useEffect, useState } from 'react';

import { between, duration } from '../../design/time';
import type { StepState, Step } from '../../log/frame';
import { useMomentTime } from '../../log/useFilm';

export const TONE = { running: 'soft', waiting: 'amber', done: 'green', failed: 'red', stopped: 'soft' } as const;

export const SAID: Record<StepState, string> = {
  running: 'running',
  waiting: 'waits for you',
  done: 'done',
  failed: 'failed',
  stopped: 'stopped',
};

const MARK: Record<StepState, string> = { running: '●', waiting: '◆', done: '✓', failed: '✕', stopped: '–' };
const COLOUR: Record<StepState, string> = {
  running: 'text-ink breathing', waiting: 'text-amber', done: 'text-green', failed: 'text-red', stopped: 'text-soft',
};

/** A state as a sign: told apart by its shape, and by its colour. */
export function Mark({ state }: { state: StepState }) {
  return (
    <span className={COLOUR[state]}>
      <span aria-hidden className="font-mono">{MARK[state]}</span>
      <span className="sr-only">{SAID[state]}</span>
    </span>
  );
}

/** How long a step has worked, all attempts together; counting while it lasts, unless the film stands still. */
export function Worked({ spans }: { spans: Step['spans'] }) {
  const lasts = spans.at(-1)?.to === null;
  const until = useMomentTime(lasts);
  const now = useNow(lasts && until === null);
  const end = until ?? new Date(now).toISOString();
  return <>{duration(spans.reduce((sum, { from, to }) => sum + between(from, to ?? end), 0))}</>;
}

function useNow(counting: boolean): number {
  const [now, tick] = useState(Date.now);
  useEffect(() => {
    if (!counting) return;
    const clock = setInterval(() => tick(Date.now()), 1000);
    return () => clearInterval(clock);
  }, [counting]);
  return now;
}

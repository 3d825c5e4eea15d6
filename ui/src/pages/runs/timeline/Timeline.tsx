import { clsx } from 'clsx';

import { Rows } from '../../../design/Rows';
import { duration } from '../../../design/time';
import type { StepState } from '../../../log/frame';
import { useMomentTime, useStep, useWhole } from '../../../log/useFilm';
import { Mark, SAID, Worked } from '../StepState';
import { scaleOf, type Scale } from './scale';

const ROW = 28;
const BAR: Record<StepState, string> = {
  running: 'bg-ink breathing', waiting: 'bg-amber', done: 'bg-green', failed: 'bg-red', stopped: 'bg-edge',
};

interface TimelineProps {
  selected: string | null;
  select: (step: string) => void;
}

/** The steps one below the other, each where it lies in time. */
export function Timeline({ selected, select }: TimelineProps) {
  const { steps } = useWhole();
  const time = useMomentTime();
  const keys = [...steps.keys()];
  const scale = scaleOf(steps.values(), newestOf(steps.values()));
  return (
    <Rows
      label="Timeline"
      className="px-3 py-2"
      count={keys.length}
      height={ROW}
      row={(place) => {
        const key = keys[place] ?? '';
        return <Row step={key} scale={scale} selected={key === selected} select={select} until={time} />;
      }}
    />
  );
}

interface RowProps {
  step: string;
  scale: Scale;
  selected: boolean;
  select: (step: string) => void;
  until: string | null;
}

function Row({ step: key, scale, selected, select, until }: RowProps) {
  const step = useStep(key);
  return (
    <button
      type="button"
      aria-pressed={selected}
      disabled={step === undefined}
      onClick={() => select(key)}
      className={clsx(
        'flex h-full w-full items-center gap-3 rounded-field px-1 text-left text-xs hover:bg-raised disabled:opacity-40',
        selected && 'bg-raised',
      )}
    >
      <span className="flex w-28 shrink-0 items-center gap-1.5 truncate">
        {step !== undefined && <Mark state={step.state} />}
        <span className="truncate">{step?.node ?? key.slice(key.lastIndexOf('/') + 1, key.lastIndexOf('@'))}</span>
      </span>
      <span className="relative h-full flex-1" aria-hidden>
        {scale.pieces.map(
          (piece) =>
            piece.idle && (
              <span
                key={piece.from}
                title={`nothing worked for ${duration(piece.to - piece.from)}`}
                className="absolute inset-y-0 border-x border-dashed border-line bg-raised"
                style={{ left: percent(piece.start), width: percent(piece.end - piece.start) }}
              />
            ),
        )}
        {step?.spans.map(({ from, to }) => {
          const start = scale.place(Date.parse(from));
          const end = scale.place(Date.parse(to ?? until ?? new Date().toISOString()));
          return (
            <span
              key={from}
              className={clsx('absolute top-1/2 h-2 min-w-1 -translate-y-1/2 rounded-full', BAR[step.state])}
              style={{ left: percent(start), width: percent(end - start) }}
            />
          );
        })}
        {until !== null && (
          <span className="absolute inset-y-0 w-px bg-ink" style={{ left: percent(scale.place(Date.parse(until))) }} />
        )}
      </span>
      <span className="w-16 shrink-0 text-right font-mono text-soft">
        {step !== undefined && <Worked spans={step.spans} />}
      </span>
      {step !== undefined && <span className="sr-only">, {SAID[step.state]}</span>}
    </button>
  );
}

const percent = (share: number) => `${(share * 100).toFixed(3)}%`;

/** The end of the line: now while something works, else the last moment at which something did. */
function newestOf(steps: Iterable<{ spans: readonly { from: string; to: string | null }[] }>): number {
  let newest = 0;
  for (const { spans } of steps) {
    for (const { to } of spans) newest = Math.max(newest, to === null ? Date.now() : Date.parse(to));
  }
  return newest;
}

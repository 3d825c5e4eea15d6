import { Handle, Position, useStore, type NodeProps } from '@xyflow/react';
import { clsx } from 'clsx';

import { useStep } from '../../../log/useFilm';
import { Mark, SAID, Worked } from '../StepState';
import { linesOf } from './plan';

/** Below these zooms a node is only its name, large and larger, so that it can be read. */
const FAR = { full: 0.5, dense: 0.8 };
const VERY_FAR = 0.35;

const FRAME = {
  running: 'border-ink',
  waiting: 'border-amber bg-amber-wash',
  done: 'border-line',
  failed: 'border-red bg-red-wash',
  stopped: 'border-line',
} as const;

/** A step as a box. It shows its own slice of the film, and stays a sketch before its time has come. */
export function StepNode({ id, selected, data }: NodeProps) {
  const step = useStep(id);
  const down = data['down'] === true;
  const dense = data['dense'] === true;
  const far = useStore((state) => state.transform[2] < (dense ? FAR.dense : FAR.full));
  const veryFar = useStore((state) => state.transform[2] < VERY_FAR);
  const begins = typeof data['begins'] === 'string' ? data['begins'] : null;
  const ends = (
    <>
      <Handle type="target" position={down ? Position.Top : Position.Left} className="invisible" isConnectable={false} />
      <Handle type="source" position={down ? Position.Bottom : Position.Right} className="invisible" isConnectable={false} />
    </>
  );
  if (step === undefined) {
    return (
      <>
        <div aria-hidden className="h-full rounded-field border border-dashed border-line" />
        {ends}
      </>
    );
  }
  return (
    <>
      <button
        type="button"
        aria-pressed={selected}
        className={clsx(
          'flex h-full w-full flex-col overflow-hidden rounded-field border bg-sheet text-left',
          dense ? 'px-1.5' : 'px-3',
          FRAME[step.state],
          selected && 'ring-2 ring-ink',
        )}
      >
        <span className={clsx('flex shrink-0 items-center gap-2', dense ? 'h-full' : 'h-12', veryFar ? 'text-3xl' : far ? 'text-2xl' : 'text-sm')}>
          <span aria-hidden>
            <Mark state={step.state} />
          </span>
          <span className="min-w-0 flex-1 truncate font-medium">
            {step.node}
            <span className="sr-only">: {SAID[step.state]}</span>
          </span>
          {!far && !dense && (
            <span className="font-mono text-xs text-soft">
              <Worked spans={step.spans} />
            </span>
          )}
        </span>
        {!far && !dense && <Lines id={id} />}
      </button>
      {begins !== null && <span className={clsx('absolute -top-5 left-1 text-soft', far ? 'text-base' : 'text-xs')}>{begins}</span>}
      {ends}
    </>
  );
}

function Lines({ id }: { id: string }) {
  const step = useStep(id);
  if (step === undefined) return null;
  const lines = linesOf(step);
  return (
    <span className="block text-xs text-soft">
      {lines.map((line, place) => (
        <span key={line.id} className="flex h-5 items-center gap-2 truncate">
          <span aria-hidden className="font-mono">
            {step.state === 'running' && place === lines.length - 1 ? '›' : '·'}
          </span>
          {line.text}
        </span>
      ))}
      {step.spans.length > 1 && <span className="sr-only">{step.spans.length} attempts</span>}
    </span>
  );
}

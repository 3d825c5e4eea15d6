import { Handle, Position, useStore, type NodeProps } from '@xyflow/react';
import { clsx } from 'clsx';

import { useStep } from '../../../log/useFilm';
import { Mark, SAID, Worked } from '../StepState';
import { COMFORTABLE } from './bands';
import { linesOf } from './plan';

/** From how far it is seen: the farther, the larger is what it says, so that it can be read. */
type Distance = 'near' | 'middle' | 'far';
const NEAR = 0.85;
const NAME = { near: 'text-sm', middle: 'text-lg', far: 'text-xl' } as const;
const MORE = { near: 'text-xs', middle: 'text-base', far: 'text-lg' } as const;

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
  const distance = useStore(({ transform: [, , zoom] }): Distance => (zoom >= NEAR ? 'near' : zoom >= COMFORTABLE ? 'middle' : 'far'));
  const saysMore = !dense && distance !== 'far';
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
        <span className={clsx('flex shrink-0 items-center gap-2', dense ? 'h-full' : 'h-12', NAME[distance])}>
          <span aria-hidden>
            <Mark state={step.state} />
          </span>
          <span className="min-w-0 flex-1 truncate font-medium">
            {step.node}
            <span className="sr-only">: {SAID[step.state]}</span>
          </span>
          {saysMore && (
            <span className={clsx('font-mono text-soft', MORE[distance])}>
              <Worked spans={step.spans} />
            </span>
          )}
        </span>
        {saysMore && <Lines id={id} className={MORE[distance]} />}
      </button>
      {begins !== null && <span className={clsx('absolute -top-5 left-1 text-soft', MORE[distance])}>{begins}</span>}
      {ends}
    </>
  );
}

function Lines({ id, className }: { id: string; className: string }) {
  const step = useStep(id);
  if (step === undefined) return null;
  const lines = linesOf(step);
  return (
    <span className={clsx('block text-soft', className)}>
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

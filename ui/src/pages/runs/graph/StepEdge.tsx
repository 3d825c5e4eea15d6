import { BaseEdge, getSmoothStepPath, type EdgeProps } from '@xyflow/react';

import { useStep } from '../../../log/useFilm';

/** An arrow from a step to the next one: drawn through once the next one has begun. */
export function StepEdge({ id, target, data, sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition }: EdgeProps) {
  const reached = useStep(target) !== undefined;
  const lane = typeof data?.['lane'] === 'number' ? { centerY: data['lane'] } : {};
  const [path] = getSmoothStepPath({
    sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, borderRadius: 8, offset: 14, ...lane,
  });
  return (
    <BaseEdge
      id={id}
      path={path}
      interactionWidth={0}
      style={{
        stroke: reached ? 'var(--edge)' : 'var(--line)',
        strokeWidth: 1.5,
        ...((data?.['into'] === true || !reached) && { strokeDasharray: '4 4' }),
      }}
    />
  );
}

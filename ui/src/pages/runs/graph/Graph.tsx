import '@xyflow/react/dist/base.css';
import './graph.css';

import { Panel, ReactFlow, ReactFlowProvider, useReactFlow, type Edge, type Node } from '@xyflow/react';
import { useEffect, useMemo, useRef, useState } from 'react';

import { Button } from '../../../design/controls';
import { useNewest, useWhole } from '../../../log/useFilm';
import { extentOf, isLegible, type Box, type Place } from './bands';
import { StepEdge } from './StepEdge';
import { StepNode } from './StepNode';
import { planOf } from './plan';
import { useLayout } from './useLayout';

const NODES = { step: StepNode };
const EDGES = { step: StepEdge };
/** A box is its button: what surrounds it is no node to a screen reader, and takes no keys. */
const UNSPOKEN = { 'aria-roledescription': undefined, 'aria-describedby': undefined };
const CALM = { duration: 250 };
/** Room for the buttons below, and for the words above a sub-run, in pixels. */
const MARGIN = { top: 28, right: 20, bottom: 64, left: 20 };
const PADDING = { top: '28px', right: '20px', bottom: '64px', left: '20px' } as const;

interface GraphProps {
  selected: string | null;
  select: (step: string | null) => void;
}

/** The run as boxes and arrows, laid out by itself. */
export default function Graph(props: GraphProps) {
  return (
    <ReactFlowProvider>
      <Drawing {...props} />
    </ReactFlowProvider>
  );
}

function Drawing({ selected, select }: GraphProps) {
  const element = useRef<HTMLDivElement>(null);
  const place = usePlace(element);
  const { plan, boxes, down, dense } = useLayout(planOf(useWhole()), place);
  const nodes = useMemo(
    () =>
      boxes.map(({ id, x, y, width, height }, at): Node => ({
        id, type: 'step', width, height, position: { x: x - width / 2, y: y - height / 2 }, selected: id === selected,
        data: { down, dense, begins: plan.nodes[at]?.begins }, connectable: false, focusable: false, draggable: false,
        domAttributes: UNSPOKEN,
      })),
    [boxes, plan, selected, down, dense],
  );
  const edges = useMemo(
    () =>
      plan.edges.map(({ id, from, to, into }): Edge => {
        const [source, target] = [boxes.find((box) => box.id === from), boxes.find((box) => box.id === to)];
        const lane = source?.lane === target?.lane ? undefined : target?.lane;
        return { id, source: from, target: to, type: 'step', data: { into, lane }, focusable: false };
      }),
    [plan, boxes],
  );
  const newest = useNewest();
  const view = useKeptInView(boxes, place, boxes.find(({ id }) => id === (selected ?? newest)) ?? boxes[0]);
  useEffect(() => {
    // Arrows say nothing that the order of the steps does not.
    element.current?.querySelector('.react-flow__edges')?.setAttribute('aria-hidden', 'true');
  }, []);
  return (
    <div ref={element} className="h-full">
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODES}
        edgeTypes={EDGES}
        minZoom={0.05}
        maxZoom={1.5}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        onlyRenderVisibleElements={nodes.length > 100}
        onNodeClick={(_, node) => select(node.id)}
        onPaneClick={() => select(null)}
        onMoveStart={(event) => {
          if (event !== null) view.leave();
        }}
        deleteKeyCode={null}
        aria-label="The run as a graph"
      >
        <Panel position="bottom-left">
          <View {...view} />
        </Panel>
      </ReactFlow>
    </div>
  );
}

/** The room within an element, in steps coarse enough that a scrollbar lays nothing out anew. */
function usePlace(element: React.RefObject<HTMLDivElement | null>): Place {
  const [place, measure] = useState<Place>({ width: 960, height: 480 });
  useEffect(() => {
    if (element.current === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry === undefined || entry.contentRect.height === 0) return;
      const width = inSteps(entry.contentRect.width - MARGIN.left - MARGIN.right);
      const height = inSteps(entry.contentRect.height - MARGIN.top - MARGIN.bottom);
      measure((before) => (before.width === width && before.height === height ? before : { width, height }));
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return place;
}

const inSteps = (length: number) => Math.max(32, Math.floor(length / 32) * 32);

interface KeptView {
  /** Whether the whole would be too small to read. */
  long: boolean;
  /** Somebody moved it: it stays where it was put. */
  leave: () => void;
  /** And takes that back. */
  keep: () => void;
}

/** Keeps the whole in view while it grows, or the step `at` that is looked at in a long one, until somebody moves it. */
function useKeptInView(boxes: readonly Box[], place: Place, at: Box | undefined): KeptView {
  const flow = useReactFlow();
  const [kept, keep] = useState<object | null>({});
  const long = boxes.length > 0 && !isLegible(boxes, place);
  const [x, y] = long ? [at?.x, at?.y] : [];
  useEffect(() => {
    if (boxes.length === 0 || kept === null) return;
    if (!long) {
      void flow.fitView({ maxZoom: 1, padding: PADDING, ...motion() });
    } else if (x !== undefined && y !== undefined) {
      const { x: left, width } = extentOf(boxes);
      void flow.setCenter(left + width / 2, y, { zoom: Math.min(1, place.width / width), ...motion() });
    }
  }, [boxes, place, flow, kept, long, x, y]);
  return { long, leave: () => keep(null), keep: () => keep({}) };
}

function motion(): { duration?: number } {
  return matchMedia('(prefers-reduced-motion: reduce)').matches ? {} : CALM;
}

function View({ long, keep }: KeptView) {
  const flow = useReactFlow();
  return (
    <div className="flex gap-1 rounded-field bg-sheet">
      <Button className="min-w-9 px-2" aria-label="Zoom out" onClick={() => void flow.zoomOut(motion())}>
        −
      </Button>
      <Button className="min-w-9 px-2" aria-label="Zoom in" onClick={() => void flow.zoomIn(motion())}>
        +
      </Button>
      <Button onClick={keep}>{long ? 'Latest' : 'Whole'}</Button>
    </div>
  );
}

import '@xyflow/react/dist/base.css';
import './graph.css';

import { Panel, ReactFlow, ReactFlowProvider, useReactFlow, type Edge, type Node } from '@xyflow/react';
import { useEffect, useMemo, useRef, useState } from 'react';

import { Button } from '../../../design/controls';
import { useWhole } from '../../../log/useFilm';
import { StepEdge } from './StepEdge';
import { StepNode } from './StepNode';
import { planOf } from './plan';
import { useLayout } from './useLayout';

const NODES = { step: StepNode };
const EDGES = { step: StepEdge };
/** A box is its button: what surrounds it is no node to a screen reader, and takes no keys. */
const UNSPOKEN = { 'aria-roledescription': undefined, 'aria-describedby': undefined };
const CALM = { duration: 250 };

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
  const place = useRef<HTMLDivElement>(null);
  const aspect = useAspect(place);
  const narrow = aspect < 1;
  const { plan, boxes } = useLayout(planOf(useWhole(), narrow), aspect);
  const nodes = useMemo(
    () =>
      boxes.map(({ id, x, y, width, height }, place): Node => ({
        id, type: 'step', width, height, position: { x: x - width / 2, y: y - height / 2 }, selected: id === selected,
        data: { narrow, dense: plan.dense, begins: plan.nodes[place]?.begins }, connectable: false, focusable: false, draggable: false,
        domAttributes: UNSPOKEN,
      })),
    [boxes, plan, selected, narrow],
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
  const { move, showWhole } = useKeptInView(boxes);
  useEffect(() => {
    // Arrows say nothing that the order of the steps does not.
    place.current?.querySelector('.react-flow__edges')?.setAttribute('aria-hidden', 'true');
  }, []);
  return (
    <div ref={place} className="h-full">
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
          if (event !== null) move();
        }}
        deleteKeyCode={null}
        aria-label="The run as a graph"
      >
        <Panel position="bottom-left">
          <View showWhole={showWhole} />
        </Panel>
      </ReactFlow>
    </div>
  );
}

/** Width over height of an element, in steps coarse enough that a scrollbar lays nothing out anew. */
function useAspect(place: React.RefObject<HTMLDivElement | null>): number {
  const [aspect, measure] = useState(2);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry === undefined || entry.contentRect.height === 0) return;
      measure(Math.round((entry.contentRect.width / entry.contentRect.height) * 4) / 4);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [place]);
  return aspect;
}

/** Keeps the whole in view while it grows, until somebody has moved it; `showWhole` takes that back. */
function useKeptInView(boxes: readonly unknown[]) {
  const flow = useReactFlow();
  const moved = useRef(false);
  useEffect(() => {
    if (boxes.length > 0 && !moved.current) void flow.fitView(whole());
  }, [boxes, flow]);
  return {
    move: () => {
      moved.current = true;
    },
    showWhole: () => {
      moved.current = false;
      void flow.fitView(whole());
    },
  };
}

/** Room for the buttons below, and for the words above a sub-run. */
const PADDING = { top: '28px', right: '20px', bottom: '64px', left: '20px' } as const;

const whole = () => ({ maxZoom: 1, padding: PADDING, ...motion() });

function motion(): { duration?: number } {
  return matchMedia('(prefers-reduced-motion: reduce)').matches ? {} : CALM;
}

function View({ showWhole }: { showWhole: () => void }) {
  const flow = useReactFlow();
  return (
    <div className="flex gap-1 rounded-field bg-sheet">
      <Button className="min-w-9 px-2" aria-label="Zoom out" onClick={() => void flow.zoomOut(motion())}>
        −
      </Button>
      <Button className="min-w-9 px-2" aria-label="Zoom in" onClick={() => void flow.zoomIn(motion())}>
        +
      </Button>
      <Button onClick={showWhole}>Whole</Button>
    </div>
  );
}

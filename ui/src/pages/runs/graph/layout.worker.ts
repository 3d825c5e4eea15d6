/// <reference lib="webworker" />
import { graphlib, layout } from '@dagrejs/dagre';

import { fold, type Box } from './bands';
import type { Plan } from './plan';

export interface LayoutQuestion {
  number: number;
  plan: Plan;
  /** Width over height of the place that it is drawn in. */
  aspect: number;
}

export interface LayoutAnswer {
  number: number;
  boxes: Box[];
}

declare const self: DedicatedWorkerGlobalScope;

self.addEventListener('message', ({ data: { number, plan, aspect } }: MessageEvent<LayoutQuestion>) => {
  const graph = new graphlib.Graph();
  // Narrow places are read from top to bottom.
  const narrow = aspect < 1;
  graph.setGraph({ rankdir: narrow ? 'TB' : 'LR', nodesep: plan.dense ? 20 : 36, ranksep: plan.dense ? 24 : 56 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of plan.nodes) graph.setNode(id, { width, height });
  for (const { from, to, into } of plan.edges) graph.setEdge(from, to, { weight: into ? 1 : 8 });
  layout(graph);
  const boxes = plan.nodes.map(({ id }): Box => {
    const { x, y, width, height } = graph.node(id) as Box;
    return { id, x, y, width, height };
  });
  const answer: LayoutAnswer = { number, boxes: narrow ? boxes : fold(boxes, aspect) };
  self.postMessage(answer);
});

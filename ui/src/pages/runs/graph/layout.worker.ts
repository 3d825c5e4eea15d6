/// <reference lib="webworker" />
import { graphlib, layout } from '@dagrejs/dagre';

import { fold, isLegible, type Box, type Place } from './bands';
import type { Plan } from './plan';

export interface LayoutQuestion {
  number: number;
  plan: Plan;
  place: Place;
}

export interface LayoutAnswer {
  number: number;
  boxes: Box[];
  /** Whether it is read from top to bottom, and not from left to right. */
  down: boolean;
}

declare const self: DedicatedWorkerGlobalScope;

self.addEventListener('message', ({ data: { number, plan, place } }: MessageEvent<LayoutQuestion>) => {
  self.postMessage({ number, ...laidOut(plan, place) } satisfies LayoutAnswer);
});

function laidOut(plan: Plan, place: Place): { boxes: Box[]; down: boolean } {
  if (place.width < place.height) {
    const boxes = ranked(plan, 'TB');
    if (isLegible(boxes, place)) return { boxes, down: true };
  }
  return { boxes: fold(ranked(plan, 'LR'), place), down: false };
}

function ranked(plan: Plan, rankdir: 'LR' | 'TB'): Box[] {
  const graph = new graphlib.Graph();
  graph.setGraph({ rankdir, nodesep: plan.dense ? 20 : 36, ranksep: plan.dense ? 24 : 56 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of plan.nodes) graph.setNode(id, { width, height });
  for (const { from, to, into } of plan.edges) graph.setEdge(from, to, { weight: into ? 1 : 8 });
  layout(graph);
  return plan.nodes.map(({ id }): Box => {
    const { x, y, width, height } = graph.node(id) as Box;
    return { id, x, y, width, height };
  });
}

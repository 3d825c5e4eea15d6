/// <reference lib="webworker" />
import { graphlib, layout } from '@dagrejs/dagre';

import { COMFORTABLE, fold, isLegible, scaleIn, type Box, type Place } from './bands';
import type { Plan } from './plan';

export interface LayoutQuestion {
  number: number;
  plan: Plan;
  place: Place;
}

export interface Arrangement {
  boxes: readonly Box[];
  /** Whether it is read from top to bottom, and not from left to right. */
  down: boolean;
  /** Small boxes, names alone: where boxes with all that they say would be too small to read. */
  dense: boolean;
}

export interface LayoutAnswer extends Arrangement {
  number: number;
}

/** A run of more steps than this has small boxes without asking how large the others would be. */
const MANY = 60;
const DENSE_SIZE = { width: 152, height: 40 };
const FULL_GAPS = { nodesep: 36, ranksep: 56 };
const DENSE_GAPS = { nodesep: 20, ranksep: 24 };

declare const self: DedicatedWorkerGlobalScope;

self.addEventListener('message', ({ data: { number, plan, place } }: MessageEvent<LayoutQuestion>) => {
  self.postMessage({ number, ...laidOut(plan, place) } satisfies LayoutAnswer);
});

function laidOut(plan: Plan, place: Place): Arrangement {
  if (plan.nodes.length <= MANY) {
    const full = arranged(plan, place, FULL_GAPS);
    if (scaleIn(place, full.boxes) >= COMFORTABLE) return { ...full, dense: false };
  }
  const nodes = plan.nodes.map((node) => ({ ...node, ...DENSE_SIZE }));
  return { ...arranged({ ...plan, nodes }, place, DENSE_GAPS), dense: true };
}

type Gaps = typeof FULL_GAPS;

function arranged(plan: Plan, place: Place, gaps: Gaps): Omit<Arrangement, 'dense'> {
  if (place.width < place.height) {
    const boxes = ranked(plan, 'TB', gaps);
    if (isLegible(boxes, place)) return { boxes, down: true };
  }
  return { boxes: fold(ranked(plan, 'LR', gaps), place), down: false };
}

function ranked(plan: Plan, rankdir: 'LR' | 'TB', gaps: Gaps): Box[] {
  const graph = new graphlib.Graph();
  graph.setGraph({ rankdir, ...gaps });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of plan.nodes) graph.setNode(id, { width, height });
  for (const { from, to, into } of plan.edges) graph.setEdge(from, to, { weight: into ? 1 : 8 });
  layout(graph);
  return plan.nodes.map(({ id }): Box => {
    const { x, y, width, height } = graph.node(id) as Box;
    return { id, x, y, width, height };
  });
}

import type { Frame, Step } from '../../../log/frame';

export interface Edge {
  id: string;
  from: string;
  to: string;
  /** Whether it leads into a sub-run. */
  into: boolean;
}

/** What there is to draw: nothing in it changes while only states do. */
export interface Plan {
  nodes: readonly PlanNode[];
  edges: readonly Edge[];
}

export interface PlanNode {
  id: string;
  /** Of its box where it has room for all that it says. */
  width: number;
  height: number;
  /** The kind of sub-run that begins here. */
  begins: string | null;
}

const SIZE = { width: 196, height: 48 };
const LINE_HEIGHT = 20;
const MOST_LINES = 8;

/** The steps of a frame and what leads to what: from step to step, and from a step into the sub-runs that it started. */
export function planOf({ steps, runs }: Frame): Plan {
  const edges: Edge[] = [];
  const nodes: PlanNode[] = [];
  const last = new Map<string, string>();
  for (const step of steps.values()) {
    const before = last.get(step.run);
    const run = runs.get(step.run);
    const from = before ?? run?.within ?? null;
    if (from !== null) edges.push({ id: `${from}>${step.key}`, from, to: step.key, into: before === undefined });
    const begins = before === undefined && run?.within ? run.kind : null;
    nodes.push({ id: step.key, ...sizeOf(step), begins });
    last.set(step.run, step.key);
  }
  return { nodes, edges };
}

/** The stages of a step's last attempt, which are the lines of its node. */
export function linesOf(step: Step): { id: number; text: string }[] {
  const lines = step.happened.flatMap(({ id, type, data }) => {
    const text = type === 'build.stage' ? data['stage'] : type === 'tool.called' ? data['tool'] : undefined;
    return typeof text === 'string' && Number(data['attempt'] ?? 1) === step.attempt ? [{ id, text }] : [];
  });
  return lines.length > MOST_LINES ? lines.slice(-MOST_LINES) : lines;
}

function sizeOf(step: Step): { width: number; height: number } {
  const lines = linesOf(step).length;
  return { ...SIZE, height: SIZE.height + (lines > 0 ? lines * LINE_HEIGHT + 10 : 0) };
}

/** Tells whether two plans draw the same boxes and arrows. */
export function fingerprint({ nodes, edges }: Plan): string {
  return `${nodes.map((node) => `${node.id}:${node.height}`).join()}|${edges.map((edge) => edge.id).join()}`;
}

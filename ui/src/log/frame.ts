import type { LogEvent } from '../api/client';

export type StepState = 'running' | 'waiting' | 'done' | 'failed' | 'stopped';

export interface Happening {
  id: number;
  ts: string;
  type: string;
  data: LogEvent['data'];
}

/** One step of a run as it stood at a moment. */
export interface Step {
  /** Unique among all runs of a frame: run and step. */
  key: string;
  run: string;
  step: string;
  node: string;
  state: StepState;
  attempt: number;
  /** Of each attempt, from its first to its last event; the end is null while it lasts. */
  spans: readonly { from: string; to: string | null }[];
  /** What happened within it, oldest first: stages, calls, decisions, cards. Words on their way are not kept. */
  happened: readonly Happening[];
  approval: string | null;
  output: unknown;
  error: unknown;
  /** Ids of the events that changed it, in order: frames of one film that agree in them show the same step. */
  touched: readonly number[];
}

export interface RunFrame {
  id: string;
  kind: string;
  state: string;
  parent: string | null;
  /** The parent's step that started it. */
  within: string | null;
  startedAt: string;
  finishedAt: string | null;
  error: unknown;
  /** Words of the answer on their way; gone once the message is complete. */
  speaking: string;
  /** The card that it waits for. */
  approval: string | null;
}

/** A run and its sub-runs as they stood after the event `at`. */
export interface Frame {
  at: number;
  runs: ReadonlyMap<string, RunFrame>;
  steps: ReadonlyMap<string, Step>;
}

export const EMPTY: Frame = { at: 0, runs: new Map(), steps: new Map() };

const KEPT_WITHIN_A_STEP = new Set([
  'build.stage', 'tool.called', 'tool.returned', 'decision.made', 'model.called', 'step.progress', 'repair.attempt',
  'message.completed', 'approval.requested', 'approval.answered', 'approval.expired',
]);

/** The frame after `events`, which are in order of their ids. Pure. */
export function frameOf(events: readonly LogEvent[]): Frame {
  const runs = new Map<string, RunFrame>();
  const speakers = new Map<string, number>();
  const steps = new Map<string, Mutable>();
  const current = new Map<string, Mutable>();
  for (const event of events) {
    if (event.run === null) continue;
    const { data, ts, run } = event;
    const own = runs.get(run);
    switch (event.type) {
      case 'run.started': {
        const parent = textOf(data, 'parent');
        const within = parent === '' ? undefined : current.get(parent);
        runs.set(run, {
          id: run, kind: textOf(data, 'kind'), state: 'running', parent: parent || null, within: within?.key ?? null,
          startedAt: ts, finishedAt: null, error: null, speaking: '', approval: null,
        });
        break;
      }
      case 'run.resumed':
        if (own !== undefined) runs.set(run, { ...own, state: 'running', finishedAt: null, error: null, approval: null });
        break;
      case 'run.finished':
      case 'run.failed':
      case 'run.cancelled':
        if (own !== undefined) runs.set(run, { ...own, state: ENDS[event.type], finishedAt: ts, error: data['error'] ?? null });
        for (const step of steps.values()) {
          if (step.run === run && (step.state === 'running' || step.state === 'waiting')) end(step, 'stopped', event);
        }
        break;
      case 'step.started': {
        const step = steps.get(keyOf(event)) ?? begun(event);
        steps.set(step.key, step);
        current.set(run, step);
        const last = step.spans.at(-1);
        if (last !== undefined && last.to === null) last.to = ts;
        step.spans.push({ from: ts, to: null });
        step.state = 'running';
        step.attempt = Number(data['attempt'] ?? 1);
        step.error = null;
        touch(step, event);
        break;
      }
      default: {
        const step = steps.get(keyOf(event)) ?? (isOfNoStep(data) ? current.get(run) : undefined);
        if (step !== undefined) within(step, event);
        if (own !== undefined) runs.set(run, { ...own, ...said(own, event, speakers) });
      }
    }
  }
  return { at: events.at(-1)?.id ?? 0, runs, steps };
}

/** What an event within a run changes about the run. */
function said({ speaking }: RunFrame, { type, data, run }: LogEvent, speakers: Map<string, number>): Partial<RunFrame> {
  switch (type) {
    case 'message.delta': {
      // A new attempt says the message anew.
      const attempt = Number(data['attempt'] ?? 1);
      const again = speakers.get(run ?? '') === attempt;
      speakers.set(run ?? '', attempt);
      return { speaking: (again ? speaking : '') + textOf(data, 'text') };
    }
    case 'message.completed':
      return { speaking: '' };
    case 'approval.requested':
      return { state: 'waiting', approval: textOf(data, 'approval') };
    case 'approval.answered':
    case 'approval.expired':
      return { approval: null };
    default:
      return {};
  }
}

const ENDS = { 'run.finished': 'done', 'run.failed': 'failed', 'run.cancelled': 'cancelled' } as const;

interface Mutable extends Omit<Step, 'spans' | 'happened' | 'touched'> {
  spans: { from: string; to: string | null }[];
  happened: Happening[];
  touched: number[];
}

function begun(event: LogEvent): Mutable {
  return {
    key: keyOf(event), run: event.run ?? '', step: textOf(event.data, 'step'), node: textOf(event.data, 'node'),
    state: 'running', attempt: 1, spans: [], happened: [], approval: null, output: null, error: null, touched: [],
  };
}

function within(step: Mutable, event: LogEvent): void {
  switch (event.type) {
    case 'step.finished':
      step.output = event.data['output'] ?? null;
      end(step, 'done', event);
      break;
    case 'step.failed':
      step.error = event.data['error'] ?? null;
      end(step, 'failed', event);
      break;
    case 'approval.requested':
      step.approval = textOf(event.data, 'approval');
      // It does not work while it waits for a person: the attempt after the answer begins a span of its own.
      end(step, 'waiting', event);
      break;
    case 'approval.answered':
    case 'approval.expired':
      if (step.state === 'waiting') step.state = 'running';
      break;
  }
  if (!KEPT_WITHIN_A_STEP.has(event.type)) return;
  step.happened.push({ id: event.id, ts: event.ts, type: event.type, data: event.data });
  touch(step, event);
}

function end(step: Mutable, state: StepState, event: LogEvent): void {
  const last = step.spans.at(-1);
  if (last !== undefined) last.to ??= event.ts;
  step.state = state;
  touch(step, event);
}

function touch(step: Mutable, event: LogEvent): void {
  step.touched.push(event.id);
}

/** An event that a step's own work caused without naming the step (`draft.created`, `module.installed`). */
function isOfNoStep(data: LogEvent['data']): boolean {
  return data['step'] === undefined;
}

function keyOf({ run, data }: LogEvent): string {
  return `${run ?? ''}/${textOf(data, 'step')}`;
}

export function textOf(data: Record<string, unknown>, name: string): string {
  const value = data[name];
  return typeof value === 'string' ? value : '';
}

/** `next`, with every step that did not change since `before` as the same object, so that what shows it need not. */
export function sharing(before: Frame, next: Frame): Frame {
  const steps = new Map<string, Step>();
  for (const [key, step] of next.steps) {
    const was = before.steps.get(key);
    steps.set(key, was !== undefined && sameEvents(was.touched, step.touched) ? was : step);
  }
  return { ...next, steps };
}

function sameEvents(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((id, place) => id === other[place]);
}

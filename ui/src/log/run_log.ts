import type { LogEvent } from '../api/client';

export interface Step {
  id: string;
  node: string;
  state: 'running' | 'done' | 'failed';
  attempt: number;
  startedAt: string;
  finishedAt: string | null;
  /** What it is at: build stages and tools, oldest first. */
  notes: readonly string[];
}

/** A run as its events tell it. */
export interface RunView {
  /** The newest event that is included. */
  last: number;
  state: string;
  steps: readonly Step[];
  /** Words of the answer on their way, by message; gone once the message is complete. */
  speaking: string;
  speakingAttempt: number;
  approval: string | null;
  error: string | null;
}

export const NOTHING: RunView = {
  last: 0,
  state: 'queued',
  steps: [],
  speaking: '',
  speakingAttempt: 0,
  approval: null,
  error: null,
};

/** `view` with `event`, which must be newer than everything in it. Pure. */
export function next(view: RunView, event: LogEvent): RunView {
  return { ...view, ...change(view, event), last: event.id };
}

function change(view: RunView, { type, data, ts }: LogEvent): Partial<RunView> {
  const text = (name: string) => (typeof data[name] === 'string' ? data[name] : '');
  const attempt = Number(data['attempt'] ?? 1);
  const step = (to: Partial<Step>) => ({
    steps: view.steps.map((each) => (each.id === text('step') ? { ...each, ...to } : each)),
  });
  const note = (words: string) => ({
    steps: view.steps.map((each) => (each.id === text('step') ? { ...each, notes: [...each.notes, words] } : each)),
  });
  switch (type) {
    case 'run.started':
    case 'run.resumed':
      return { state: 'running', error: null, approval: null };
    case 'run.finished':
      return { state: 'done' };
    case 'run.cancelled':
      return { state: 'cancelled' };
    case 'run.failed':
      return { state: 'failed', error: errorText(data['error']) };
    case 'step.started': {
      const begun: Step = {
        id: text('step'),
        node: text('node'),
        state: 'running',
        attempt,
        startedAt: ts,
        finishedAt: null,
        notes: [],
      };
      return { steps: [...view.steps.filter((each) => each.id !== begun.id), begun] };
    }
    case 'step.finished':
      return step({ state: 'done', finishedAt: ts });
    case 'step.failed':
      return step({ state: 'failed', finishedAt: ts });
    case 'build.stage':
      return note(text('stage'));
    case 'tool.called':
      return note(text('tool'));
    case 'message.delta':
      return attempt === view.speakingAttempt
        ? { speaking: view.speaking + text('text') }
        : { speaking: text('text'), speakingAttempt: attempt };
    case 'message.completed':
      return { speaking: '' };
    case 'approval.requested':
      return { approval: text('approval'), state: 'waiting' };
    case 'approval.answered':
    case 'approval.expired':
      return { approval: null };
    default:
      return {};
  }
}

function errorText(error: unknown): string {
  return typeof error === 'object' && error !== null && 'detail' in error ? String(error.detail) : 'It failed.';
}

/**
 * The events of one run, from wherever they come: the stream, pages of its history, both at once. Whatever the order,
 * overlap and repetition in which they arrive, the view is the one that reading the log afresh gives.
 */
export class RunLog {
  readonly #events = new Map<number, LogEvent>();
  #view = NOTHING;

  get view(): RunView {
    return this.#view;
  }

  add(events: Iterable<LogEvent>): RunView {
    let late = false;
    const fresh: LogEvent[] = [];
    for (const event of events) {
      if (this.#events.has(event.id)) continue;
      this.#events.set(event.id, event);
      fresh.push(event);
      late ||= event.id < this.#view.last;
    }
    const [from, added] = late ? [NOTHING, [...this.#events.values()]] : [this.#view, fresh];
    this.#view = added.sort((one, other) => one.id - other.id).reduce(next, from);
    return this.#view;
  }
}

import fc from 'fast-check';
import { expect, it } from 'vitest';

import type { LogEvent } from '../api/client';
import { Film } from './film';
import { frameOf, type Frame } from './frame';

const WITHIN_A_STEP = [
  'step.finished', 'step.failed', 'build.stage', 'tool.called', 'tool.returned', 'decision.made', 'approval.requested',
  'approval.answered', 'approval.expired', 'step.progress',
];
const OF_NO_STEP = ['draft.created', 'module.installed', 'tool.called', 'message.delta', 'message.completed', 'something.new'];
const ENDS = ['run.finished', 'run.failed', 'run.cancelled'];
const MOST_RUNS = 3;

interface Deed {
  type: string;
  /** Which run, and which of its newest steps. */
  run: number;
  step: number;
}

const deed: fc.Arbitrary<Deed> = fc.record({
  type: fc.oneof(
    { weight: 4, arbitrary: fc.constant('step.started') },
    { weight: 2, arbitrary: fc.constant('step.retried') },
    { weight: 8, arbitrary: fc.constantFrom(...WITHIN_A_STEP) },
    { weight: 4, arbitrary: fc.constantFrom(...OF_NO_STEP) },
    { weight: 1, arbitrary: fc.constantFrom('run.started', 'run.resumed', ...ENDS) },
  ),
  run: fc.nat(MOST_RUNS - 1),
  step: fc.nat(2),
});

/** A run while its log is written. */
interface Writing {
  id: string;
  open: boolean;
  steps: { step: string; node: string; attempt: number; works: boolean }[];
}

/** The log of a run and its sub-runs. What cannot happen as they stand is left out. */
function logOf(deeds: readonly Deed[]): LogEvent[] {
  const log: LogEvent[] = [];
  const runs: Writing[] = [];
  const write = (run: string, type: string, data: LogEvent['data']) => {
    const id = log.length + 1;
    log.push({
      id, key: `${id}`, org: 'o', run, type, ts: new Date(id * 1000).toISOString(),
      data: { text: `${id} `, stage: `${id}`, tool: `${id}`, approval: `${id}`, output: id, error: { detail: `${id}` }, ...data },
    });
  };
  const begin = (parent: string | null) => {
    runs.push({ id: `run${runs.length}`, open: true, steps: [] });
    write(`run${runs.length - 1}`, 'run.started', { kind: 'turn', parent });
  };
  begin(null);
  for (const { type, run: which, step: back } of deeds) {
    const run = runs[which % runs.length];
    if (run === undefined || run.open === (type === 'run.resumed')) continue;
    const step = run.steps.at(-1 - (back % Math.max(1, run.steps.length)));
    const goesOn = step?.works === true;
    if (type === 'step.started') {
      const begun = { step: `node@${run.steps.length + 1}`, node: 'node', attempt: 1, works: true };
      run.steps.push(begun);
      write(run.id, type, { ...begun });
    } else if (type === 'step.retried' && step !== undefined) {
      Object.assign(step, { attempt: step.attempt + 1, works: true });
      write(run.id, 'step.started', { ...step });
    } else if (type === 'run.started' && goesOn && runs.length < MOST_RUNS) {
      begin(run.id);
    } else if (WITHIN_A_STEP.includes(type) && goesOn) {
      step.works = type !== 'step.finished' && type !== 'step.failed';
      write(run.id, type, { ...step });
    } else if (OF_NO_STEP.includes(type)) {
      write(run.id, type, { attempt: step?.attempt ?? 1 });
    } else if (ENDS.includes(type) || type === 'run.resumed') {
      run.open = type === 'run.resumed';
      write(run.id, type, { kind: 'turn' });
    }
  }
  return log;
}

type Move =
  /** A piece of the log comes; or a few of its events, in any order. */
  | { do: 'add'; from: number; to: number }
  | { do: 'add late'; places: number[] }
  /** The screen shows its next picture. */
  | { do: 'show' }
  | { do: 'scrub'; at: number | null };

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('add' as const), from: fc.nat(60), to: fc.nat(60) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('add late' as const), places: fc.array(fc.nat(60), { minLength: 1, maxLength: 4 }) }) },
  { weight: 4, arbitrary: fc.constant({ do: 'show' as const }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('scrub' as const), at: fc.option(fc.nat(60), { freq: 3 }) }) },
);
const plays = fc.record({
  deeds: fc.array(deed, { minLength: 20, maxLength: 60 }),
  moves: fc.array(move, { minLength: 4, maxLength: 20 }),
});

const picture = () => new Promise(requestAnimationFrame);

/** The frames that were read, each as it was then: no later event may change what somebody holds. */
class Album {
  readonly #read: { frame: Frame; then: Frame }[] = [];

  read(frame: Frame): void {
    this.#read.push({ frame, then: structuredClone(frame) });
  }

  unchanged(): void {
    for (const { frame, then } of this.#read) expect(frame).toEqual(then);
  }
}

/** Every step that is as it was is the same object, so that what shows it is not shown anew. */
function shares(before: Frame, after: Frame): void {
  for (const [key, step] of after.steps) {
    const was = before.steps.get(key);
    if (was !== undefined && JSON.stringify(was) === JSON.stringify(step)) expect(step).toBe(was);
  }
}

it('shows at every moment what reading afresh the events that it has shows, whatever came when, and how often', async () => {
  await fc.assert(
    fc.asyncProperty(plays, async ({ deeds, moves }) => {
      const log = logOf(deeds);
      const film = new Film();
      const album = new Album();
      const came = new Set<LogEvent>();
      let shown: LogEvent[] = [];
      let at: number | null = null;
      for (const next of [...moves, { do: 'add', from: 0, to: log.length }, { do: 'show' }] satisfies Move[]) {
        const before = { whole: film.whole, frame: film.frame };
        if (next.do === 'add' || next.do === 'add late') {
          const piece = next.do === 'add' ? log.slice(next.from, next.to) : next.places.flatMap((place) => log[place] ?? []);
          piece.forEach((event) => came.add(event));
          // As it comes from the service: other objects each time.
          film.add(structuredClone(piece));
        } else if (next.do === 'scrub') {
          film.scrub((at = next.at));
        } else {
          await picture();
          shown = log.filter((event) => came.has(event));
        }
        const seen = at;
        expect(film.events).toEqual(shown);
        expect(film.whole).toEqual(frameOf(shown));
        expect(film.frame).toEqual(frameOf(seen === null ? shown : shown.filter(({ id }) => id <= seen)));
        shares(before.whole, film.whole);
        shares(before.frame, film.frame);
        album.read(film.whole);
        album.read(film.frame);
      }
      album.unchanged();
    }),
    { numRuns: 800 },
  );
}, 60_000);

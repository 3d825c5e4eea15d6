import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { assign, createActor, setup, type EventFrom, type SnapshotFrom } from 'xstate';
import { getAdjacencyMap, getShortestPaths, serializeSnapshot } from 'xstate/graph';

import type { LogEvent, Problem } from '../api/client';
import { connectionMachine, standingOf } from './machine';
import type { StreamNews } from './stream';
import type { FromHub } from './wire';

const PROBLEM: Problem = { type: '', title: '', status: 401, code: 'unauthenticated', detail: 'No key.', mend: 'Sign in.', request_id: '' };
const LONGEST_LOG = 3;

/**
 * What a person may see while the world moves; its states bear the words on the screen. In the log of this world event
 * follows event without a gap, so that one that is missing shows. `head` is where catching up ends, 0 after it.
 */
const world = setup({
  types: {
    context: {} as { log: number; head: number; last: number | null },
    events: {} as { type: Happens },
  },
  guards: {
    behind: ({ context }) => context.last !== null && context.last < context.log,
    oneBehind: ({ context }) => (context.last ?? 0) + 1 === context.head,
    seenSome: ({ context }) => (context.last ?? 0) > 0,
    short: ({ context }) => context.log < LONGEST_LOG,
  },
  actions: {
    written: assign({ log: ({ context }) => context.log + 1 }),
    begun: assign({ head: ({ context }) => context.log, last: ({ context }) => context.last ?? context.log }),
    passed: assign({ last: ({ context }) => (context.last ?? 0) + 1 }),
    settled: assign({ head: 0 }),
    replaced: assign(({ context }) => ({ log: (context.last ?? 0) - 1, last: (context.last ?? 0) - 1 })),
    nothing: () => undefined,
  },
}).createMachine({
  id: 'world',
  context: { log: 1, head: 0, last: null },
  initial: 'connecting',
  on: {
    WRITTEN: { guard: 'short', actions: 'written' },
    NETWORK_LOST: { target: '.offline', actions: 'settled' },
    NETWORK_FOUND: { target: '.connecting', actions: 'settled' },
    NUDGED: { actions: 'nothing' },
    TIME_PASSED: { actions: 'nothing' },
    STRAGGLED: { actions: 'nothing' },
  },
  states: {
    offline: { on: { NUDGED: 'connecting' } },
    connecting: {
      initial: 'opening',
      states: {
        opening: {
          on: {
            OPENED: [
              { guard: 'behind', target: '#world.catching up', actions: 'begun' },
              { target: '#world.live', actions: ['begun', 'settled'] },
            ],
            CUT: 'resting',
            DENIED: '#world.signed out',
            REPLACED: { guard: 'seenSome', actions: 'replaced' },
          },
        },
        resting: { on: { TIME_PASSED: 'opening', NUDGED: 'opening' } },
      },
    },
    'catching up': {
      on: {
        CAME: [{ guard: 'oneBehind', target: 'live', actions: ['passed', 'settled'] }, { actions: 'passed' }],
        REPEATED: { guard: 'seenSome', actions: 'nothing' },
        CUT: { target: 'connecting.resting', actions: 'settled' },
      },
    },
    live: {
      on: {
        CAME: { guard: 'behind', actions: 'passed' },
        REPEATED: { guard: 'seenSome', actions: 'nothing' },
        CUT: 'connecting.resting',
      },
    },
    'signed out': { on: { NUDGED: 'connecting' } },
  },
});

type Happens =
  /** The service adds an event to the log, and its stream brings the next one, or one again. */
  | 'WRITTEN' | 'CAME' | 'REPEATED'
  /** How an attempt ends, and how a stream does. */
  | 'OPENED' | 'DENIED' | 'REPLACED' | 'CUT'
  /** What a stream that was given up had still to say. */
  | 'STRAGGLED'
  | 'NETWORK_LOST' | 'NETWORK_FOUND' | 'NUDGED' | 'TIME_PASSED';
type Moment = SnapshotFrom<typeof world>;

/** One call of `follow`, and what the service does with it. */
interface Stream {
  after: number | null;
  tell: (news: StreamNews) => void;
  end: () => void;
  fail: (why: Error) => void;
  signal: AbortSignal;
}
const streams: Stream[] = [];
vi.mock('./stream', () => ({
  follow: (after: number | null, tell: Stream['tell'], signal: AbortSignal) =>
    new Promise<void>((end, fail) => {
      signal.addEventListener('abort', () => fail(new Error('aborted')));
      streams.push({ after, tell, end, fail, signal });
    }),
}));

const news = (id: number): StreamNews => {
  const event: LogEvent = { id, key: `${id}`, org: 'o', run: null, type: 'run.started', data: {}, ts: '' };
  return { type: 'EVENT', event };
};

/** The machine in the world: `happen` does to it what the model went through, as the service and the browser do. */
function played() {
  const said: FromHub[] = [];
  const actor = createActor(connectionMachine, { input: { online: true, last: null } });
  actor.on('tell', ({ message }) => said.push(message));
  actor.start();
  const happen = async (type: Happens, { context: { log, last } }: Moment) => {
    const stream = streams.at(-1);
    const next = (last ?? 0) + 1;
    const acts: Record<Happens, () => unknown> = {
      WRITTEN: () => undefined,
      CAME: () => stream?.tell(news(last ?? 0)),
      REPEATED: () => stream?.tell(news(last ?? 0)),
      OPENED: () => stream?.tell({ type: 'OPENED', head: log, after: stream.after ?? log }),
      DENIED: () => [stream?.tell({ type: 'DENIED', problem: PROBLEM }), stream?.end()],
      REPLACED: () => [stream?.tell({ type: 'REPLACED', head: log }), stream?.end()],
      CUT: () => (log % 2 === 0 ? stream?.end() : stream?.fail(new Error('cut'))),
      STRAGGLED: () => streams.filter(({ signal }) => signal.aborted).at(-1)?.tell(news(next)),
      NETWORK_LOST: () => actor.send({ type: 'OFFLINE' }),
      NETWORK_FOUND: () => actor.send({ type: 'ONLINE' }),
      NUDGED: () => actor.send({ type: 'NUDGE' }),
      TIME_PASSED: () => vi.advanceTimersByTime(10_000),
    };
    acts[type]();
    // A stream's end is heard a moment later.
    await Promise.resolve();
  };
  return { actor, said, happen };
}

/** What of the events the tabs were told since they began, or had to begin anew. */
function passedOn(said: FromHub[]): { since: number; ids: number[] } {
  const anew = said.findLastIndex(({ kind }) => kind === 'reset');
  const era = anew === -1 ? said : said.slice(anew);
  const begun = era.find((message) => message.kind === 'reset' || message.kind === 'welcome');
  return {
    since: begun?.kind === 'reset' || begun?.kind === 'welcome' ? begun.since : 0,
    ids: era.flatMap((message) => (message.kind === 'event' ? [message.event.id] : [])),
  };
}

const open = () => streams.filter(({ signal }) => !signal.aborted);
const wordOf = ({ value }: Moment) => (typeof value === 'string' ? value : Object.keys(value)[0]);
const streaming = (moment: Moment) => moment.matches({ connecting: 'opening' }) || moment.matches('catching up') || moment.matches('live');

const numbersBetween = (since: number, last: number) => Array.from({ length: last - since }, (_, place) => since + 1 + place);

/** What must be so at a moment of the model, and what is so. */
function both({ actor, said }: ReturnType<typeof played>, moment: Moment, begun: readonly Stream[]) {
  const { last } = moment.context;
  const { since, ids } = passedOn(said);
  return {
    modelled: { word: wordOf(moment), open: streaming(moment) ? 1 : 0, from: begun.map(() => last), ids: numbersBetween(since, last ?? since) },
    real: { word: standingOf(actor.getSnapshot()), open: open().length, from: begun.map(({ after }) => after), ids },
  };
}

interface Step {
  event: EventFrom<typeof world>;
  state: Moment;
}

/** The shortest way to every state, each time on through any two of the steps that can follow there. */
function walks(): Step[][] {
  const possible = { filterEvents: (moment: Moment, event: EventFrom<typeof world>) => moment.can(event) };
  const places = getAdjacencyMap(world, possible);
  const after = (moment: Moment): Step[] => Object.values(places[serializeSnapshot(moment)]?.transitions ?? {});
  return getShortestPaths(world, possible).flatMap(({ state, steps }) => {
    // The first step of a path is the world's beginning.
    const way = steps.slice(1);
    return after(state).flatMap((one) => after(one.state).map((other) => [...way, one, other]));
  });
}

const wayOf = (steps: Step[], place: number) => steps.slice(0, place + 1).map(({ event }) => event.type).join(' ');

beforeEach(() => {
  vi.useFakeTimers();
  // The longest wait before the next attempt.
  vi.spyOn(Math, 'random').mockReturnValue(1);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it('stands where the world left it, and passes every event on once, in order, from one stream', async () => {
  const all = walks();
  expect(all.length).toBeGreaterThan(1000);
  for (const steps of all) {
    streams.length = 0;
    const connection = played();
    for (const [place, { event, state }] of steps.entries()) {
      const before = streams.length;
      await connection.happen(event.type, state);
      const { real, modelled } = both(connection, state, streams.slice(before));
      expect(real, wayOf(steps, place)).toEqual(modelled);
    }
    connection.actor.stop();
    expect(open()).toEqual([]);
  }
}, 60_000);

import { assign, emit, fromCallback, setup, type ActorRefFrom, type SnapshotFrom } from 'xstate';

import type { LogEvent, Problem } from '../api/client';
import { follow, type StreamNews } from './stream';
import type { FromHub, Standing } from './wire';

export type ConnectionEvent =
  | StreamNews
  | { type: 'CUT' }
  | { type: 'NUDGE' }
  | { type: 'ONLINE' }
  | { type: 'OFFLINE' };

interface Context {
  online: boolean;
  /** Id of the last event that was passed on, here or by who led before; null before the first connection. */
  last: number | null;
  /** The newest event when the stream was opened: reaching it ends catching up. */
  head: number;
  attempt: number;
  problem: Problem | null;
}

const FIRST_DELAY_MS = 300;
const LONGEST_DELAY_MS = 10_000;

/** Exponential backoff with full jitter. */
export function retryDelay(attempt: number, random: () => number = Math.random): number {
  return random() * Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt);
}

/** The connection to the event log. It opens itself, resumes from the last id, and never gives up. */
export const connectionMachine = setup({
  types: {
    context: {} as Context,
    events: {} as ConnectionEvent,
    input: {} as { online: boolean; last: number | null },
    emitted: {} as { type: 'tell'; message: FromHub },
  },
  actors: {
    stream: fromCallback<ConnectionEvent, { after: number | null }>(({ input, sendBack }) => {
      const abort = new AbortController();
      const cut = () => {
        if (!abort.signal.aborted) sendBack({ type: 'CUT' });
      };
      follow(input.after, sendBack, abort.signal).then(cut, cut);
      return () => abort.abort();
    }),
  },
  delays: { retry: ({ context }) => retryDelay(context.attempt) },
  guards: {
    online: ({ context }) => context.online,
    isNew: ({ context, event }) => event.type === 'EVENT' && event.event.id > (context.last ?? 0),
    caughtUp: ({ context }) => (context.last ?? 0) >= context.head,
  },
  actions: {
    opened: assign(({ context, event }) =>
      event.type === 'OPENED' ? { head: event.head, last: context.last ?? event.after, attempt: 0, problem: null } : {},
    ),
    welcome: emit(({ context }) => ({ type: 'tell' as const, message: { kind: 'welcome' as const, since: context.last ?? 0 } })),
    passOn: emit(({ event }) => ({
      type: 'tell' as const,
      message: { kind: 'event' as const, event: (event as { event: LogEvent }).event },
    })),
    remember: assign(({ event }) => (event.type === 'EVENT' ? { last: event.event.id } : {})),
  },
}).createMachine({
  id: 'connection',
  context: ({ input }) => ({ ...input, head: 0, attempt: 0, problem: null }),
  initial: 'deciding',
  on: {
    OFFLINE: { target: '.offline', actions: assign({ online: false }) },
    ONLINE: { target: '.deciding', actions: assign({ online: true, attempt: 0 }) },
  },
  states: {
    deciding: { always: [{ guard: 'online', target: 'connected' }, { target: 'offline' }] },
    offline: { on: { NUDGE: { target: 'deciding', actions: assign({ online: true }) } } },
    connected: {
      invoke: { src: 'stream', input: ({ context }) => ({ after: context.last }) },
      on: {
        CUT: { target: 'resting', actions: assign({ attempt: ({ context }) => context.attempt + 1 }) },
        DENIED: { target: 'signedOut', actions: assign({ problem: ({ event }) => event.problem }) },
        REPLACED: {
          target: 'deciding',
          reenter: true,
          actions: [
            assign({ last: ({ event }) => event.head }),
            emit(({ event }) => ({ type: 'tell' as const, message: { kind: 'reset' as const, since: event.head } })),
          ],
        },
        EVENT: { guard: 'isNew', actions: ['remember', 'passOn'] },
      },
      initial: 'opening',
      states: {
        opening: { on: { OPENED: { target: 'catchingUp', actions: ['opened', 'welcome'] } } },
        catchingUp: { always: { guard: 'caughtUp', target: 'live' } },
        live: {},
      },
    },
    resting: { after: { retry: 'deciding' }, on: { NUDGE: 'deciding' } },
    signedOut: { on: { NUDGE: 'deciding' } },
  },
});

export type Connection = ActorRefFrom<typeof connectionMachine>;

/** The state as a person reads it. */
export function standingOf(state: SnapshotFrom<typeof connectionMachine>): Standing {
  if (state.matches('offline')) return 'offline';
  if (state.matches('signedOut')) return 'signed out';
  if (state.matches({ connected: 'live' })) return 'live';
  if (state.matches({ connected: 'catchingUp' })) return 'catching up';
  return 'connecting';
}

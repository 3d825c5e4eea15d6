import { assign, fromPromise, setup } from 'xstate';

import { Refusal, type Approval } from '../../api/client';

export type Answer =
  | { answer: 'approve' }
  | { answer: 'reject'; reason: string }
  | { answer: 'edit'; edit: Record<string, unknown> };

/** What the answer depends on: the row's state, and the hash of the payload that is read. */
export type Row = Pick<Approval, 'id' | 'state' | 'payload_hash'>;

/** One answer to exactly one payload. The key stands for it: sent again after a lost reply, it is not a second one. */
export interface Sent {
  id: string;
  payload_hash: string;
  given: Answer;
  key: string;
}

export type AnsweringEvent =
  /** The row was read. */
  | { type: 'ROW'; row: Row }
  /** The person answers what they see. */
  | { type: 'ANSWER'; given: Answer; key: string }
  /** The same answer again, whose reply was lost. */
  | { type: 'AGAIN' };

interface Context {
  row: Row;
  sent: Sent | null;
  /** Why the last answer did not count, `null` when it did. */
  fault: unknown;
}

/**
 * Answering one card. The row says whether it can be answered; the machine only keeps one answer on its way at a
 * time, and knows one whose reply was lost from one that was refused. A settled row is never opened again.
 */
export const answeringMachine = setup({
  types: { context: {} as Context, events: {} as AnsweringEvent, input: {} as { row: Row } },
  actors: {
    send: fromPromise<Row, Sent>(() => Promise.reject(new Error('provided by whoever uses the machine'))),
  },
  guards: {
    isSettled: ({ context }) => settled(context.row),
    wasRefused: ({ event }) => (event as { error?: unknown }).error instanceof Refusal,
  },
  actions: {
    read: assign(({ context, event }) => (event.type === 'ROW' ? { row: later(context.row, event.row) } : {})),
    answer: assign(({ context, event }) =>
      event.type === 'ANSWER'
        ? { fault: null, sent: { id: context.row.id, payload_hash: context.row.payload_hash, given: event.given, key: event.key } }
        : {},
    ),
  },
}).createMachine({
  id: 'answering',
  context: ({ input }) => ({ row: input.row, sent: null, fault: null }),
  initial: 'reading',
  states: {
    reading: { always: [{ guard: 'isSettled', target: 'settled' }, { target: 'open' }] },
    open: { on: { ROW: { target: 'reading', actions: 'read' }, ANSWER: { target: 'sending', actions: 'answer' } } },
    sending: {
      invoke: {
        src: 'send',
        input: ({ context }) => context.sent as Sent,
        onDone: { target: 'reading', actions: assign(({ context, event }) => ({ row: later(context.row, event.output), sent: null, fault: null })) },
        onError: [
          { guard: 'wasRefused', target: 'reading', actions: assign(({ event }) => ({ sent: null, fault: event.error })) },
          { target: 'uncertain', actions: assign(({ event }) => ({ fault: event.error })) },
        ],
      },
      on: { ROW: { actions: 'read' } },
    },
    /** The reply was lost: the answer may have arrived. The row will tell, or the same answer again. */
    uncertain: {
      always: { guard: 'isSettled', target: 'settled', actions: assign({ sent: null, fault: null }) },
      on: {
        ROW: { actions: 'read' },
        AGAIN: 'sending',
        ANSWER: { target: 'sending', actions: 'answer' },
      },
    },
    settled: {},
  },
});

function settled({ state }: Row): boolean {
  return state !== 'pending';
}

/** What was settled once stays so, in whatever order two readings arrive. */
function later(known: Row, read: Row): Row {
  return settled(known) ? known : read;
}

import { describe, expect, it } from 'vitest';
import { createActor, fromPromise, fromTransition } from 'xstate';
import { getShortestPaths } from 'xstate/graph';

import { Refusal, type Problem } from '../../api/client';
import { answeringMachine, type Row, type Sent } from './answering';

type Shown = 'open' | 'sending' | 'uncertain' | 'settled';

/** The row at the service, what this page read of it, and what its card shows. */
interface World {
  row: Row;
  read: Row;
  card: Shown;
  /** The answer on its way or of unknown fate: which payload it was of, and whether it counted. */
  sent: { payload_hash: string; counted: boolean } | null;
}

const EVENTS = ['APPROVE', 'AGAIN', 'ARRIVES', 'REPLY IS LOST', 'NEVER ARRIVES', 'ANOTHER REJECTS', 'ANOTHER EDITS', 'READ', 'AN OLD READING'] as const;
interface Happening {
  type: (typeof EVENTS)[number];
}

const FIRST: Row = { id: 'card', state: 'pending', payload_hash: 'first' };
const REFUSED = new Refusal({ detail: 'answered already' } as Problem);

function rests(world: World, card: 'open' | 'uncertain'): World {
  return { ...world, card: world.read.state === 'pending' ? card : 'settled' };
}

/** What the service makes of the answer: it counts once, and only for the payload that is there. */
function arrive(world: World): World {
  const { row, sent } = world;
  if (sent === null || sent.counted || row.state !== 'pending' || row.payload_hash !== sent.payload_hash) return world;
  return { ...world, row: { ...row, state: 'approved' }, sent: { ...sent, counted: true } };
}

function next(world: World, { type }: Happening): World {
  const { row, read, card } = world;
  const isOffered = card === 'open' || card === 'uncertain';
  switch (type) {
    case 'APPROVE':
      return isOffered ? { ...world, card: 'sending', sent: { payload_hash: read.payload_hash, counted: false } } : world;
    case 'AGAIN':
      return card === 'uncertain' ? { ...world, card: 'sending' } : world;
    case 'ARRIVES': {
      if (card !== 'sending') return world;
      const after = arrive(world);
      return rests({ ...after, sent: null, read: after.sent?.counted === true && read.state === 'pending' ? after.row : read }, 'open');
    }
    case 'REPLY IS LOST':
      return card === 'sending' ? rests(arrive(world), 'uncertain') : world;
    case 'NEVER ARRIVES':
      return card === 'sending' ? rests(world, 'uncertain') : world;
    case 'ANOTHER REJECTS':
      return row.state === 'pending' ? { ...world, row: { ...row, state: 'rejected' } } : world;
    case 'ANOTHER EDITS':
      return row.state === 'pending' ? { ...world, row: { ...row, payload_hash: 'second' } } : world;
    case 'READ':
    case 'AN OLD READING': {
      const after = { ...world, read: read.state !== 'pending' ? read : type === 'READ' ? row : FIRST };
      return card === 'sending' ? after : rests(after, card === 'uncertain' ? 'uncertain' : 'open');
    }
  }
}

const START: World = { row: FIRST, read: FIRST, card: 'open', sent: null };
const model = fromTransition(next, START);

/** The real machine, against a service that keeps one row and the keys that counted. */
function play() {
  let row = FIRST;
  let keys = 0;
  const counted = new Set<string>();
  const answers: Sent[] = [];
  let reply: { sent: Sent; resolve: (row: Row) => void; reject: (error: unknown) => void } | null = null;
  const machine = answeringMachine.provide({
    actors: { send: fromPromise<Row, Sent>(({ input }) => new Promise((resolve, reject) => (reply = { sent: input, resolve, reject }))) },
  });
  const actor = createActor(machine, { input: { row: FIRST } });
  actor.start();
  const offered = () => actor.getSnapshot().matches('open') || actor.getSnapshot().matches('uncertain');
  const atService = (sent: Sent): boolean => {
    if (counted.has(sent.key)) return true;
    if (row.state !== 'pending' || row.payload_hash !== sent.payload_hash) return false;
    row = { ...row, state: 'approved' };
    counted.add(sent.key);
    answers.push(sent);
    return true;
  };
  const happen = async ({ type }: Happening) => {
    const on = reply;
    if (type === 'APPROVE' && offered()) actor.send({ type: 'ANSWER', given: { answer: 'approve' }, key: `${(keys += 1)}` });
    if (type === 'AGAIN') actor.send({ type: 'AGAIN' });
    if (type === 'READ' || type === 'AN OLD READING') actor.send({ type: 'ROW', row: type === 'READ' ? row : FIRST });
    if (type === 'ANOTHER REJECTS' && row.state === 'pending') row = { ...row, state: 'rejected' };
    if (type === 'ANOTHER EDITS' && row.state === 'pending') row = { ...row, payload_hash: 'second' };
    if (on !== null && (type === 'ARRIVES' || type === 'REPLY IS LOST' || type === 'NEVER ARRIVES')) {
      reply = null;
      const counts = type !== 'NEVER ARRIVES' && atService(on.sent);
      if (type !== 'ARRIVES') on.reject(new TypeError('Failed to fetch'));
      else if (counts) on.resolve(row);
      else on.reject(REFUSED);
      // The machine hears of it in a later microtask.
      await new Promise((later) => setTimeout(later));
    }
  };
  return { happen, answers, seen: () => ({ row, read: actor.getSnapshot().context.row, card: actor.getSnapshot().value }) };
}

describe('answering a card, walked by model', () => {
  const events = EVENTS.map((type) => ({ type }));
  const paths = getShortestPaths(model, { events, serializeState: ({ context }) => JSON.stringify(context) });

  it('covers what can happen', () => {
    const shown = new Set(paths.map(({ state }) => state.context.card));
    expect([...shown].sort()).toEqual(['open', 'sending', 'settled', 'uncertain']);
    expect(paths.length).toBeGreaterThan(30);
  });

  it('shows in every state, after every next happening, what the model says; and an answer counts once', async () => {
    for (const { state, steps } of paths) {
      for (const last of events) {
        const walked = [...steps.map(({ event }) => event).filter(isHappening), last];
        const { happen, answers, seen } = play();
        for (const each of walked) await happen(each);
        const { row, read, card } = next(state.context, last);
        expect(seen(), walked.map(({ type }) => type).join(', ')).toEqual({ row, read, card });
        expect(answers.length).toBeLessThanOrEqual(1);
        if (read.state !== 'pending') expect(card).not.toBe('open');
      }
    }
  });
});

function isHappening(event: { type: string }): event is Happening {
  return (EVENTS as readonly string[]).includes(event.type);
}

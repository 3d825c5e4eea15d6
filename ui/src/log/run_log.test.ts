import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { LogEvent } from '../api/client';
import { next, NOTHING, RunLog } from './run_log';

const TYPES = [
  'run.started', 'run.resumed', 'run.failed', 'run.finished', 'step.started', 'step.finished', 'step.failed', 'build.stage',
  'tool.called', 'message.delta', 'message.completed', 'approval.requested', 'approval.answered', 'something.new',
];

const data = fc.record({
  step: fc.constantFrom('intake@1', 'route@2', 'execute@3'),
  node: fc.constantFrom('intake', 'route', 'execute'),
  attempt: fc.integer({ min: 1, max: 3 }),
  text: fc.string({ maxLength: 4 }),
  stage: fc.constantFrom('read', 'prove'),
  tool: fc.constant('weather.forecast'),
  approval: fc.uuid(),
});

const log = fc
  .array(fc.record({ type: fc.constantFrom(...TYPES), data, gap: fc.integer({ min: 1, max: 3 }) }), { maxLength: 40 })
  .map((items) => {
    let id = 0;
    return items.map((item): LogEvent => {
      id += item.gap;
      return { id, key: `k${id}`, org: 'o', run: 'r', type: item.type, data: item.data, ts: '2026-01-01T00:00:00Z' };
    });
  });

/** The log in pieces that overlap, repeat and come in any order, with nothing left out. */
const received = log.chain((events) =>
  fc
    .array(fc.tuple(fc.nat(events.length), fc.nat(events.length)), { maxLength: 12 })
    .chain((cuts) => fc.shuffledSubarray([[0, events.length] as [number, number], ...cuts], { minLength: cuts.length + 1 }))
    .map((cuts) => ({ events, pieces: cuts.map(([from, to]) => events.slice(Math.min(from, to), Math.max(from, to))) })),
);

describe('RunLog', () => {
  it('gives the state that reading the log afresh gives, for any split, order, overlap and repetition', () => {
    fc.assert(
      fc.property(received, ({ events, pieces }) => {
        const told = new RunLog();
        for (const piece of pieces) told.add(piece);
        expect(told.view).toEqual(events.reduce(next, NOTHING));
      }),
    );
  });

  it('begins the words anew with a new attempt', () => {
    const said = (id: number, attempt: number, text: string): LogEvent => ({
      id, key: `${id}`, org: 'o', run: 'r', type: 'message.delta', data: { attempt, text }, ts: '',
    });
    expect(new RunLog().add([said(1, 1, 'It is '), said(2, 1, 'cold')]).speaking).toBe('It is cold');
    expect(new RunLog().add([said(1, 1, 'It is '), said(2, 2, 'It was')]).speaking).toBe('It was');
  });
});

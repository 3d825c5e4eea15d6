import { describe, expect, it, vi } from 'vitest';
import { createActor, fromCallback } from 'xstate';

import type { LogEvent, Problem } from '../api/client';
import { connectionMachine, retryDelay, standingOf, type ConnectionEvent } from './machine';
import type { FromHub } from './wire';

const PROBLEM: Problem = { type: '', title: '', status: 401, code: 'unauthenticated', detail: 'No key.', mend: 'Sign in.', request_id: '' };

function event(id: number): ConnectionEvent {
  const made: LogEvent = { id, key: `${id}`, org: 'o', run: null, type: 'run.started', data: {}, ts: '' };
  return { type: 'EVENT', event: made };
}

/** The machine with a stream that the test plays; `asked` is where each stream was told to begin. */
function played(online = true) {
  const asked: (number | null)[] = [];
  const said: FromHub[] = [];
  let send: (event: ConnectionEvent) => void = () => undefined;
  const stream = fromCallback<ConnectionEvent, { after: number | null }>(({ input, sendBack }) => {
    asked.push(input.after);
    send = sendBack;
  });
  const actor = createActor(connectionMachine.provide({ actors: { stream } }), { input: { online, last: null } });
  actor.on('tell', ({ message }) => said.push(message));
  actor.start();
  return { actor, asked, said, stream: (news: ConnectionEvent) => send(news), standing: () => standingOf(actor.getSnapshot()) };
}

describe('the connection', () => {
  it('is live once it has what there was when it opened, and says catching up before', () => {
    const { stream, standing, said } = played();
    expect(standing()).toBe('connecting');
    stream({ type: 'OPENED', head: 7, after: 7 });
    expect(standing()).toBe('live');
    stream({ type: 'CUT' });
    expect(standing()).toBe('connecting');
    expect(said).toContainEqual({ kind: 'welcome', since: 7 });
  });

  it('resumes from the last event that it passed on, and passes none on twice', () => {
    vi.useFakeTimers();
    const { stream, asked, said, standing } = played();
    stream({ type: 'OPENED', head: 3, after: 3 });
    stream(event(4));
    stream(event(4));
    stream({ type: 'CUT' });
    vi.advanceTimersByTime(20_000);
    expect(asked).toEqual([null, 4]);
    stream({ type: 'OPENED', head: 6, after: 4 });
    expect(standing()).toBe('catching up');
    stream(event(5));
    stream(event(6));
    expect(standing()).toBe('live');
    const passed = said.flatMap((message) => (message.kind === 'event' ? [message.event.id] : []));
    expect(passed).toEqual([4, 5, 6]);
    vi.useRealTimers();
  });

  it('does not try while offline, and tries at once when told that it is not', () => {
    const { actor, asked, standing } = played(false);
    expect([standing(), asked]).toEqual(['offline', []]);
    actor.send({ type: 'ONLINE' });
    expect([standing(), asked]).toEqual(['connecting', [null]]);
    actor.send({ type: 'OFFLINE' });
    expect(standing()).toBe('offline');
  });

  it('says signed out, which is neither a lost connection nor a failure, until somebody signs in', () => {
    const { actor, stream, standing, asked } = played();
    stream({ type: 'DENIED', problem: PROBLEM });
    expect(standing()).toBe('signed out');
    actor.send({ type: 'NUDGE' });
    expect([standing(), asked.length]).toEqual(['connecting', 2]);
  });

  it('tells the tabs to forget everything when the log is another one', () => {
    const { stream, asked, said } = played();
    stream({ type: 'OPENED', head: 90, after: 90 });
    stream({ type: 'REPLACED', head: 2 });
    expect(said).toContainEqual({ kind: 'reset', since: 2 });
    expect(asked).toEqual([null, 2]);
  });

  it('waits longer each time, up to ten seconds, and never in step with others', () => {
    expect(retryDelay(1, () => 1)).toBe(600);
    expect(retryDelay(30, () => 1)).toBe(10_000);
    expect(retryDelay(30, () => 0)).toBe(0);
  });
});

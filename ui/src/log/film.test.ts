import { describe, expect, it, vi } from 'vitest';

import type { LogEvent } from '../api/client';
import { Film } from './film';
import { frameOf } from './frame';

const picture = () => new Promise(requestAnimationFrame);

const event = (id: number, type: string, data: LogEvent['data'] = {}, run = 'r'): LogEvent => ({
  id, key: `${id}`, org: 'o', run, type, data, ts: new Date(id * 1000).toISOString(),
});
const started = (id: number, node: string, run = 'r') => event(id, 'step.started', { step: `${node}@1`, node, attempt: 1 }, run);

describe('Film', () => {
  it('stays where it was scrubbed to while the run goes on', async () => {
    const film = new Film();
    film.add([event(1, 'run.started', { kind: 'turn' }), started(2, 'intake'), started(3, 'route')]);
    await picture();
    film.scrub(2);
    film.add([started(4, 'decide')]);
    await picture();
    expect([...film.frame.steps.keys()]).toEqual(['r/intake@1']);
    expect(film.whole.steps.size).toBe(3);
    film.scrub(null);
    expect(film.frame).toBe(film.whole);
  });

  it('keeps a step that did not change as the same object', async () => {
    const film = new Film();
    film.add([started(1, 'intake'), started(3, 'route')]);
    await picture();
    const [intake, route] = [...film.frame.steps.values()];
    film.add([event(2, 'build.stage', { step: 'route@1', stage: 'read', attempt: 1 }), started(4, 'decide')]);
    await picture();
    expect(film.frame.steps.get('r/intake@1')).toBe(intake);
    expect(film.frame.steps.get('r/route@1')).toBe(route);
    film.add([event(5, 'build.stage', { step: 'route@1', stage: 'read', attempt: 1 })]);
    await picture();
    expect(film.frame.steps.get('r/route@1')?.happened).toHaveLength(1);
  });

  it('takes an event in that comes later than the ones after it', async () => {
    const film = new Film();
    const stage = (id: number) => event(id, 'build.stage', { step: 'intake@1', stage: 'read', attempt: 1 });
    film.add([started(1, 'intake'), stage(3)]);
    await picture();
    film.add([stage(2)]);
    await picture();
    expect(film.frame.steps.get('r/intake@1')?.happened.map(({ id }) => id)).toEqual([2, 3]);
  });

  it('shows no old step where late events take one from it and give it another', async () => {
    const film = new Film();
    const call = (id: number) => event(id, 'tool.called', { tool: 'weather__now' });
    // A call that names no step is the newest one's: the fifth is not intake's once route is known to have begun.
    film.add([started(1, 'intake'), call(5), event(7, 'step.finished', { step: 'intake@1' })]);
    await picture();
    film.add([call(2), started(4, 'route')]);
    await picture();
    expect(film.frame.steps.get('r/intake@1')?.happened.map(({ id }) => id)).toEqual([2]);
  });

  it('keeps a step the same object when it follows the run again', async () => {
    const film = new Film();
    film.add([started(1, 'intake'), started(2, 'route')]);
    await picture();
    const intake = film.whole.steps.get('r/intake@1');
    film.scrub(1);
    expect(film.frame.steps.get('r/intake@1')).toBe(intake);
    film.scrub(null);
    expect(film.frame.steps.get('r/intake@1')).toBe(intake);
  });

  it('tells who watches once for all events of a picture', async () => {
    const film = new Film();
    const watcher = vi.fn();
    film.watch(watcher);
    film.add([started(1, 'intake')]);
    film.add([started(2, 'route')]);
    await picture();
    expect(watcher).toHaveBeenCalledTimes(1);
  });
});

describe('frameOf', () => {
  const said = (id: number, attempt: number, text: string) => event(id, 'message.delta', { attempt, text });
  const speaking = (...events: LogEvent[]) =>
    frameOf([event(1, 'run.started', { kind: 'turn' }), ...events]).runs.get('r')?.speaking;

  it('begins the words anew with a new attempt', () => {
    expect(speaking(said(2, 1, 'It is '), said(3, 1, 'cold'))).toBe('It is cold');
    expect(speaking(said(2, 1, 'It is '), said(3, 2, 'It was'))).toBe('It was');
  });

  it('hangs a sub-run on the step that started it', () => {
    const { runs } = frameOf([
      event(1, 'run.started', { kind: 'turn', parent: null }), started(2, 'execute'),
      event(3, 'run.started', { kind: 'build', parent: 'r' }, 'sub'), started(4, 'fetch', 'sub'),
    ]);
    expect(runs.get('sub')?.within).toBe('r/execute@1');
  });

  it('counts no time in which a step waits for a person, and an attempt after a kill as one more', () => {
    const card = { step: 'card@1', node: 'card', approval: 'a', attempt: 1 };
    const step = (events: LogEvent[]) => frameOf(events).steps.get('r/card@1');
    const asked = [started(1, 'card'), event(2, 'approval.requested', card)];
    expect(step(asked)).toMatchObject({ state: 'waiting', approval: 'a' });
    const answered = step([...asked, event(9, 'approval.answered', card), event(10, 'step.started', { ...card, attempt: 2 })]);
    expect(answered?.spans.map(({ from, to }) => [Date.parse(from) / 1000, to === null ? null : Date.parse(to) / 1000])).toEqual([
      [1, 2], [10, null],
    ]);
  });

  it('leaves no step running in a run that is over', () => {
    const { steps } = frameOf([event(1, 'run.started'), started(2, 'route'), event(3, 'run.cancelled')]);
    expect(steps.get('r/route@1')?.state).toBe('stopped');
  });
});

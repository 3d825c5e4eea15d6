import { QueryObserver } from '@tanstack/react-query';
import { expect, it, vi } from 'vitest';

import { hear, queries, staleAfter } from './feed';

const completed = (id: number) =>
  hear({
    kind: 'event',
    event: { id, key: `${id}`, org: 'o', run: 'r', type: 'message.completed', data: { thread: 't' }, ts: '' },
  });

/** Answers that the test gives one by one, each with the event id that it includes. */
function asked(queryKey: string[]) {
  const waiting: ((as_of: number) => void)[] = [];
  const queryFn = vi.fn(() => new Promise<{ as_of: number }>((give) => waiting.push((as_of) => give({ as_of }))));
  const observer = new QueryObserver(queries, { queryKey, queryFn });
  const stop = observer.subscribe(() => undefined);
  return { queryFn, answer: (as_of: number) => waiting.shift()?.(as_of), result: () => observer.getCurrentResult().data, stop };
}

it('asks again for an answer that was on its way when an event came that it lacks', async () => {
  const { queryFn, answer, result, stop } = asked(['messages', 't']);
  completed(8);
  answer(7);
  await vi.waitFor(() => expect(queryFn).toHaveBeenCalledTimes(2));
  answer(8);
  await vi.waitFor(() => expect(result()).toEqual({ as_of: 8 }));
  expect(queryFn).toHaveBeenCalledTimes(2);
  stop();
});

it('asks again for what was read, or was on its way, before this tab was listening', async () => {
  const { queryFn, answer, stop } = asked(['approvals', 'pending']);
  hear({ kind: 'welcome', since: 20 });
  answer(19);
  await vi.waitFor(() => expect(queryFn).toHaveBeenCalledTimes(2));
  answer(20);
  stop();
});

it('makes modules stale after what moves them, and their runs after what calls them', () => {
  const stale = (type: string, data: Record<string, unknown>) =>
    staleAfter({ id: 1, key: '', org: 'o', run: null, type, data, ts: '' });
  expect(stale('module.rolled_back', { module: 'weather' })).toEqual([['modules']]);
  expect(stale('tool.returned', { module: 'weather' })).toEqual([['modules', 'runs', 'weather']]);
  expect(stale('run.finished', { run: 'r' })).toContainEqual(['modules', 'runs']);
  expect(stale('run.started', { run: 'r', thread: null })).toEqual([['runs']]);
});

it('makes what is said of models stale after a change of the routing, a booking and a call', () => {
  const stale = (type: string) => staleAfter({ id: 1, key: '', org: 'o', run: null, type, data: {}, ts: '' });
  expect(stale('policy.changed')).toEqual([['models']]);
  expect(stale('budget.settled')).toEqual([['models', 'budgets']]);
  expect(stale('model.called')).toEqual([['models', 'spent']]);
});

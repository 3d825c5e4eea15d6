import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { beforeEach, expect, it, vi } from 'vitest';

import { hear } from '../connection/feed';
import { Announcements } from './Announcements';

vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);

let newest = 0;
let region: Element;
const told = () => [...region.children].map((line) => line.textContent);

function tell(...events: [id: number, type: string, data?: Record<string, unknown>][]): void {
  act(() => {
    for (const [id, type, data = {}] of events) {
      newest = Math.max(newest, id);
      hear({ kind: 'event', event: { id, key: `${id}`, org: 'o', run: 'r', type, data, ts: '' } });
    }
  });
}
const happen = (type: string, data: Record<string, unknown> = {}) => tell([newest + 1, type, data]);

beforeEach(() => {
  const place = document.createElement('div');
  act(() => createRoot(place).render(<Announcements />));
  region = place.firstElementChild ?? place;
});

it('is a region that waits its turn and takes no focus', () => {
  expect(region.getAttribute('role')).toBe('log');
  expect(region.textContent).toBe('');
});

it('says the start, the call, the card, its answer and the end, each once', () => {
  happen('run.started', { kind: 'turn' });
  happen('step.started', { node: 'execute' });
  happen('tool.called', { tool: 'weather__daily_forecast' });
  happen('approval.requested', { title: 'Install Weather' });
  happen('approval.answered', { answer: 'approved' });
  happen('message.completed', { text: 'It is cold.' });
  happen('run.finished');
  expect(told()).toEqual([
    'A turn has started.',
    'Calling weather: daily forecast.',
    'Waiting for your approval: Install Weather.',
    'The card was approved.',
    'The answer is complete.',
  ]);
});

it('says how it ended where it did not end well', () => {
  happen('run.failed', { error: { detail: 'The service is away.' } });
  happen('run.cancelled');
  expect(told()).toEqual(['It failed. The service is away.', 'It was stopped.']);
});

it('says no word of an answer on its way', () => {
  happen('run.started', { kind: 'turn' });
  for (const text of ['It ', 'is ', 'cold.']) happen('message.delta', { text, attempt: 1 });
  expect(told()).toEqual(['A turn has started.']);
});

it('says nothing twice when events are repeated, and goes on with a log that is another one', () => {
  happen('run.started', { kind: 'turn' });
  happen('tool.called', { tool: 'weather__now' });
  const [start, call] = [newest - 1, newest];
  tell([start, 'run.started', { kind: 'turn' }], [call, 'tool.called', { tool: 'weather__now' }]);
  expect(told()).toEqual(['A turn has started.', 'Calling weather: now.']);
  hear({ kind: 'reset', since: 0 });
  tell([1, 'run.cancelled']);
  expect(told().at(-1)).toBe('It was stopped.');
});

it('says all that comes before the next picture of the screen, and the same words again for another event', () => {
  const call = { tool: 'weather__now' };
  tell([newest + 1, 'tool.called', call], [newest + 2, 'tool.called', call], [newest + 3, 'approval.requested', { title: 'Pay' }]);
  expect(told()).toEqual(['Calling weather: now.', 'Calling weather: now.', 'Waiting for your approval: Pay.']);
});

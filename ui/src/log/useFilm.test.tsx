import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import type { LogEvent } from '../api/client';

const event = (id: number, node: string): LogEvent => ({
  id, key: `${id}`, org: 'o', run: 'r', type: 'step.started', data: { step: `${node}@${id}`, node, attempt: 1 }, ts: '',
});

/** The log as the service would give it now; `null` while the service cannot be reached. */
let log: LogEvent[] | null = [];
const fetched = vi.fn(async () => {
  if (log === null) throw new TypeError('no connection');
  return Promise.resolve(Response.json({ items: log, next: null, as_of: log.at(-1)?.id ?? 0 }));
});

async function shown(): Promise<{ nodes: () => string; hear: (typeof import('../connection/feed'))['hear'] }> {
  const [{ useFilm, useFrame, FilmProvider }, { hear }] = await Promise.all([import('./useFilm'), import('../connection/feed')]);
  const place = document.createElement('div');
  const Steps = () => [...useFrame().steps.values()].map((step) => step.node).join(' ');
  const Nodes = () => (
    <FilmProvider value={useFilm('r')}>
      <Steps />
    </FilmProvider>
  );
  const asked = fetched.mock.calls.length;
  createRoot(place).render(<Nodes />);
  await vi.waitFor(() => expect(fetched.mock.calls.length).toBeGreaterThan(asked));
  return { nodes: () => place.textContent, hear };
}

beforeEach(() => {
  vi.stubGlobal('fetch', fetched);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

it('has what happened between its first reading and the joining of the stream', async () => {
  log = [event(1, 'intake')];
  const { nodes, hear } = await shown();
  await vi.waitFor(() => expect(nodes()).toBe('intake'));
  log.push(event(2, 'route'));
  hear({ kind: 'welcome', since: 2 });
  await vi.waitFor(() => expect(nodes()).toBe('intake route'));
});

it('reads what it could not read again with the next event of the run, and shows nothing twice', async () => {
  log = null;
  const { nodes, hear } = await shown();
  log = [event(1, 'intake'), event(2, 'route')];
  hear({ kind: 'event', event: event(2, 'route') });
  await vi.waitFor(() => expect(nodes()).toBe('intake route'));
});

import { afterEach, expect, it, vi } from 'vitest';

import { follow, type StreamNews } from './stream';

afterEach(() => vi.unstubAllGlobals());

/** What is told when the probe finds `items` up to `as_of`, and the stream then ends at once. */
async function told(after: number | null, as_of: number, items: unknown[]): Promise<StreamNews[]> {
  const answers = [Response.json({ items, as_of }), new Response(new ReadableStream({ start: (body) => body.close() }))];
  vi.stubGlobal('fetch', () => Promise.resolve(answers.shift()));
  const news: StreamNews[] = [];
  await follow(after, (each) => news.push(each), new AbortController().signal);
  return news;
}

it('begins with what comes from now on', async () => {
  expect(await told(null, 9, [{}])).toEqual([{ type: 'OPENED', head: 9, after: 9 }]);
});

it('has to catch up with what came since', async () => {
  expect(await told(4, 9, [{}])).toEqual([{ type: 'OPENED', head: 9, after: 4 }]);
});

it('does not wait for events that are none of its own', async () => {
  expect(await told(4, 9, [])).toEqual([{ type: 'OPENED', head: 4, after: 4 }]);
});

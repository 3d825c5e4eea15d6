import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';

import { answered, api, upload, type Thread } from '../../api/client';
import { queries } from '../../connection/feed';

const THREADS_A_PAGE = 50;
const MESSAGES_A_PAGE = 100;
/** The largest position that the API takes. */
const BEYOND_THE_LAST = 2 ** 31 - 1;

export function useThreads(q: string) {
  return useInfiniteQuery({
    queryKey: ['threads', 'list', q],
    initialPageParam: '',
    queryFn: async ({ pageParam }) =>
      answered(await api.GET('/v1/threads', { params: { query: { q, limit: THREADS_A_PAGE, after: pageParam } } })),
    getNextPageParam: (page) => page.next as string | null,
    placeholderData: (before) => before,
  });
}

export function useThread(thread: string | null) {
  return useQuery({
    queryKey: ['threads', 'one', thread],
    enabled: thread !== null,
    queryFn: async () => answered(await api.GET('/v1/threads/{thread}', { params: { path: { thread: thread ?? '' } } })),
  });
}

/** The newest messages first, page by page towards the beginning. */
export function useMessages(thread: string) {
  return useInfiniteQuery({
    queryKey: ['messages', thread],
    initialPageParam: null as number | null,
    queryFn: async ({ pageParam }) =>
      answered(
        await api.GET('/v1/threads/{thread}/messages', {
          params: { path: { thread }, query: { limit: MESSAGES_A_PAGE, before: pageParam ?? BEYOND_THE_LAST } },
        }),
      ),
    getNextPageParam: ({ items }) => {
      const first = items[0]?.position ?? 1;
      return first > 1 ? first : null;
    },
  });
}

/** A new conversation; the same one for the same wish. */
async function openThread(wish: string): Promise<Thread> {
  const thread = answered(
    await api.POST('/v1/threads', { params: { header: { 'Idempotency-Key': `${wish}-thread` } }, body: { title: '' } }),
  );
  await queries.invalidateQueries({ queryKey: ['threads'] });
  return thread;
}

export interface Saying {
  /** Stands for this one wish: sending it again after a cut makes no second run. */
  key: string;
  text: string;
  files: File[];
  /** Ids of files that the service has already. */
  kept?: string[];
  /** Who answers from this message on; left out it stays as it is. */
  model?: string | null;
}

/** Say something in a thread, a new one where it is null. Returns the thread. */
export async function say(thread: string | null, { key, text, files, kept = [], ...choice }: Saying): Promise<string> {
  const attachments = [...kept];
  for (const file of files) {
    attachments.push((await upload(file)).id);
  }
  const place = thread ?? (await openThread(key)).id;
  answered(
    await api.POST('/v1/threads/{thread}/runs', {
      params: { path: { thread: place }, header: { 'Idempotency-Key': key } },
      body: { message: text, attachments, ...choice },
    }),
  );
  await queries.invalidateQueries({ queryKey: ['messages', place] });
  return place;
}

/** A conversation that shares this one's messages up to `message`; a new one where there is none before. */
export async function branchAfter(thread: string, message: string | null, wish: string): Promise<string> {
  if (message === null) return (await openThread(wish)).id;
  const branch = answered(
    await api.POST('/v1/threads/{thread}/branch', {
      params: { path: { thread }, header: { 'Idempotency-Key': `${wish}-branch` } },
      body: { message },
    }),
  );
  return branch.id;
}

export function useRename(thread: string) {
  return useMutation({
    mutationFn: async (title: string) =>
      answered(await api.PATCH('/v1/threads/{thread}', { params: { path: { thread } }, body: { title } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ['threads'] }),
  });
}

/** Name the model that answers from the next message on; null leaves it to the routing. */
export function useSwitch(thread: string) {
  return useMutation({
    mutationFn: async (model: string | null) =>
      answered(await api.PATCH('/v1/threads/{thread}', { params: { path: { thread } }, body: { model } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ['threads'] }),
  });
}

export function useDelete(thread: string) {
  return useMutation({
    mutationFn: async () => {
      const { response, error } = await api.DELETE('/v1/threads/{thread}', { params: { path: { thread } } });
      return answered({ data: null, error, response });
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['threads'] }),
  });
}

import { QueryCache, QueryClient, type QueryKey } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';

import { Refusal, type LogEvent, type Problem } from '../api/client';
import { openLink } from './link';
import type { FromHub, Standing } from './wire';

/** The newest event that made answers stale, by the beginning of their key; `floor` holds for every answer. */
const staleBefore = new Map<string, number>();
let floor = 0;
const MOST_REMEMBERED = 1000;
/** The newest event that this tab was told of. */
let newest = 0;

function remember(queryKey: QueryKey, id: number): void {
  if (staleBefore.size >= MOST_REMEMBERED) {
    floor = id;
    staleBefore.clear();
  }
  staleBefore.set(JSON.stringify(queryKey), id);
}

function needed(queryKey: QueryKey): number {
  const beginnings = queryKey.map((_, length) => JSON.stringify(queryKey.slice(0, length + 1)));
  return Math.max(floor, ...beginnings.map((each) => staleBefore.get(each) ?? 0));
}

export const queries = new QueryClient({
  queryCache: new QueryCache({
    // An event may come while an answer that lacks it is on its way: `as_of` tells, and it is asked for again.
    onSuccess: (data, { queryKey }) => {
      if (asOf(data) < needed(queryKey)) void queries.invalidateQueries({ queryKey, exact: true });
    },
  }),
  defaultOptions: {
    queries: {
      // What is in the cache is right until an event says otherwise.
      staleTime: Infinity,
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      retry: (failures, error) => !(error instanceof Refusal) && failures < 2,
    },
  },
});

interface Connection {
  standing: Standing;
  problem: Problem | null;
}

let connection: Connection = { standing: 'connecting', problem: null };
const watchers = new Set<() => void>();
type Listener = (event: LogEvent | null) => void;
const listeners = new Set<Listener>();

const ENDS = new Set(['run.finished', 'run.failed', 'run.cancelled']);

/** Which cached answers an event makes stale, by the first part of their key. */
export function staleAfter({ type, data }: LogEvent): string[][] {
  const [subject] = type.split('.');
  const thread = typeof data['thread'] === 'string' ? data['thread'] : null;
  switch (subject) {
    case 'decision':
      // A card that was edited is told of by the decision about what it is now.
      return typeof data['approval'] === 'string' ? [['approvals'], ['approval', data['approval']]] : [];
    case 'approval':
      return [['approvals'], ['approval', String(data['approval'])], ['runs']];
    case 'run':
      // A call that has ended is a run of its module, and may have taught it something.
      return [['runs'], ...(ENDS.has(type) ? [['modules', 'runs'], ['modules', 'one']] : []), ...(thread === null ? [] : [['threads'], ['messages', thread]])];
    case 'tool':
      return type === 'tool.returned' && typeof data['module'] === 'string' ? [['modules', 'runs', data['module']]] : [];
    case 'module':
      return [['modules']];
    case 'message':
      return type === 'message.completed' && thread !== null ? [['messages', thread], ['threads']] : [];
    case 'policy':
      return [['models']];
    case 'budget':
      return [['models', 'budgets']];
    case 'model':
      return [['models', 'spent']];
    case 'draft':
      return [['drafts', String(data['draft'])]];
    case 'thread':
      return [['threads'], ['messages', String(data['thread'])]];
    default:
      return [];
  }
}

export function hear(message: FromHub): void {
  switch (message.kind) {
    case 'standing':
      isLost = message.standing === 'offline' || (message.standing === 'connecting' && (isLost || WAS_THERE.has(connection.standing)));
      connection = { standing: message.standing, problem: message.problem };
      watchers.forEach((watch) => watch());
      break;
    case 'welcome':
      // What was read before this tab was listening may lack what happened in between.
      floor = Math.max(floor, message.since);
      void queries.invalidateQueries({ predicate: ({ state }) => asOf(state.data) < message.since });
      listeners.forEach((listen) => listen(null));
      break;
    case 'reset':
      staleBefore.clear();
      floor = message.since;
      newest = message.since;
      void queries.resetQueries();
      break;
    case 'event':
      // A tab that takes the lead begins where its own hearing ended, which may be behind that of the others.
      if (message.event.id <= newest) break;
      newest = message.event.id;
      for (const queryKey of staleAfter(message.event)) {
        remember(queryKey, message.event.id);
        void queries.invalidateQueries({ queryKey });
      }
      listeners.forEach((listen) => listen(message.event));
  }
}

/** The oldest event id that an answer, or one of its pages, includes. */
function asOf(data: unknown): number {
  if (typeof data !== 'object' || data === null) return Infinity;
  if ('pages' in data && Array.isArray(data.pages)) return Math.min(...data.pages.map(asOf));
  return 'as_of' in data ? Number(data.as_of) : Infinity;
}

/** Be told every event from now on, and `null` where some may have been missed before. Returns the way out. */
export function onEvent(listen: Listener): () => void {
  listeners.add(listen);
  return () => listeners.delete(listen);
}

export function useConnection(): Connection {
  return useSyncExternalStore(
    (watch) => {
      watchers.add(watch);
      return () => watchers.delete(watch);
    },
    () => connection,
  );
}

const WAS_THERE: ReadonlySet<Standing> = new Set(['live', 'catching up']);
/** Whether the service was there and is away now. */
let isLost = false;

/** Resolves once the service is there again; at once where it was not lost. */
export async function untilReachable(): Promise<void> {
  if (!isLost) return;
  await new Promise<void>((resolve) => {
    const watch = () => {
      if (isLost) return;
      watchers.delete(watch);
      resolve();
    };
    watchers.add(watch);
  });
}

export let retryNow: () => void = () => undefined;

export function connect(): void {
  // While this tab lay in the back-forward cache, it was not told that the log is another one.
  window.addEventListener('pageshow', ({ persisted }) => {
    if (persisted) newest = 0;
  });
  retryNow = openLink(hear);
}

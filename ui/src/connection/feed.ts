import { QueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';

import { Refusal, type LogEvent, type Problem } from '../api/client';
import { openLink } from './link';
import type { FromHub, Standing } from './wire';

export const queries = new QueryClient({
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

/** Which cached answers an event makes stale, by the first part of their key. */
export function staleAfter({ type, data }: LogEvent): string[][] {
  const [subject] = type.split('.');
  const thread = typeof data['thread'] === 'string' ? data['thread'] : null;
  switch (subject) {
    case 'approval':
      return [['approvals'], ['approval', String(data['approval'])]];
    case 'run':
      return thread === null ? [['runs']] : [['runs'], ['threads'], ['messages', thread]];
    case 'message':
      return type === 'message.completed' && thread !== null ? [['messages', thread], ['threads']] : [];
    case 'thread':
      return [['threads'], ['messages', String(data['thread'])]];
    default:
      return [];
  }
}

export function hear(message: FromHub): void {
  switch (message.kind) {
    case 'standing':
      connection = { standing: message.standing, problem: message.problem };
      watchers.forEach((watch) => watch());
      break;
    case 'welcome':
      // What was read before this tab was listening may lack what happened in between.
      void queries.invalidateQueries({ predicate: ({ state }) => asOf(state.data) < message.since });
      listeners.forEach((listen) => listen(null));
      break;
    case 'reset':
      void queries.resetQueries();
      break;
    case 'event':
      for (const queryKey of staleAfter(message.event)) void queries.invalidateQueries({ queryKey });
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

export let retryNow: () => void = () => undefined;

export function connect(): void {
  retryNow = openLink(hear);
}

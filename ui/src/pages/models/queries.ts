import { keepPreviousData, useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';

import { answered, api, Refusal, type Schemas } from '../../api/client';
import { freshKey } from '../../api/key';
import { queries } from '../../connection/feed';
import type { Document, Purpose } from './document';

const CALLS_A_PAGE = 25;

export function useProviders() {
  return useQuery({
    queryKey: ['models', 'providers'],
    // No event tells of a key that was stored elsewhere, or of what began to run on this machine.
    staleTime: 0,
    queryFn: async () => answered(await api.GET('/admin/providers')),
  });
}

export function useRouting() {
  return useQuery({ queryKey: ['models', 'routing'], queryFn: async () => answered(await api.GET('/admin/routing')) });
}

export function useHistory() {
  return useQuery({ queryKey: ['models', 'history'], queryFn: async () => answered(await api.GET('/admin/routing/history')) });
}

export function useExplanation(purpose: Purpose, text: string) {
  return useQuery({
    queryKey: ['models', 'explanation', purpose, text],
    placeholderData: keepPreviousData,
    // Who rests changes without an event.
    staleTime: 0,
    queryFn: async () => answered(await api.POST('/admin/routing/explain', { body: { purpose, text } })),
  });
}

const everything = () => queries.invalidateQueries({ queryKey: ['models'] });

export interface Change {
  document: Document;
  /** The version that the change was made to; 0 where there was none. */
  after: number;
}

/** Put another routing in force. Refused with 409 where somebody else changed it meanwhile; either way it is read again. */
export function useChange() {
  return useMutation({
    mutationFn: async ({ document, after }: Change) =>
      answered<Schemas['RoutingVersion']>(await api.PUT('/admin/routing', { body: { document, after } })),
    onSettled: everything,
  });
}

/** Whether a change was refused because another one came first. */
export function wasOvertaken(error: unknown): boolean {
  return error instanceof Refusal && error.problem.status === 409;
}

export function useRollBack() {
  return useMutation({
    mutationFn: async (version: number) =>
      answered(
        await api.POST('/admin/routing/rollback/{version}', {
          params: { path: { version }, header: { 'Idempotency-Key': freshKey() } },
        }),
      ),
    onSettled: everything,
  });
}

/** Store a provider's key; without one that of the service's environment is taken over. */
export function useUnlock() {
  return useMutation({
    mutationFn: async ({ name, value }: { name: string; value: string | null }) => {
      const { error, response } = await api.POST('/admin/providers/{name}/unlock', { params: { path: { name } }, body: { value } });
      return answered({ data: null, error, response });
    },
    // A key is not kept in the page: the caller resets this once it is stored.
    gcTime: 0,
    onSettled: everything,
  });
}

export function useLock() {
  return useMutation({
    mutationFn: async (name: string) => {
      const { error, response } = await api.POST('/admin/providers/{name}/lock', { params: { path: { name } } });
      return answered({ data: null, error, response });
    },
    onSettled: everything,
  });
}

export function useTest(name: string) {
  return useMutation({
    mutationFn: async (model: string) =>
      answered(await api.POST('/admin/providers/{name}/test', { params: { path: { name } }, body: { model } })),
    onSettled: everything,
  });
}

export function useSpend(days: number) {
  return useQuery({
    queryKey: ['models', 'spent', days],
    placeholderData: keepPreviousData,
    queryFn: async () =>
      answered(await api.GET('/admin/model-calls/spend', { params: { query: { days, by: ['day', 'purpose', 'model'] } } })),
  });
}

/** The newest calls first, page by page. */
export function useCalls() {
  return useInfiniteQuery({
    queryKey: ['models', 'spent', 'calls'],
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam }) =>
      answered(await api.GET('/admin/model-calls', { params: { query: { limit: CALLS_A_PAGE, after: pageParam } } })),
    getNextPageParam: (page) => page.next as string | null,
  });
}

export function useBudgets() {
  return useQuery({ queryKey: ['models', 'budgets'], queryFn: async () => answered(await api.GET('/admin/budgets')) });
}

const budgets = () => queries.invalidateQueries({ queryKey: ['models', 'budgets'] });

export type NewBudget = Schemas['NewBudget'];

export function useDefineBudget() {
  return useMutation({
    mutationFn: async ({ key, budget }: { key: string; budget: NewBudget }) =>
      answered(await api.POST('/admin/budgets', { params: { header: { 'Idempotency-Key': key } }, body: budget })),
    onSettled: budgets,
  });
}

export function useChangeBudget(budget: string) {
  return useMutation({
    mutationFn: async (body: Schemas['BudgetLimits']) =>
      answered(await api.PUT('/admin/budgets/{budget}', { params: { path: { budget } }, body })),
    onSettled: budgets,
  });
}

export function useRemoveBudget(budget: string) {
  return useMutation({
    mutationFn: async () => {
      const { error, response } = await api.DELETE('/admin/budgets/{budget}', { params: { path: { budget } } });
      return answered({ data: null, error, response });
    },
    onSettled: budgets,
  });
}

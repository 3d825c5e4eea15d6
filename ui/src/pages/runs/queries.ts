import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';

import { answered, api, type Run, type Schemas } from '../../api/client';
import { queries } from '../../connection/feed';

const RUNS_A_PAGE = 50;

export type RunKind = Run['kind'];

/** Runs, newest first. */
export function useRuns(kind: RunKind | null) {
  return useInfiniteQuery({
    queryKey: ['runs', 'list', kind],
    initialPageParam: '',
    queryFn: async ({ pageParam }) =>
      answered(
        await api.GET('/v1/runs', {
          params: { query: { limit: RUNS_A_PAGE, after: pageParam, ...(kind !== null && { kind }) } },
        }),
      ),
    getNextPageParam: (page) => page.next as string | null,
    placeholderData: (before) => before,
  });
}

export function useRun(run: string) {
  return useQuery({
    queryKey: ['runs', run],
    queryFn: async () => answered(await api.GET('/v1/runs/{run}', { params: { path: { run } } })),
  });
}

export function useStop(run: string) {
  return useMutation({
    mutationFn: async () => answered(await api.POST('/v1/runs/{run}/cancel', { params: { path: { run } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ['runs', run] }),
  });
}

/** Set a failed run going again, from where it failed. */
export function useRetry(run: string) {
  return useMutation({
    mutationFn: async () => answered(await api.POST('/v1/runs/{run}/resume', { params: { path: { run } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ['runs', run] }),
  });
}

/** The draft that a step made or proved, with the report of its proof. */
export function useDraft(draft: string | null) {
  return useQuery({
    queryKey: ['drafts', draft],
    enabled: draft !== null,
    queryFn: async () =>
      answered(await api.GET('/admin/drafts/{draft}', { params: { path: { draft: draft ?? '' } } })) as unknown as Draft,
  });
}

interface Draft {
  module: string;
  proof: Schemas['Proof'] | null;
  as_of: number;
}

/** What a step's tool call returned. It never changes. */
export function useResult(run: string, step: string) {
  return useQuery({
    queryKey: ['results', run, step],
    queryFn: async () =>
      answered(await api.GET('/v1/runs/{run}/results/{step}', { params: { path: { run, step } } })).envelope,
  });
}

import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';

import { answered, api, type Schemas } from '../../api/client';
import { freshKey } from '../../api/key';
import { queries } from '../../connection/feed';

const RUNS_SHOWN = 50;

export function useModules() {
  return useQuery({ queryKey: ['modules', 'list'], queryFn: async () => answered(await api.GET('/v1/modules')) });
}

export function useModule(module: string) {
  return useQuery({
    queryKey: ['modules', 'one', module],
    queryFn: async () => answered(await api.GET('/v1/modules/{module}', { params: { path: { module } } })),
  });
}

export function useOperation(module: string, operation: string) {
  return useQuery({
    queryKey: ['modules', 'operation', module, operation],
    queryFn: async () =>
      answered(await api.GET('/v1/modules/{module}/operations/{operation}', { params: { path: { module, operation } } })),
  });
}

export function useVersions(module: string) {
  return useQuery({
    queryKey: ['modules', 'versions', module],
    queryFn: async () => answered(await api.GET('/v1/modules/{module}/versions', { params: { path: { module } } })),
  });
}

export function useReport(module: string, version: number) {
  return useQuery({
    queryKey: ['modules', 'report', module, version],
    queryFn: async () =>
      answered(await api.GET('/v1/modules/{module}/versions/{version}', { params: { path: { module, version } } })),
  });
}

export function useFiles(module: string, version: number) {
  return useQuery({
    queryKey: ['modules', 'files', module, version],
    queryFn: async () =>
      answered(await api.GET('/v1/modules/{module}/versions/{version}/files', { params: { path: { module, version } } })),
  });
}

export function useFile(module: string, version: number, path: string) {
  return useQuery({
    queryKey: ['modules', 'file', module, version, path],
    placeholderData: keepPreviousData,
    queryFn: async () => {
      const place = { params: { path: { module, version, path } }, parseAs: 'text' } as const;
      return answered<string>(await api.GET('/v1/modules/{module}/versions/{version}/files/{path}', place));
    },
  });
}

export function useChanges(module: string, from: number, to: number) {
  return useQuery({
    queryKey: ['modules', 'changes', module, from, to],
    queryFn: async () =>
      answered(
        await api.GET('/v1/modules/{module}/versions/{version}/diff', {
          params: { path: { module, version: to }, query: { against: from } },
        }),
      ),
  });
}

export function useRunsOf(module: string) {
  return useQuery({
    queryKey: ['modules', 'runs', module],
    queryFn: async () => answered(await api.GET('/v1/runs', { params: { query: { module, limit: RUNS_SHOWN } } })),
  });
}

/** The cards of one run. */
export function useCards(run: string) {
  return useQuery({
    queryKey: ['approvals', 'of', run],
    queryFn: async () => answered(await api.GET('/v1/approvals', { params: { query: { run } } })),
  });
}

export interface Call {
  /** Stands for this one wish: sending it again after a cut calls nothing twice. */
  key: string;
  arguments: Record<string, unknown>;
}

export function useCall(module: string, operation: string) {
  return useMutation({
    mutationFn: async ({ key, arguments: given }: Call) =>
      answered<Schemas['Called']>(
        await api.POST('/v1/modules/{module}/operations/{operation}', {
          params: { path: { module, operation }, header: { 'Idempotency-Key': key } },
          body: { arguments: given },
        }),
      ),
  });
}

/** Ask for other addresses. What is approved changes them, so a card follows. */
export function useBind(module: string) {
  return useMutation({
    mutationFn: async (binding: Record<string, string>) =>
      answered(
        await api.PUT('/admin/modules/{module}/binding', {
          params: { path: { module }, header: { 'Idempotency-Key': freshKey() } },
          body: { binding },
        }),
      ),
  });
}

export interface Move {
  version: number;
  /** The version that was active before: where the undo leads. */
  was: number;
}

/** Move the pointer to an approved version, at once; back or forth. */
export function useMove(module: string) {
  return useMutation({
    mutationFn: async ({ version, was }: Move) => {
      const asked = {
        params: { path: { module }, header: { 'Idempotency-Key': freshKey() } },
        body: { version },
      };
      return answered(
        version < was
          ? await api.POST('/admin/modules/{module}/rollback', asked)
          : await api.POST('/admin/modules/{module}/install', asked),
      );
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['modules'] }),
  });
}

import { useMutation, useQuery } from '@tanstack/react-query';

import { answered, api, type Approval } from '../../api/client';
import { queries } from '../../connection/feed';

const PAGE = 100;

export function usePendingApprovals() {
  return useQuery({
    queryKey: ['approvals', 'pending'],
    queryFn: async () =>
      answered(await api.GET('/v1/approvals', { params: { query: { state: 'pending', limit: PAGE } } })),
  });
}

export function useApprovals() {
  return useQuery({
    queryKey: ['approvals', 'all'],
    queryFn: async () => answered(await api.GET('/v1/approvals', { params: { query: { limit: PAGE } } })),
  });
}

export function useApproval(id: string) {
  return useQuery({
    queryKey: ['approval', id],
    queryFn: async () => answered(await api.GET('/v1/approvals/{approval}', { params: { path: { approval: id } } })),
  });
}

export type Answer = { answer: 'approve' } | { answer: 'reject'; reason: string } | { answer: 'edit'; edit: Record<string, unknown> };

/**
 * Answer exactly the payload that was read. A second answer is refused with the first one (409); either way the row
 * is read again, and the card shows what it says.
 */
export function useAnswer({ id, payload_hash }: Approval) {
  return useMutation({
    mutationFn: async (given: Answer) =>
      answered(
        await api.POST('/v1/approvals/{approval}', { params: { path: { approval: id } }, body: { payload_hash, ...given } }),
      ),
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['approval', id] }),
        queries.invalidateQueries({ queryKey: ['approvals'] }),
      ]),
  });
}

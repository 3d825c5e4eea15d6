import { useQuery } from '@tanstack/react-query';

import { answered, api, type Approval } from '../../api/client';
import { queries } from '../../connection/feed';
import type { Sent } from './answering';

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

/**
 * Answer exactly the payload that was read. A second answer is refused with the first one (409); either way the row
 * is read again, and the card shows what it says.
 */
export async function sendAnswer({ id, payload_hash, given, key }: Sent): Promise<Approval> {
  try {
    return answered(
      await api.POST('/v1/approvals/{approval}', {
        params: { path: { approval: id }, header: { 'Idempotency-Key': key } },
        body: { payload_hash, ...given },
      }),
    );
  } finally {
    void queries.invalidateQueries({ queryKey: ['approval', id] });
    void queries.invalidateQueries({ queryKey: ['approvals'] });
  }
}

/** Names of the stored secrets; none are told to who may not manage them. */
export function useSecretNames() {
  return useQuery({
    queryKey: ['credentials'],
    // No event tells of a new one.
    staleTime: 0,
    queryFn: async () => {
      const { items } = answered(await api.GET('/admin/credentials')) as { items: { name: string }[] };
      return items.map(({ name }) => name);
    },
  });
}

const STAND_IN = '/demo/';

/** The stand-in for the examples' services that this service has: its address, and the hosts that it plays. `null`: none. */
export function useStandIn() {
  return useQuery({
    queryKey: ['stand-in'],
    queryFn: async () => {
      const answer = await fetch(STAND_IN, { headers: { accept: 'application/json' } });
      if (!answer.ok) return null;
      const { plays } = (await answer.json()) as { plays: string[] };
      return { address: new URL(STAND_IN, location.href).href.replace(/\/$/, ''), plays };
    },
  });
}

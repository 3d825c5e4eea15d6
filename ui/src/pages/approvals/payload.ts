import type { Approval } from '../../api/client';

export interface ModulePayload {
  module: string;
  bundle_sha256: string;
  proof_hash: string;
  isolation: string;
  hosts: string[];
  capabilities: string[];
  binding: Record<string, string>;
  /** Which stored secret each of the module's credentials is, and the one origin that it is sent to. */
  credentials: { credential: string; reference: string; origin: string }[];
}

export interface Shown {
  reasons?: string[];
  rank?: string;
  score?: number;
  operations?: number;
  writes?: number;
  tests?: { cases: number; passed: number };
  findings?: { place: string; sentence: string }[];
  reachability?: { host: string; reachable: boolean; reason?: string }[];
  notes?: string[];
}

/** A module's card, `null` for a card of another kind. */
export function modulePayload({ kind, payload }: Approval): ModulePayload | null {
  return kind === 'module' ? (payload as unknown as ModulePayload) : null;
}

/** The call that a tool's card asks about. */
export function toolPayload({ kind, payload }: Approval): { subject: string; arguments: unknown } | null {
  if (kind === 'module') return null;
  return { subject: typeof payload['subject'] === 'string' ? payload['subject'] : '', arguments: payload['arguments'] ?? {} };
}

import type { Approval } from '../../api/client';

/** Which stored secret one of the module's credentials is, and the one origin that it is sent to. */
export interface Reference {
  credential: string;
  reference: string;
  origin: string;
}

/** What a module may do: the part of a card that its owner can make narrower, or fill in. */
export interface Grant {
  hosts: string[];
  capabilities: string[];
  /** Where a described server is really reached. */
  binding: Record<string, string>;
  credentials: Reference[];
}

export interface ModulePayload extends Grant {
  module: string;
  bundle_sha256: string;
  proof_hash: string;
  isolation: string;
}

export interface Shown {
  reasons?: string[];
  rank?: string;
  score?: number;
  operations?: number;
  writes?: number;
  tests?: { cases: number; passed: number };
  /** The credentials that the module's operations may need. */
  credentials?: { name: string }[];
  findings?: { place: string; sentence: string }[];
  reachability?: { host: string; reachable: boolean; reason?: string }[];
  notes?: string[];
}

/** A module's card, `null` for a card of another kind. */
export function modulePayload({ kind, payload }: Approval): ModulePayload | null {
  return kind === 'module' ? (payload as unknown as ModulePayload) : null;
}

export interface ToolPayload {
  subject: string;
  arguments: Record<string, unknown>;
}

/** The call that a tool's card asks about. */
export function toolPayload({ kind, payload }: Approval): ToolPayload | null {
  if (kind === 'module') return null;
  const given = payload['arguments'];
  return {
    subject: typeof payload['subject'] === 'string' ? payload['subject'] : '',
    arguments: typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {},
  };
}

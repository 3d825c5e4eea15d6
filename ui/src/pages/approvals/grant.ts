import type { Grant, Reference } from './payload';

/** The parts of a grant that differ from what the card says: what an edit sends. `null` where none does. */
export function changesOf(before: Grant, after: Grant): Partial<Grant> | null {
  const changed = (['hosts', 'capabilities', 'binding', 'credentials'] as const).filter((part) => !same(before[part], after[part]));
  return changed.length === 0 ? null : Object.fromEntries(changed.map((part) => [part, after[part]]));
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Without what belongs to hosts that are not granted, and without what was left empty. */
export function consistent({ hosts, capabilities, binding, credentials }: Grant): Grant {
  const isGranted = (address: string) => hosts.some((host) => address === host || address.startsWith(`${host}/`));
  return {
    hosts,
    capabilities,
    binding: Object.fromEntries(
      Object.entries(binding).flatMap(([described, reached]) =>
        isGranted(described) && reached.trim() !== '' ? [[described, reached.trim()]] : [],
      ),
    ),
    credentials: credentials.filter(({ origin, reference }) => isGranted(origin) && reference !== ''),
  };
}

/** What can be bound at a host: the host, or the paths of it that are bound already. */
export function describedAt(host: string, binding: Grant['binding']): string[] {
  const bound = Object.keys(binding).filter((described) => described === host || described.startsWith(`${host}/`));
  return bound.length > 0 ? bound : [host];
}

/** One line for each secret of the card, and an empty one for each credential without any, at the first host. */
export function referencesOf({ credentials, hosts }: Grant, needed: readonly { name: string }[]): Reference[] {
  const missing = needed.filter(({ name }) => !credentials.some(({ credential }) => credential === name));
  const origin = hosts[0];
  return [...credentials, ...(origin === undefined ? [] : missing.map(({ name }) => ({ credential: name, reference: '', origin })))];
}

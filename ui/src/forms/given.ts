import { allows, branches, isRecord, resolved, type Schema } from './shape';

/** Beyond this a required member that requires itself is left to the validator's sentence. */
const DEEPEST = 16;

/**
 * What a form's values mean: an optional field that was left empty is absent; a required one that may be null is
 * null; a required constant, flag or object is there though nobody can type it.
 */
export function given(value: unknown, schema: unknown, root: Schema, depth = 0): unknown {
  if (Array.isArray(value)) {
    const items = branches(schema, root).find((each) => 'items' in each)?.['items'];
    return value.map((item) => given(item, items, root, depth + 1) ?? null);
  }
  if (isRecord(value)) return members(value, schema, root, depth);
  return value === '' ? undefined : value;
}

function members(value: Record<string, unknown>, schema: unknown, root: Schema, depth: number): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  const required = requiredOf(schema, root);
  for (const [name, member] of Object.entries(value)) {
    const found = given(member, memberOf(schema, name, root), root, depth + 1);
    if (found !== undefined && (required.has(name) || !isEmpty(found))) kept[name] = found;
  }
  for (const name of required) {
    if (name in kept) continue;
    const filled = unsaid(memberOf(schema, name, root), root, depth + 1);
    if (filled !== undefined) kept[name] = filled;
  }
  return kept;
}

/** What a required member is where nothing was typed. */
function unsaid(schema: Schema, root: Schema, depth: number): unknown {
  if ('const' in schema) return schema['const'];
  if (allows(schema, root, 'null')) return null;
  if (schema['type'] === 'boolean') return false;
  if (schema['type'] === 'array') return [];
  if (schema['type'] === 'object' && depth < DEEPEST) return members({}, schema, root, depth);
  return undefined;
}

function requiredOf(schema: unknown, root: Schema): Set<string> {
  const own = resolved(schema, root);
  const sure = [own, ...(Array.isArray(own['allOf']) ? (own['allOf'] as unknown[]) : []).map((each) => resolved(each, root))];
  return new Set(sure.flatMap((each) => (Array.isArray(each['required']) ? (each['required'] as string[]) : [])));
}

function memberOf(schema: unknown, name: string, root: Schema): Schema {
  for (const each of branches(schema, root)) {
    const properties = each['properties'];
    if (isRecord(properties) && name in properties) return resolved(properties[name], root);
  }
  const others = branches(schema, root).find((each) => isRecord(each['additionalProperties']));
  return resolved(others?.['additionalProperties'], root);
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : isRecord(value) && Object.keys(value).length === 0;
}

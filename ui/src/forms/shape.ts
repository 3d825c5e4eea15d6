import type { ReactNode } from 'react';

/** A JSON Schema as it comes: anything may stand in it. */
export type Schema = Record<string, unknown>;

/** What a form is filled in with. */
export type Value = Record<string, unknown>;

export interface FormProps {
  schema: Schema;
  value?: Value;
  /** What the button says. */
  submit: string;
  busy?: boolean;
  onSubmit: (value: Value) => void;
  /** Stands beside the button. */
  children?: ReactNode;
}

/** A form whose value is held outside of it. */
export interface TypedFormProps extends FormProps {
  value: Value;
  onChange: (value: Value) => void;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const MOST_REFERENCES = 32;

/** The schema that a `$ref` within the same document leads to, with what stands beside it. */
export function resolved(schema: unknown, root: Schema): Schema {
  let found = isRecord(schema) ? schema : {};
  for (let hop = 0; typeof found['$ref'] === 'string' && hop < MOST_REFERENCES; hop += 1) {
    const { $ref, ...beside } = found;
    found = { ...at($ref, root), ...beside };
  }
  return found;
}

function at(reference: string, root: Schema): Schema {
  let found: unknown = root;
  for (const part of pathOf(reference)) {
    found = isRecord(found) || Array.isArray(found) ? (found as Record<string, unknown>)[part] : undefined;
  }
  return isRecord(found) ? found : {};
}

/** The names in a pointer like `#/a/b~1c`, as the fragment of an address or plain. */
export function pathOf(pointer: string): string[] {
  return pointer
    .replace(/^#?\/?/, '')
    .split('/')
    .filter((part) => part !== '')
    .map((part) => decoded(part).replaceAll('~1', '/').replaceAll('~0', '~'));
}

function decoded(part: string): string {
  try {
    return decodeURI(part);
  } catch {
    return part;
  }
}

/** The schema itself and the branches of its combinations, one level of each at a time. */
export function branches(schema: unknown, root: Schema, depth = 0): Schema[] {
  const own = resolved(schema, root);
  if (depth > 8) return [own];
  const inner = ['allOf', 'anyOf', 'oneOf'].flatMap((word) => (Array.isArray(own[word]) ? (own[word] as unknown[]) : []));
  return [own, ...inner.flatMap((branch) => branches(branch, root, depth + 1))];
}

export function allows(schema: unknown, root: Schema, type: string): boolean {
  return branches(schema, root).some((each) =>
    Array.isArray(each['type']) ? each['type'].includes(type) : each['type'] === type,
  );
}

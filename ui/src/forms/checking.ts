import { Validator } from '@cfworker/json-schema';

import { findingsOf, type Finding } from './sentences';
import type { Schema } from './shape';

/** Validators by schema: a form asks about the same few again and again. */
const made = new WeakMap<object, Validator>();

/** A validator of a part of `root`: what the part refers to is put beside it. */
export function checkerOf(schema: Schema, root: Schema): Validator {
  let checker = made.get(schema);
  if (checker === undefined) {
    const { $defs = {}, definitions = {} } = root;
    checker = new Validator({ $defs, definitions, ...schema }, '2020-12', false);
    made.set(schema, checker);
  }
  return checker;
}

/** What is wrong with a value, in words. A schema that cannot be used says so of the whole. */
export function findings(value: unknown, schema: Schema): Finding[] {
  try {
    return findingsOf(checkerOf(schema, schema).validate(value).errors);
  } catch (error) {
    return [{ path: [], sentence: `This cannot be checked here: ${error instanceof Error ? error.message : String(error)}` }];
  }
}

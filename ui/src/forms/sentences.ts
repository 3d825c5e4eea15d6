import type { OutputUnit } from '@cfworker/json-schema';

import { pathOf } from './shape';

export interface Finding {
  path: string[];
  sentence: string;
}

/** These only say that something within them is wrong, and that is found by itself. */
const CONTAINERS = new Set([
  ...['$ref', '$recursiveRef', 'properties', 'patternProperties', 'additionalProperties', 'unevaluatedProperties'],
  ...['items', 'prefixItems', 'additionalItems', 'unevaluatedItems', 'allOf', 'if', 'dependentSchemas'],
]);
const CHOICES = new Set(['anyOf', 'oneOf']);

const TYPES: Record<string, string> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'yes or no',
  array: 'a list',
  object: 'an object',
  null: 'nothing',
};

/** A validator's findings in words, each at the member that it is about. */
export function findingsOf(errors: OutputUnit[]): Finding[] {
  const found = new Map<string, Finding>();
  const choices = errors.filter(({ keyword }) => CHOICES.has(keyword)).map(({ instanceLocation }) => instanceLocation);
  for (const error of errors) {
    if (CONTAINERS.has(error.keyword)) continue;
    const path = placeOf(error);
    const place = `#/${path.join('/')}`;
    // Of a choice that nothing fits, each branch complains about the whole: one sentence says it.
    if (choices.includes(error.instanceLocation) && !CHOICES.has(error.keyword) && error.keyword !== 'required') continue;
    if (!found.has(place)) found.set(place, { path, sentence: sentenceOf(error) });
  }
  return [...found.values()];
}

function placeOf({ keyword, instanceLocation, error }: OutputUnit): string[] {
  const path = pathOf(instanceLocation);
  const missing = /property "(.*)"\.$/.exec(error)?.[1];
  return keyword === 'required' && missing !== undefined ? [...path, missing] : path;
}

function sentenceOf({ keyword, error }: OutputUnit): string {
  const [first = '', last = ''] = [/-?\d[\d.e+-]*/.exec(error)?.[0], /(-?\d[\d.e+-]*?)\)?\.$/.exec(error)?.[1]];
  switch (keyword) {
    case 'required':
      return 'Fill this in.';
    case 'type':
      return error.includes('type "null"') ? 'Fill this in, or remove it.' : `This has to be ${expected(error)}.`;
    case 'enum':
    case 'const':
      return error.replace(/^Instance does not match (any of )?/, 'This has to be ').replace('be [', 'be one of [');
    case 'false':
      return 'This is not asked for.';
    case 'minimum':
      return `At least ${last}.`;
    case 'maximum':
      return `At most ${last}.`;
    case 'exclusiveMinimum':
      return `More than ${last}.`;
    case 'exclusiveMaximum':
      return `Less than ${last}.`;
    case 'multipleOf':
      return `A multiple of ${last}.`;
    case 'minLength':
      return `At least ${last} characters.`;
    case 'maxLength':
      return `At most ${last} characters.`;
    case 'minItems':
      return `At least ${last} entries.`;
    case 'maxItems':
      return `At most ${last} entries.`;
    case 'minProperties':
      return `At least ${first} members.`;
    case 'maxProperties':
      return `At most ${first} members.`;
    case 'uniqueItems':
      return 'Each entry once only.';
    case 'pattern':
      return 'This is not written as it has to be.';
    case 'format':
      return error.replace(/^String does not match format "(.*)"\.$/, 'This is no valid $1.');
    case 'anyOf':
    case 'oneOf':
      return /\((?!0 )/.test(error) ? 'More than one of the choices fits.' : 'None of the choices fits.';
    default:
      return error;
  }
}

function expected(error: string): string {
  const types = [...(error.split('Expected')[1] ?? '').matchAll(/"(\w+)"/g)].map(([, type = '']) => TYPES[type] ?? type);
  return types.filter((type) => type !== 'nothing').join(' or ');
}

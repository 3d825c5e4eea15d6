import { isRecord, type Schema } from './shape';

/**
 * The same schema with fewer questions: "this, or null" is a field that may stay empty, and not a choice of two. A
 * member of which nothing is said has a field, too. For the form alone; what is checked follows the schema as it was.
 */
export function simplified(schema: Schema): Schema {
  return walk(schema) as Schema;
}

function walk(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(walk);
  if (!isRecord(value)) return value;
  const inner = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, walk(member)]));
  if (isRecord(inner['properties'])) inner['properties'] = named(inner['properties']);
  for (const word of ['anyOf', 'oneOf']) {
    const choices = inner[word];
    if (!Array.isArray(choices)) continue;
    const others = choices.filter((each) => !(isRecord(each) && each['type'] === 'null'));
    if (others.length === choices.length) continue;
    const rest = Object.fromEntries(Object.entries(inner).filter(([name]) => name !== word));
    return others.length === 1 && isRecord(others[0]) ? { ...others[0], ...rest } : { ...rest, [word]: others };
  }
  return inner;
}

function named(properties: Schema): Schema {
  const isSilent = (member: unknown) => member === true || (isRecord(member) && Object.keys(member).length === 0);
  return Object.fromEntries(
    Object.entries(properties).map(([name, member]) => [name, isSilent(member) ? { title: name } : member]),
  );
}

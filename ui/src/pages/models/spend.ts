import type { Schemas } from '../../api/client';
import { nanosOf } from './money';

export type Group = Schemas['Group'];
export type By = 'model' | 'purpose';
export type Measure = 'cost' | 'tokens' | 'calls';

export interface Total {
  name: string;
  calls: number;
  input: number;
  output: number;
  nanos: number;
}

/** The groups added up by model or purpose; what cost most comes first. */
export function totals(items: readonly Group[], by: By): Total[] {
  const found = new Map<string, Total>();
  for (const each of items) {
    const name = each[by] ?? '';
    const so = found.get(name) ?? { name, calls: 0, input: 0, output: 0, nanos: 0 };
    found.set(name, added(so, each));
  }
  return [...found.values()].sort((one, other) => other.nanos - one.nanos || tokens(other) - tokens(one) || one.name.localeCompare(other.name));
}

export function sum(items: readonly Group[]): Total {
  return items.reduce(added, { name: '', calls: 0, input: 0, output: 0, nanos: 0 });
}

function added(total: Total, each: Group): Total {
  return {
    name: total.name,
    calls: total.calls + each.calls,
    input: total.input + each.input_tokens,
    output: total.output + each.output_tokens,
    nanos: total.nanos + nanosOf(each.cost),
  };
}

const tokens = ({ input, output }: Total) => input + output;

export function measured(total: Total, measure: Measure): number {
  return measure === 'cost' ? total.nanos : measure === 'calls' ? total.calls : tokens(total);
}

export interface Day {
  day: string;
  whole: number;
  /** Of what is chosen; the whole where nothing is. */
  part: number;
}

const A_DAY = 24 * 60 * 60 * 1000;

/** One entry for each day, those without a call included. Days are dates in UTC. */
export function series(items: readonly Group[], since: string, count: number, measure: Measure, chosen: Partial<Record<By, string>>): Day[] {
  const first = Date.parse(since.slice(0, 10));
  return Array.from({ length: count }, (_, place) => {
    const day = new Date(first + place * A_DAY).toISOString().slice(0, 10);
    const its = items.filter((each) => each.day === day);
    const part = its.filter((each) => Object.entries(chosen).every(([by, name]) => each[by] === name));
    return { day, whole: measured(sum(its), measure), part: measured(sum(part), measure) };
  });
}

export const THRESHOLDS = [50, 80, 100] as const;

export interface Standing {
  /** Per cent of the limit, each at most what is left of a hundred. */
  spent: number;
  reserved: number;
  /** The highest threshold that what is spent has reached. */
  reached: (typeof THRESHOLDS)[number] | null;
}

/** How full a budget is in one of its limits. A limit of nothing is always reached. */
export function standing(limit: number, spent: number, reserved: number): Standing {
  if (limit === 0) return { spent: 100, reserved: 0, reached: 100 };
  const share = (value: number) => (value / limit) * 100;
  const full = Math.min(100, share(spent));
  return {
    spent: full,
    reserved: Math.min(100 - full, share(reserved)),
    reached: THRESHOLDS.findLast((threshold) => share(spent) >= threshold) ?? null,
  };
}

import type { Schemas } from '../../api/client';

/** The routing in force, as the service tells it. */
export type Active = Schemas['ActiveRouting'];

/** A whole routing, as it is put in force. */
export type Document = Schemas['Document'];
export type Purpose = Schemas['Purpose'];
export type Tier = 'standard' | 'heavy';
export type Kind = Schemas['ConfiguredProvider']['kind'];

export const BUILTIN = 'builtin';
export const TIERS: readonly Tier[] = ['standard', 'heavy'];

/** Every reason for a call of a model, and what such a call is for. */
export const PURPOSES: readonly { purpose: Purpose; does: string }[] = [
  { purpose: 'chat', does: 'answers in a conversation' },
  { purpose: 'route', does: 'finds out what a message wants' },
  { purpose: 'plan', does: 'chooses the tool to call' },
  { purpose: 'blueprint', does: 'drafts a module' },
  { purpose: 'implement', does: 'writes its code' },
  { purpose: 'test', does: 'writes its tests' },
  { purpose: 'repair', does: 'mends what failed' },
  { purpose: 'judge', does: 'says how good a result is' },
  { purpose: 'embed', does: 'compares texts by meaning' },
];

export interface NewProvider {
  kind: Kind;
  base_url: string | null;
  credential: string | null;
}

export interface NewModel {
  provider: string;
  model: string;
  input_price: string | null;
  output_price: string | null;
}

export function withProvider(document: Document, name: string, { kind, base_url, credential }: NewProvider): Document {
  return { ...document, providers: { ...document.providers, [name]: { kind, base_url, credential, concurrency: 16 } } };
}

/** With a name for a provider's key: its own. */
export function withCredential(document: Document, name: string): Document {
  const provider = document.providers[name];
  if (provider === undefined) return document;
  return { ...document, providers: { ...document.providers, [name]: { ...provider, credential: name } } };
}

/** The model added, and last in the tiers that are given. */
export function withModel(document: Document, name: string, model: NewModel, tiers: readonly Tier[]): Document {
  const added = { ...model, context: null, output: null, structured: null };
  return {
    ...document,
    models: { ...document.models, [name]: added },
    tiers: tiers.reduce((all, tier) => ({ ...all, [tier]: [...(all[tier] ?? []), name] }), document.tiers),
  };
}

/** Without some models, wherever they stand. */
export function withoutModels(document: Document, names: readonly string[]): Document {
  const rest = (list: readonly string[]) => list.filter((each) => !names.includes(each));
  const lists = (tiers: Record<string, string[]>) => mapped(tiers, rest);
  const purposes = (all: Document['purposes']) => mapped(all, (each) => ({ ...each, models: rest(each.models) }));
  return {
    ...document,
    models: Object.fromEntries(Object.entries(document.models).filter(([name]) => !names.includes(name))),
    tiers: lists(document.tiers),
    purposes: purposes(document.purposes),
    organisations: mapped(document.organisations, (own) => ({
      ...own,
      tiers: lists((own['tiers'] ?? {}) as Document['tiers']),
      purposes: purposes((own['purposes'] ?? {}) as Document['purposes']),
    })),
  };
}

/** Without a provider and the models that it serves. */
export function withoutProvider(document: Document, name: string): Document {
  const its = Object.entries(document.models).filter(([, { provider }]) => provider === name);
  const providers = Object.fromEntries(Object.entries(document.providers).filter(([each]) => each !== name));
  return { ...withoutModels(document, its.map(([model]) => model)), providers };
}

export function withTier(document: Document, tier: Tier, models: string[]): Document {
  return { ...document, tiers: { ...document.tiers, [tier]: models } };
}

const BY_DIFFICULTY = { tier: 'difficulty', models: [], output: null, cache: false } as const;

/** What holds for a purpose; without a word about it the difficulty of a call chooses. */
export function ruleOf(document: Document, purpose: Purpose): Schemas['ConfiguredPurpose'] {
  return document.purposes[purpose] ?? { ...BY_DIFFICULTY, models: [] };
}

export function withRule(document: Document, purpose: Purpose, rule: Schemas['ConfiguredPurpose']): Document {
  const others = Object.fromEntries(Object.entries(document.purposes).filter(([each]) => each !== purpose));
  return { ...document, purposes: same(rule, BY_DIFFICULTY) ? others : { ...others, [purpose]: rule } };
}

/** The list with the item at `from` moved to `to`; as it is where there is no such place. */
export function moved<Item>(list: readonly Item[], from: number, to: number): Item[] {
  if (to < 0 || to >= list.length) return [...list];
  return list.toSpliced(from, 1).toSpliced(to, 0, ...list.slice(from, from + 1));
}

/** A name as the routing takes it, made of how the provider calls the model. */
export function nameFor(model: string): string {
  return model.toLowerCase().replaceAll(/[^a-z0-9_.:/-]+/g, '-').replace(/^[^a-z0-9]+/, '').slice(0, 63);
}

/** What differs between two routings, one sentence for each difference. */
export function differences(before: Partial<Document>, after: Partial<Document>): string[] {
  const entries = (part: 'providers' | 'models', word: string) =>
    keys(before[part], after[part]).flatMap((name) => {
      const [was, is] = [before[part]?.[name], after[part]?.[name]];
      if (same(was, is)) return [];
      return [`${word} ${name} ${was === undefined ? 'added' : is === undefined ? 'removed' : 'changed'}`];
    });
  const tiers = keys(before.tiers, after.tiers).flatMap((tier) => {
    const [was, is] = [before.tiers?.[tier] ?? [], after.tiers?.[tier] ?? []];
    return same(was, is) ? [] : [`Tier ${tier}: ${listed(is)}${was.length > 0 ? ` (was ${listed(was)})` : ''}`];
  });
  const purposes = keys(before.purposes, after.purposes).flatMap((purpose) => {
    const [was, is] = [before.purposes?.[purpose], after.purposes?.[purpose]];
    if (same(was, is)) return [];
    const [said, saidBefore] = [ruleSaid(is), ruleSaid(was)];
    return [`${purpose.toUpperCase()} calls: ${said === saidBefore ? 'other limits' : `${said} (was ${saidBefore})`}`];
  });
  const whole = (['fallback', 'organisations', 'deadline_seconds'] as const)
    .filter((part) => !same(before[part] ?? EMPTY[part], after[part] ?? EMPTY[part]))
    .map((part) => WHOLE[part]);
  return [...entries('providers', 'Provider'), ...entries('models', 'Model'), ...tiers, ...purposes, ...whole];
}

const EMPTY = { fallback: {}, organisations: {}, deadline_seconds: 300 };
const WHOLE = {
  fallback: 'Other rules after failures',
  organisations: 'Other rules for single organisations',
  deadline_seconds: 'Another time limit for a call',
};

/** `tier:heavy` in a list stands for that tier. */
export function entrySaid(name: string): string {
  return name.startsWith('tier:') ? `the ${name.slice(5)} tier` : name === BUILTIN ? 'the builtin rules' : name;
}

function listed(models: readonly string[]): string {
  return models.map(entrySaid).join(', ') || 'nobody';
}

function ruleSaid(rule: Partial<Schemas['ConfiguredPurpose']> | undefined): string {
  if ((rule?.models ?? []).length > 0) return listed(rule?.models ?? []);
  const tier = rule?.tier ?? 'difficulty';
  return tier === 'difficulty' ? 'by difficulty' : tier;
}

function keys(...parts: (object | undefined)[]): string[] {
  return [...new Set(parts.flatMap((part) => Object.keys(part ?? {})))];
}

function mapped<Value, Made>(record: Record<string, Value>, make: (value: Value) => Made): Record<string, Made> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, make(value)]));
}

/** Whether two values are the same JSON, whatever the order of their members. */
export function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)).map(([name, each]) => [name, sorted(each)]));
}

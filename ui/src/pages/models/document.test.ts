import { describe, expect, it } from 'vitest';

import { differences, moved, nameFor, ruleOf, withCredential, withModel, withoutProvider, withProvider, withRule, type Document } from './document';

const EMPTY: Document = { providers: {}, models: {}, tiers: {}, purposes: {}, organisations: {}, fallback: {}, deadline_seconds: 300 };
const LOCAL = { kind: 'compatible', base_url: 'http://127.0.0.1:1/v1', credential: null } as const;
const FREE = { provider: 'local', model: 'Qwen 2.5', input_price: null, output_price: null };
const ONE = withModel(withProvider(EMPTY, 'local', LOCAL), 'small', FREE, ['standard']);
const RULE = { tier: 'difficulty', models: [], output: null, cache: false } as const;

describe('a change of the routing', () => {
  it('adds a model at the end of its tiers', () => {
    const two = withModel(ONE, 'large', FREE, ['standard', 'heavy']);
    expect(two.tiers).toEqual({ standard: ['small', 'large'], heavy: ['large'] });
    expect(two.models['large']?.provider).toBe('local');
  });

  it('names the key of a provider after it', () => {
    expect(withCredential(ONE, 'local').providers).toEqual({ local: { ...LOCAL, concurrency: 16, credential: 'local' } });
    expect(withCredential(ONE, 'nobody')).toBe(ONE);
  });

  it('takes a provider out with its models, wherever they stand', () => {
    const routed = {
      ...withRule(ONE, 'plan', { ...RULE, models: ['small', 'builtin'] }),
      organisations: { guest: { tiers: { heavy: ['small'] }, purposes: {} } },
    };
    const without = withoutProvider(routed, 'local');
    expect(without.providers).toEqual({});
    expect(without.models).toEqual({});
    expect(without.tiers).toEqual({ standard: [] });
    expect(ruleOf(without, 'plan').models).toEqual(['builtin']);
    expect(without.organisations).toEqual({ guest: { tiers: { heavy: [] }, purposes: {} } });
  });

  it('keeps no rule that says what holds without it', () => {
    const heavy = withRule(ONE, 'chat', { ...RULE, tier: 'heavy', models: [] });
    expect(ruleOf(heavy, 'chat').tier).toBe('heavy');
    expect(withRule(heavy, 'chat', { ...RULE, models: [] }).purposes).toEqual({});
  });

  it('moves within the list, and never out of it', () => {
    expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
    expect(moved(['a', 'b'], 0, 1)).toEqual(['b', 'a']);
    expect(moved(['a', 'b'], 0, -1)).toEqual(['a', 'b']);
    expect(moved(['a', 'b'], 1, 2)).toEqual(['a', 'b']);
  });

  it('makes a name that the routing takes of what a provider calls its model', () => {
    expect(nameFor('Qwen/Qwen 2.5 (7B)')).toBe('qwen/qwen-2.5-7b-');
    expect(nameFor('--x')).toBe('x');
    expect(nameFor('')).toBe('');
  });
});

describe('differences', () => {
  it('are none between routings that say the same, whatever the order of their members', () => {
    expect(differences(ONE, structuredClone(ONE))).toEqual([]);
    expect(differences({}, EMPTY)).toEqual([]);
    expect(differences({ fallback: { auth: { tries: 0, then: 'stop' } } }, { fallback: { auth: { then: 'stop', tries: 0 } } })).toEqual([]);
  });

  it('are said part by part', () => {
    const after = withRule({ ...withModel(ONE, 'large', FREE, []), tiers: { standard: ['large', 'small'] } }, 'plan', { ...RULE, models: ['tier:heavy', 'builtin'] });
    expect(differences(ONE, after)).toEqual([
      'Model large added',
      'Tier standard: large, small (was small)',
      'PLAN calls: the heavy tier, the builtin rules (was by difficulty)',
    ]);
    expect(differences(after, ONE)[0]).toBe('Model large removed');
    expect(differences(ONE, { ...ONE, deadline_seconds: 10 })).toEqual(['Another time limit for a call']);
    expect(differences(EMPTY, ONE)).toEqual(['Provider local added', 'Model small added', 'Tier standard: small']);
  });
});

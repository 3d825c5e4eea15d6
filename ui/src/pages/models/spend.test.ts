import { describe, expect, it } from 'vitest';

import { dollars, nanosOf, priceOf } from './money';
import { series, standing, sum, totals, type Group } from './spend';

const group = (day: string, model: string, purpose: string, cost: string, tokens = 10): Group => ({
  day, model, purpose, cost, calls: 1, input_tokens: tokens, output_tokens: 1,
});

const ITEMS = [
  group('2026-11-01', 'small', 'chat', '0.1'),
  group('2026-11-01', 'large', 'chat', '0.2'),
  group('2026-11-03', 'small', 'plan', '0.2'),
];

describe('spend', () => {
  it('is added up without the errors of fractions', () => {
    expect(sum([group('', '', '', '0.1'), group('', '', '', '0.2')]).nanos).toBe(300_000_000);
  });

  it('is grouped, what cost most first', () => {
    expect(totals(ITEMS, 'model').map(({ name, calls, nanos }) => [name, calls, nanos])).toEqual([
      ['small', 2, 300_000_000],
      ['large', 1, 200_000_000],
    ]);
    expect(totals(ITEMS, 'purpose').map(({ name }) => name)).toEqual(['chat', 'plan']);
  });

  it('has an entry for each day, those without a call included', () => {
    expect(series(ITEMS, '2026-11-01T00:00:00+00:00', 3, 'calls', { model: 'small' })).toEqual([
      { day: '2026-11-01', whole: 2, part: 1 },
      { day: '2026-11-02', whole: 0, part: 0 },
      { day: '2026-11-03', whole: 1, part: 1 },
    ]);
    expect(series(ITEMS, '2026-11-01', 1, 'tokens', {})).toEqual([{ day: '2026-11-01', whole: 22, part: 22 }]);
  });
});

describe('money', () => {
  it.each([
    ['0', '$0.00'],
    ['0.000300000', '$0.0003'],
    ['12.345', '$12.35'],
    ['1234', '$1,234.00'],
  ])('%s is read as %s', (usd, said) => expect(dollars(nanosOf(usd))).toBe(said));

  it('is called free where nothing is paid', () => {
    expect(priceOf({ input_price: '0', output_price: '0' })).toBe('free');
    expect(priceOf({ input_price: '0.15', output_price: '0.6' })).toBe('$0.15 in, $0.60 out per million tokens');
  });
});

describe('how full a budget is', () => {
  it.each([
    [100, 49, 0, { spent: 49, reserved: 0, reached: null }],
    [100, 50, 10, { spent: 50, reserved: 10, reached: 50 }],
    [100, 80, 40, { spent: 80, reserved: 20, reached: 80 }],
    [100, 130, 5, { spent: 100, reserved: 0, reached: 100 }],
    [0, 0, 0, { spent: 100, reserved: 0, reached: 100 }],
  ])('of %d with %d spent and %d reserved', (limit, spent, reserved, so) => expect(standing(limit, spent, reserved)).toEqual(so));
});

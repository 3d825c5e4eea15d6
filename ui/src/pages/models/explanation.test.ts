import { expect, it } from 'vitest';

import { because, explained } from './explanation';

const card = (name: string, provider: string, away: { locked?: boolean; resting?: boolean } = {}) => ({
  name, provider, locked: false, resting: false, input_price: '0', output_price: '0', context: null, ...away,
});
const BUILTIN = card('builtin', 'builtin');
const call = { purpose: 'plan', tier: 'standard', reasons: [] as string[] } as const;

it('says who would be asked, in order', () => {
  const models = [card('small', 'local'), BUILTIN];
  expect(explained({ ...call, models, answers: 'small' })).toBe('A PLAN call now would go to small (local), then the builtin rules.');
  expect(explained({ ...call, purpose: 'embed', models: [], answers: null })).toBe('An EMBED call now would find no model, and fail.');
});

it('does not name those who are passed over', () => {
  const models = [card('mini', 'cloud', { locked: true }), card('small', 'local'), card('spare', 'cloud', { locked: true }), BUILTIN];
  expect(explained({ ...call, models, answers: 'small' })).toBe('A PLAN call now would go to small (local), then the builtin rules.');
  expect(explained({ ...call, models: models.slice(0, 1), answers: null })).toBe('A PLAN call now would find nobody who can answer, and fail.');
  expect(because({ ...call, models, answers: 'small' })).toEqual(['cloud misses its key: mini, spare are passed over.']);
});

it('says why, and once for each who rests', () => {
  const resting = { resting: true };
  const models = [card('small', 'local', resting), card('large', 'local', resting), BUILTIN];
  expect(because({ ...call, reasons: ['plan calls have a list of their own.'], models, answers: 'builtin' })).toEqual([
    'Plan calls have a list of their own.',
    'local failed so often that it rests for a moment: small, large are passed over.',
  ]);
});

import { expect, it } from 'vitest';

import { because, explained } from './explanation';

const card = (name: string, provider: string, resting = false) => ({ name, provider, resting, input_price: '0', output_price: '0', context: null });
const BUILTIN = card('builtin', 'builtin');

it('says who would be asked, in order', () => {
  const models = [card('small', 'local'), BUILTIN];
  expect(explained({ purpose: 'plan', tier: 'standard', reasons: [], models })).toBe('A PLAN call now would go to small (local), then the builtin rules.');
  expect(explained({ purpose: 'embed', tier: null, reasons: [], models: [] })).toBe('An EMBED call now would find no model, and fail.');
});

it('says why, and once for each who rests', () => {
  const models = [card('small', 'local', true), card('large', 'local', true), BUILTIN];
  expect(because({ purpose: 'plan', tier: 'heavy', reasons: ['plan calls have a list of their own.'], models })).toEqual([
    'Plan calls have a list of their own.',
    'local failed so often that it rests for a moment: the next one is asked.',
  ]);
});

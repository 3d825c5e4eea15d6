import { expect, it } from 'vitest';

import { answeredBy, answerOf } from './answering';

const WHY = 'The builtin rules answered instead of small: the budget is spent.';

it('names the model as the routing and its provider do, and the rules as what they are', () => {
  expect(answeredBy({ provider: 'local', model: 'small', name: 'small' })).toBe('small');
  expect(answeredBy({ provider: 'local', model: 'gpt-4o-mini', name: 'fast' })).toBe('fast · gpt-4o-mini');
  expect(answeredBy({ model: 'gpt-4o-mini' })).toBe('gpt-4o-mini');
  expect(answeredBy({ provider: 'builtin', model: 'builtin', name: 'builtin' })).toBe('the builtin rules');
});

it('leaves out of a text what is shown beside it', () => {
  expect(answerOf(`Hello.\n\n${WHY} [CONVERSATION]`, WHY)).toBe('Hello.');
  expect(answerOf(`Hello.\n\n${WHY}`, undefined)).toBe(`Hello.\n\n${WHY}`);
  expect(answerOf('Hello. [CONVERSATION]', undefined)).toBe('Hello.');
});

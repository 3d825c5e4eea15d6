import { expect, it } from 'vitest';

import { answeredBy, answerOf } from './answering';

const WHY = 'The builtin rules answered instead of small: the budget is spent.';

it('names the model and who serves it, and the rules as what they are', () => {
  expect(answeredBy('small', 'local')).toBe('Answered by small (local)');
  expect(answeredBy('builtin', 'builtin')).toBe('Answered by the builtin rules');
});

it('leaves out of a text what is shown beside it', () => {
  expect(answerOf(`Hello.\n\n${WHY} [CONVERSATION]`, WHY)).toBe('Hello.');
  expect(answerOf(`Hello.\n\n${WHY}`, undefined)).toBe(`Hello.\n\n${WHY}`);
  expect(answerOf('Hello. [CONVERSATION]', undefined)).toBe('Hello.');
});

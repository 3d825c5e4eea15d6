import { expect, it } from 'vitest';

import { pastedDescription } from './description';

it.each([
  ['openapi: 3.1.0\ninfo: {title: T}\n', 'pasted.openapi.yaml'],
  ['# ours\n---\n"swagger": "2.0"\ninfo: {}\n', 'pasted.openapi.yaml'],
  ['{"info":{"title":"T"},"openapi":"3.0.3"}', 'pasted.openapi.json'],
  ['  {\n  "swagger": "2.0"\n}', 'pasted.openapi.json'],
])('takes %j for a description', async (text, name) => {
  const file = pastedDescription(text);
  expect(file?.name).toBe(name);
  expect(await file?.text()).toBe(text);
});

it.each(['', 'openapi: 3.1.0', 'what does openapi: mean?\nI wonder', 'swagger\n', '{"a": 1}', 'my openapi:\n  draft'])(
  'leaves %j in the text',
  (text) => expect(pastedDescription(text)).toBeNull(),
);

import { afterEach, expect, it, vi } from 'vitest';

import { freshKey } from './key';

afterEach(() => {
  vi.unstubAllGlobals();
});

it('is there where the page came over plain http from another machine', () => {
  const { crypto } = globalThis;
  vi.stubGlobal('crypto', { getRandomValues: (bytes: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(bytes) });
  expect(freshKey()).toMatch(/^[0-9a-f]{32}$/);
});

it('is another one each time', () => {
  expect(new Set(Array.from({ length: 1000 }, freshKey)).size).toBe(1000);
});

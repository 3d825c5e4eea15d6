import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { hear } from '../connection/feed';
import { persistently } from '../connection/persistently';
import { usePalette } from './usePalette';

vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);

const LOST = new TypeError('error loading dynamically imported module');
const load = vi.fn<() => Promise<unknown>>();
const reload = vi.spyOn(location, 'reload').mockImplementation(() => undefined);

const control = () => document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Control' }));
const later = () => vi.advanceTimersByTimeAsync(5000);

const Keys = () => void usePalette(load);
act(() => createRoot(document.createElement('div')).render(<Keys />));

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.clearAllMocks();
  sessionStorage.clear();
});

it('leaves the page as it is where the palette is lost before it was asked for', async () => {
  load.mockRejectedValue(LOST);
  control();
  await later();
  expect(load).toHaveBeenCalledOnce();
  expect(reload).not.toHaveBeenCalled();
});

it('waits with what nobody asked for yet until the service is there', async () => {
  load.mockResolvedValue({});
  hear({ kind: 'standing', standing: 'offline', problem: null });
  control();
  await later();
  expect(load).not.toHaveBeenCalled();
  hear({ kind: 'standing', standing: 'live', problem: null });
  await later();
  expect(load).toHaveBeenCalledOnce();
});

it('comes with the page loaded anew where it is lost once it was asked for, as soon as the service answers', async () => {
  load.mockRejectedValue(LOST);
  const asked = vi.spyOn(globalThis, 'fetch').mockRejectedValueOnce(new TypeError('refused')).mockResolvedValue(new Response());
  void persistently(load)();
  await later();
  expect(asked).toHaveBeenCalledTimes(2);
  expect(reload).toHaveBeenCalledOnce();
});

import { useEffect, useEffectEvent, useState } from 'react';

import { ahead } from '../connection/persistently';

/**
 * The command palette, and Ctrl-K (or Cmd-K) to open it. It is loaded late, so what is typed until its field has the
 * focus is kept for it and does not fall into the page beneath. `load` is called once it is likely to be wanted; that it
 * fails then has no effect.
 */
export function usePalette(load: () => Promise<unknown>) {
  // `wanted` once it was open: then it is loaded. `arriving` until its field has the focus.
  const [palette, set] = useState({ open: false, wanted: false, arriving: false, text: '' });
  const turn = (open: boolean) => set({ open, wanted: true, arriving: open, text: '' });
  const edit = (change: (text: string) => string) => set((before) => ({ ...before, text: change(before.text) }));
  const prepare = () => void ahead(load);

  const heed = useEffectEvent((event: KeyboardEvent) => {
    if (isModifier(event)) {
      if (event.key === 'Control' || event.key === 'Meta') prepare();
      return;
    }
    if (opens(event)) turn(!palette.open);
    else if (!palette.arriving || event.ctrlKey || event.metaKey || event.altKey) return;
    else if (event.key === 'Escape') turn(false);
    else if (event.key === 'Backspace') edit((text) => text.slice(0, -1));
    else if (event.key.length === 1) edit((text) => text + event.key);
    // Enter among them: nothing is chosen, or sent by the page beneath, before it can be seen.
    event.preventDefault();
    event.stopPropagation();
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => heed(event);
    document.addEventListener('keydown', listen, { capture: true });
    return () => document.removeEventListener('keydown', listen, { capture: true });
  }, []);
  return {
    ...palette,
    prepare,
    show: () => turn(true),
    close: () => turn(false),
    type: (text: string) => edit(() => text),
    arrived: () => set((before) => ({ ...before, arriving: false })),
  };
}

function isModifier({ key }: KeyboardEvent): boolean {
  return key === 'Control' || key === 'Meta' || key === 'Shift' || key === 'Alt' || key === 'AltGraph';
}

function opens({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean {
  return key.toLowerCase() === 'k' && (ctrlKey || metaKey) && !altKey && !shiftKey;
}

import { useEffect, useState } from 'react';

/** Whether the command palette is open, and Ctrl-K (or Cmd-K) to open it. `wanted` once it was, so that it is loaded then. */
export function usePalette() {
  const [{ open, wanted }, set] = useState({ open: false, wanted: false });
  useEffect(() => {
    const heed = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      event.preventDefault();
      set((before) => ({ open: !before.open, wanted: true }));
    };
    document.addEventListener('keydown', heed);
    return () => document.removeEventListener('keydown', heed);
  }, []);
  return {
    open,
    wanted,
    show: () => set({ open: true, wanted: true }),
    close: () => set({ open: false, wanted: true }),
  };
}

/** Marks a place that has the focus once what had it in there is gone; it needs a name, and a tabIndex of -1. */
export const PLACE = { 'data-place': '', tabIndex: -1 } as const;

/** Sees to it that whoever removes what had the focus does not fall out of the page: the nearest place that is left has it. */
export function keepFocus(root: HTMLElement | null): (() => void) | undefined {
  if (root === null) return undefined;
  let held: Element | null = null;
  let places: HTMLElement[] = [];
  const hold = ({ target }: Event) => {
    held = target as Element;
    places = [];
    for (let each = held.parentElement; each !== null; each = each.parentElement) {
      if (each.matches('[data-place]')) places.push(each);
    }
  };
  const pressed = ({ target }: Event) => {
    // Whoever presses elsewhere leaves by themselves.
    if (held?.contains(target as Node) !== true) held = null;
  };
  const removed = new MutationObserver(() => {
    if (held === null || held.isConnected || document.activeElement !== document.body) return;
    places.find((each) => each.isConnected)?.focus({ preventScroll: true });
  });
  root.addEventListener('focusin', hold);
  document.addEventListener('pointerdown', pressed);
  removed.observe(root, { childList: true, subtree: true });
  return () => {
    root.removeEventListener('focusin', hold);
    document.removeEventListener('pointerdown', pressed);
    removed.disconnect();
  };
}

import { useEffect, useEffectEvent, type KeyboardEvent, type RefObject } from 'react';

const GAP = 4;
const MARGIN = 8;
const HIGHEST = 384;

/**
 * A menu that stands at its button, above everything: it stays there while the page moves, and a press or a focus
 * elsewhere closes it. Gives what its keys do: the arrows, Home and End, the first letter of what an item says, Escape, Tab.
 */
export function useMenu(
  menu: RefObject<HTMLElement | null>,
  button: RefObject<HTMLElement | null>,
  leave: () => void,
  close: () => void,
): (event: KeyboardEvent) => void {
  const left = useEffectEvent(({ target }: Event) => {
    if (target instanceof Node && menu.current?.contains(target) !== true && button.current?.contains(target) !== true) close();
  });
  useEffect(() => {
    const [shown, at] = [menu.current, button.current];
    if (shown === null || at === null) return undefined;
    const stand = () => place(shown, at);
    shown.showPopover();
    stand();
    window.addEventListener('resize', stand);
    document.addEventListener('scroll', stand, { capture: true, passive: true });
    const elsewhere = (event: Event) => left(event);
    document.addEventListener('pointerdown', elsewhere);
    document.addEventListener('focusin', elsewhere);
    return () => {
      window.removeEventListener('resize', stand);
      document.removeEventListener('scroll', stand, { capture: true });
      document.removeEventListener('pointerdown', elsewhere);
      document.removeEventListener('focusin', elsewhere);
    };
  }, [menu, button]);
  return (event) => {
    const items = [...(menu.current?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? [])];
    const next = following(event.key, items);
    // From the button on, where Tab leads then.
    if (event.key === 'Escape' || event.key === 'Tab') leave();
    else if (next !== undefined) next.focus();
    if (event.key === 'Tab' || (event.key !== 'Escape' && next === undefined)) return;
    event.preventDefault();
    event.stopPropagation();
  };
}

/** The item that a key leads to from the one that has the focus, round and round. */
function following(key: string, items: readonly HTMLElement[]): HTMLElement | undefined {
  const here = items.findIndex((each) => each === document.activeElement);
  switch (key) {
    case 'ArrowDown':
      return items[(here + 1) % items.length];
    case 'ArrowUp':
      return items.at(here <= 0 ? -1 : here - 1);
    case 'Home':
      return items[0];
    case 'End':
      return items.at(-1);
    default: {
      const round = [...items.slice(here + 1), ...items.slice(0, here + 1)];
      // The space bar is a press.
      return key.length === 1 && key !== ' ' ? round.find(({ dataset }) => dataset['says']?.toLowerCase().startsWith(key.toLowerCase())) : undefined;
    }
  }
}

/** Above the button or below it, wherever more room is, and within the window. */
function place(menu: HTMLElement, button: HTMLElement): void {
  const { top, bottom, left } = button.getBoundingClientRect();
  const isAbove = top > innerHeight - bottom;
  const room = (isAbove ? top : innerHeight - bottom) - GAP - MARGIN;
  Object.assign(menu.style, {
    left: `${Math.max(MARGIN, Math.min(left, innerWidth - menu.offsetWidth - MARGIN))}px`,
    top: isAbove ? 'auto' : `${bottom + GAP}px`,
    bottom: isAbove ? `${innerHeight - top + GAP}px` : 'auto',
    maxHeight: `${Math.min(HIGHEST, room)}px`,
  });
}

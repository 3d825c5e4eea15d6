import { useEffect, useRef, useState } from 'react';

/**
 * For a box that scrolls: the keyboard stops at it while there is something to scroll, and passes over it otherwise.
 * Its content is one element.
 */
export function useScrollStop<Box extends HTMLElement>() {
  const ref = useRef<Box>(null);
  const [scrolls, tell] = useState(false);
  useEffect(() => {
    const box = ref.current;
    if (box === null) return;
    const observer = new ResizeObserver(() => {
      tell(box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight);
    });
    for (const each of [box, ...box.children]) observer.observe(each);
    return () => observer.disconnect();
  }, []);
  return { ref, tabIndex: scrolls ? 0 : undefined };
}

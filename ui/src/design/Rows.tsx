import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, type ReactNode } from 'react';

import { useScrollStop } from './useScrollStop';

interface RowsProps {
  label: string;
  count: number;
  /** Of a row, in pixels. */
  height: number;
  /** The row that is kept in view. */
  follow?: number;
  className?: string;
  row: (place: number) => ReactNode;
}

/** A long list in a box that scrolls: only the rows that are seen exist in the page. */
export function Rows({ label, count, height, follow = -1, className, row }: RowsProps) {
  const { ref: box, tabIndex } = useScrollStop<HTMLDivElement>();
  // eslint-disable-next-line react-hooks/incompatible-library -- the React Compiler, which it would trip, is not used
  const rows = useVirtualizer({ count, getScrollElement: () => box.current, estimateSize: () => height, overscan: 12 });
  useEffect(() => {
    if (follow >= 0 && follow < count) rows.scrollToIndex(follow, { align: 'auto' });
  }, [rows, follow, count]);
  return (
    <div ref={box} className="h-full overflow-y-auto" tabIndex={tabIndex} role="region" aria-label={label}>
      <div className={className}>
        <ol className="relative" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start }) => (
            <li
              key={index}
              aria-setsize={count}
              aria-posinset={index + 1}
              className="absolute inset-x-0"
              style={{ height, transform: `translateY(${start}px)` }}
            >
              {row(index)}
            </li>
          ))}
        </ol>
      </div>
    </div>
  );
}

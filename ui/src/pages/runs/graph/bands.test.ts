import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fold, type Box } from './bands';

const SIZE = { width: 196, height: 48 };

/** A layout as dagre gives it: ranks from left to right, the boxes of a rank below each other. */
const laidOut = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 60 }).map((ranks) =>
  ranks.flatMap((count, rank) =>
    Array.from({ length: count }, (_, row): Box => ({ id: `${rank}/${row}`, x: 98 + rank * 252, y: 24 + row * 84, ...SIZE })),
  ),
);
const aspects = fc.double({ min: 1, max: 3, noNaN: true });

const thread = (length: number) => Array.from({ length }, (_, place): Box => ({ id: `${place}`, x: 98 + place * 252, y: 24, ...SIZE }));

function sizeOf(boxes: readonly Box[]): { width: number; height: number } {
  const between = (from: number[], to: number[]) => Math.max(...to) - Math.min(...from);
  return {
    width: between(boxes.map(({ x, width }) => x - width / 2), boxes.map(({ x, width }) => x + width / 2)),
    height: between(boxes.map(({ y, height }) => y - height / 2), boxes.map(({ y, height }) => y + height / 2)),
  };
}

/** How large a box is drawn in a place of height 1 that is `aspect` times as wide. */
function scale(boxes: readonly Box[], aspect: number): number {
  const { width, height } = sizeOf(boxes);
  return Math.min(aspect / width, 1 / height);
}

const overlap = (one: Box, other: Box) =>
  Math.abs(one.x - other.x) < (one.width + other.width) / 2 && Math.abs(one.y - other.y) < (one.height + other.height) / 2;

describe('fold', () => {
  it('keeps every box with its size, lays none over another, and shows none smaller than in one row', () => {
    fc.assert(
      fc.property(laidOut, aspects, (boxes, aspect) => {
        const folded = fold(boxes, aspect);
        expect(folded.map(({ id }) => id).sort()).toEqual(boxes.map(({ id }) => id).sort());
        for (const [place, box] of folded.entries()) {
          expect(box).toMatchObject(SIZE);
          expect(folded.slice(place + 1).filter((other) => overlap(box, other))).toEqual([]);
        }
        expect(scale(folded, aspect)).toBeGreaterThanOrEqual(scale(boxes, aspect));
      }),
    );
  });

  it('leaves the line free on which an arrow comes into a band', () => {
    fc.assert(
      fc.property(laidOut, aspects, (boxes, aspect) => {
        const folded = fold(boxes, aspect);
        const lanes = new Set(folded.flatMap(({ lane }) => lane ?? []));
        const crossed = [...lanes].flatMap((lane) => folded.filter(({ y, height }) => Math.abs(y - lane) <= height / 2));
        expect(crossed).toEqual([]);
      }),
    );
  });

  it('is read like a text: a band to the right, then the one below', () => {
    const folded = fold(thread(40), 1.6);
    for (const [place, box] of folded.slice(1).entries()) {
      const before = folded[place];
      if (before === undefined || box.y === before.y) expect(box.x).toBeGreaterThan(before?.x ?? Infinity);
      else expect([box.y > before.y, box.x]).toEqual([true, folded[0]?.x]);
    }
  });

  it('never parts the boxes of one rank', () => {
    fc.assert(
      fc.property(laidOut, aspects, (boxes, aspect) => {
        const laneOf = new Map(fold(boxes, aspect).map(({ id, lane }) => [id, lane]));
        for (const [id, lane] of laneOf) expect(lane).toBe(laneOf.get(`${id.split('/')[0] ?? ''}/0`));
      }),
    );
  });

  it('shows three hundred steps many times as large as one row would', () => {
    expect(scale(fold(thread(300), 1.6), 1.6)).toBeGreaterThan(10 * scale(thread(300), 1.6));
  });

  it('leaves a few steps in their row', () => {
    const few = thread(2);
    expect(fold(few, 6)).toEqual(few);
  });
});

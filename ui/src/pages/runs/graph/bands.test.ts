import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { COMFORTABLE, extentOf, fold, isLegible, scaleIn, type Box, type Place } from './bands';

const SIZE = { width: 196, height: 48 };

/** A layout as dagre gives it: ranks from left to right, the boxes of a rank below each other. */
const laidOut = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 60 }).map((ranks) =>
  ranks.flatMap((count, rank) =>
    Array.from({ length: count }, (_, row): Box => ({ id: `${rank}/${row}`, x: 98 + rank * 252, y: 24 + row * 84, ...SIZE })),
  ),
);
const places = fc.record({ width: fc.integer({ min: 320, max: 1600 }), height: fc.integer({ min: 200, max: 900 }) });
const DESK: Place = { width: 1000, height: 600 };
const PHONE: Place = { width: 320, height: 320 };

const thread = (length: number) => Array.from({ length }, (_, place): Box => ({ id: `${place}`, x: 98 + place * 252, y: 24, ...SIZE }));

const overlap = (one: Box, other: Box) =>
  Math.abs(one.x - other.x) < (one.width + other.width) / 2 && Math.abs(one.y - other.y) < (one.height + other.height) / 2;

describe('fold', () => {
  it('keeps every box with its size, lays none over another, and shows none smaller than in one row where all can be read', () => {
    fc.assert(
      fc.property(laidOut, places, (boxes, place) => {
        const folded = fold(boxes, place);
        expect(folded.map(({ id }) => id).sort()).toEqual(boxes.map(({ id }) => id).sort());
        for (const [at, box] of folded.entries()) {
          expect(box).toMatchObject(SIZE);
          expect(folded.slice(at + 1).filter((other) => overlap(box, other))).toEqual([]);
        }
        if (isLegible(folded, place)) expect(scaleIn(place, folded)).toBeGreaterThanOrEqual(scaleIn(place, boxes));
      }),
    );
  });

  it('leaves the line free on which an arrow comes into a band', () => {
    fc.assert(
      fc.property(laidOut, places, (boxes, place) => {
        const folded = fold(boxes, place);
        const lanes = new Set(folded.flatMap(({ lane }) => lane ?? []));
        const crossed = [...lanes].flatMap((lane) => folded.filter(({ y, height }) => Math.abs(y - lane) <= height / 2));
        expect(crossed).toEqual([]);
      }),
    );
  });

  it('is read like a text: a band to the right, then the one below', () => {
    const folded = fold(thread(40), DESK);
    for (const [place, box] of folded.slice(1).entries()) {
      const before = folded[place];
      if (before === undefined || box.y === before.y) expect(box.x).toBeGreaterThan(before?.x ?? Infinity);
      else expect([box.y > before.y, box.x]).toEqual([true, folded[0]?.x]);
    }
  });

  it('never parts the boxes of one rank', () => {
    fc.assert(
      fc.property(laidOut, places, (boxes, place) => {
        const laneOf = new Map(fold(boxes, place).map(({ id, lane }) => [id, lane]));
        for (const [id, lane] of laneOf) expect(lane).toBe(laneOf.get(`${id.split('/')[0] ?? ''}/0`));
      }),
    );
  });

  it('shows three hundred steps many times as large as one row would', () => {
    expect(scaleIn(DESK, fold(thread(300), DESK))).toBeGreaterThan(5 * scaleIn(DESK, thread(300)));
  });

  it('goes on below the place, as wide as it, where the whole could not be read', () => {
    const folded = fold(thread(300), PHONE);
    expect(isLegible(folded, PHONE)).toBe(false);
    expect(PHONE.width / extentOf(folded).width).toBeGreaterThanOrEqual(COMFORTABLE);
  });

  it('leaves a few steps in their row', () => {
    const few = thread(2);
    expect(fold(few, { width: 1200, height: 200 })).toEqual(few);
  });
});

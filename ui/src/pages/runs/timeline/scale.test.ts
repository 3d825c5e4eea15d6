import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Step } from '../../../log/frame';
import { scaleOf } from './scale';

type Span = [from: number, to: number | null];

/** A step that worked in these spans, in milliseconds. */
function step(...spans: Span[]): Step {
  const moment = (time: number) => new Date(time).toISOString();
  return {
    key: 'r/s@1', run: 'r', step: 's@1', node: 's', state: 'done', attempt: 1, happened: [], approval: null, output: null,
    error: null, touched: [],
    spans: spans.map(([from, to]) => ({ from: moment(from), to: to === null ? null : moment(to) })),
  };
}
const lengthOf = (steps: Step[], from: number, to: number, now = 0) => {
  const { place } = scaleOf(steps, now);
  return place(to) - place(from);
};
const DAY = 86_400_000;

describe('scaleOf', () => {
  it('gives work its true length', () => {
    const steps = [step([0, 1000]), step([1000, 4000])];
    expect(lengthOf(steps, 0, 1000)).toBeCloseTo(0.25);
    expect(lengthOf(steps, 1000, 4000)).toBeCloseTo(0.75);
  });

  it('makes three days of waiting as short a break as three seconds of it', () => {
    const waited = (time: number) => [step([0, 500], [500 + time, 1000 + time])];
    for (const time of [3000, 3 * DAY]) {
      expect(lengthOf(waited(time), 500, 500 + time)).toBeCloseTo(0.04);
      expect(lengthOf(waited(time), 0, 500)).toBeCloseTo(0.48);
    }
  });

  it('makes no break of less than a second, nor of a time in which another step worked', () => {
    const breaks = (...steps: Step[]) => scaleOf(steps, 0).pieces.filter(({ idle }) => idle).length;
    expect(breaks(step([0, 500], [1499, 2000]))).toBe(0);
    expect(breaks(step([0, 500], [1500, 2000]))).toBe(1);
    expect(breaks(step([0, 500], [5000, 6000]), step([400, 5000]))).toBe(0);
    expect(breaks(step([0, 9000]), step([100, 200]), step([8000, 9500]))).toBe(0);
  });

  it('leaves work at least half of the line, however often it waited', () => {
    const steps = [step(...Array.from({ length: 100 }, (_, place): Span => [place * DAY, place * DAY + 1000]))];
    const worked = scaleOf(steps, 0).pieces.filter(({ idle }) => !idle).reduce((sum, { start, end }) => sum + end - start, 0);
    expect(worked).toBeCloseTo(0.5);
  });

  it('lets a step that still works last until now', () => {
    expect(lengthOf([step([0, 1000]), step([1000, null])], 1000, 4000, 4000)).toBeCloseTo(0.75);
  });

  it('knows a place where nothing has happened yet', () => {
    expect(scaleOf([], 0).place(5)).toBe(0);
  });

  it('keeps later times to the right of earlier ones, from 0 to 1, whatever happened', () => {
    const spans = fc
      .array(fc.record({ wait: fc.integer({ min: 0, max: 5000 }), work: fc.integer({ min: 1, max: 5000 }) }), { minLength: 1, maxLength: 6 })
      .map((items) => {
        let time = 0;
        return items.map(({ wait, work }): Span => [(time += wait), (time += work)]);
      });
    fc.assert(
      fc.property(fc.array(spans, { minLength: 1, maxLength: 4 }), fc.array(fc.integer({ min: -100, max: 70_000 })), (given, times) => {
        const steps = given.map((each) => step(...each));
        const ends = given.flat().flatMap(([from, to]) => [from, to ?? 0]);
        const { place } = scaleOf(steps, 0);
        expect(place(Math.min(...ends))).toBeCloseTo(0);
        expect(place(Math.max(...ends))).toBeCloseTo(1);
        const places = [...times, ...ends].sort((one, other) => one - other).map(place);
        expect(places).toEqual(places.toSorted((one, other) => one - other));
        expect(places.filter((each) => each < 0 || each > 1 + 1e-9)).toEqual([]);
      }),
    );
  });
});

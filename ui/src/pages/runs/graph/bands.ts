/** A box that was laid out: its centre, and its size. */
export interface Box {
  id: string;
  x: number;
  y: number;
  width: number;
  height: number;
  /** The free line above its band, on which an arrow comes from the band before. */
  lane?: number;
}

/** The room that there is to draw in, in pixels. */
export interface Place {
  width: number;
  height: number;
}

const GAP = 40;
/** Drawn smaller than this, a step's name cannot be read. */
const LEGIBLE = 0.45;
/** Drawn no smaller than this, a box can be hit with a finger, and what it says below its name can be read. */
export const COMFORTABLE = 0.6;

/**
 * A layout from left to right, folded into bands as a text is into lines, so that it can be shown as large as possible.
 * Three hundred steps in a row would be a thread that no screen can show. Where no folding is legible as a whole, the
 * bands are as long as the place is wide, and go on below it.
 */
export function fold(boxes: readonly Box[], place: Place): Box[] {
  const whole = extentOf(boxes);
  let best: { boxes: Box[]; scale: number } = { boxes: [...boxes], scale: scaleIn(place, boxes) };
  for (let count = 2; count <= boxes.length; count += 1) {
    const folded = inBands(boxes, whole.width / count);
    const scale = scaleIn(place, folded);
    // With more bands the whole grows higher and higher.
    if (scale < best.scale / 2) break;
    if (scale > best.scale) best = { boxes: folded, scale };
  }
  if (best.scale >= LEGIBLE) return best.boxes;
  return inBands(boxes, place.width / COMFORTABLE - Math.max(...boxes.map(({ width }) => width)));
}

/** Tells whether names can be read while all of it is in view. */
export function isLegible(boxes: readonly Box[], place: Place): boolean {
  return scaleIn(place, boxes) >= LEGIBLE;
}

function inBands(boxes: readonly Box[], width: number): Box[] {
  const bands = new Map<number, Box[]>();
  const starts = bandStarts(boxes, width);
  for (const box of boxes) {
    const start = starts.findLast((each) => each <= box.x) ?? 0;
    bands.set(start, [...(bands.get(start) ?? []), box]);
  }
  let top = 0;
  return starts.flatMap((start) => {
    const band = bands.get(start) ?? [];
    const upper = Math.min(...band.map((box) => box.y - box.height / 2));
    const lower = Math.max(...band.map((box) => box.y + box.height / 2));
    const moved = band.map((box) => ({ ...box, x: box.x - start, y: box.y - upper + top, lane: top - GAP / 2 }));
    top += lower - upper + GAP;
    return moved;
  });
}

/** Where bands begin: at a rank of the layout, never within one. */
function bandStarts(boxes: readonly Box[], width: number): number[] {
  const starts: number[] = [];
  for (const rank of [...new Set(boxes.map((box) => box.x))].sort((one, other) => one - other)) {
    const last = starts.at(-1);
    if (last === undefined || rank - last >= width) starts.push(rank);
  }
  return starts;
}

/** What the boxes cover, from their upper left corner. */
export function extentOf(boxes: readonly Box[]): { x: number; y: number; width: number; height: number } {
  const x = Math.min(...boxes.map((box) => box.x - box.width / 2));
  const y = Math.min(...boxes.map((box) => box.y - box.height / 2));
  return {
    x,
    y,
    width: Math.max(...boxes.map((box) => box.x + box.width / 2)) - x,
    height: Math.max(...boxes.map((box) => box.y + box.height / 2)) - y,
  };
}

/** How large boxes are drawn where all of them are in view. */
export function scaleIn(place: Place, boxes: readonly Box[]): number {
  const { width, height } = extentOf(boxes);
  return Math.min(place.width / width, place.height / height);
}

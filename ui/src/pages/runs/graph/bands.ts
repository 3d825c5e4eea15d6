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

const GAP = 40;

/**
 * A layout from left to right, folded into bands as a text is into lines, so that it can be shown as large as possible
 * in a place `aspect` times as wide as high. Three hundred steps in a row would be a thread that no screen can show.
 */
export function fold(boxes: readonly Box[], aspect: number): Box[] {
  const whole = extent(boxes);
  let best: { boxes: Box[]; scale: number } = { boxes: [...boxes], scale: scaleIn(aspect, whole) };
  for (let count = 2; count <= boxes.length; count += 1) {
    const folded = inBands(boxes, whole.width / count);
    const scale = scaleIn(aspect, extent(folded));
    // With more bands the whole grows higher and higher.
    if (scale < best.scale / 2) break;
    if (scale > best.scale) best = { boxes: folded, scale };
  }
  return best.boxes;
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

interface Extent {
  width: number;
  height: number;
}

function extent(boxes: readonly Box[]): Extent {
  return {
    width: Math.max(...boxes.map((box) => box.x + box.width / 2)) - Math.min(...boxes.map((box) => box.x - box.width / 2)),
    height: Math.max(...boxes.map((box) => box.y + box.height / 2)) - Math.min(...boxes.map((box) => box.y - box.height / 2)),
  };
}

function scaleIn(aspect: number, { width, height }: Extent): number {
  return Math.min(aspect / width, 1 / height);
}

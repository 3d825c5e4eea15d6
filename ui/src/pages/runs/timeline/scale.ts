import type { Step } from '../../../log/frame';

interface Piece {
  from: number;
  to: number;
  /** Where it begins and ends on the line, 0 to 1. */
  start: number;
  end: number;
  idle: boolean;
}

export interface Scale {
  pieces: readonly Piece[];
  /** Place of a point in time (milliseconds since 1970), 0 to 1. */
  place: (time: number) => number;
}

const IDLE_MS = 1000;
const SHARE_OF_A_BREAK = 0.04;

/**
 * Time as a line on which what works has its true length, and a time in which nothing worked is a short break: a card
 * that waited three days would leave nothing to see of the half second before it.
 */
export function scaleOf(steps: Iterable<Step>, now: number): Scale {
  const busy = merged([...steps].flatMap((step) => step.spans.map(({ from, to }): [number, number] => [Date.parse(from), to === null ? now : Date.parse(to)])));
  const spans = busy.flatMap(([from, to], place) => {
    const before = busy[place - 1];
    return before === undefined ? [{ from, to, idle: false }] : [{ from: before[1], to: from, idle: true }, { from, to, idle: false }];
  });
  const breaks = spans.filter(({ idle }) => idle).length;
  const worked = spans.filter(({ idle }) => !idle).reduce((sum, { from, to }) => sum + to - from, 0) || 1;
  const share = Math.min(SHARE_OF_A_BREAK, 0.5 / Math.max(1, breaks));
  const pieces: Piece[] = [];
  for (const span of spans) {
    const start = pieces.at(-1)?.end ?? 0;
    const length = span.idle ? share : ((span.to - span.from) / worked) * (1 - share * breaks);
    pieces.push({ ...span, start, end: start + length });
  }
  return { pieces, place: (time) => placeOf(pieces, time) };
}

/** Spans in order, joined where less than a second of idleness lies between them. */
function merged(spans: [number, number][]): [number, number][] {
  const out: [number, number][] = [];
  for (const [from, to] of spans.sort((one, other) => one[0] - other[0])) {
    const last = out.at(-1);
    if (last !== undefined && from - last[1] < IDLE_MS) last[1] = Math.max(last[1], to);
    else out.push([from, to]);
  }
  return out;
}

function placeOf(pieces: readonly Piece[], time: number): number {
  const piece = pieces.find(({ to }) => time <= to) ?? pieces.at(-1);
  if (piece === undefined) return 0;
  const within = piece.to === piece.from ? 0 : (time - piece.from) / (piece.to - piece.from);
  return piece.start + Math.min(1, Math.max(0, within)) * (piece.end - piece.start);
}

import { useEffect, useRef, useState } from 'react';

import { untilReachable } from '../../../connection/feed';
import type { Place } from './bands';
import type { Arrangement, LayoutAnswer, LayoutQuestion } from './layout.worker';
import { fingerprint, type Plan } from './plan';

export interface Laid extends Arrangement {
  plan: Plan;
}

const MOST_OPENINGS = 5;

/** A plan and where its boxes go, worked out beside the page; the former one until then. */
export function useLayout(plan: Plan, { width, height }: Place): Laid {
  const worker = useRef<Worker | null>(null);
  const asked = useRef<LayoutQuestion | null>(null);
  const [laid, place] = useState<Laid>({ plan: { nodes: [], edges: [] }, boxes: [], down: false, dense: false });
  const [opening, openAgain] = useState(1);
  useEffect(() => {
    const opened = new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module' });
    opened.addEventListener('message', ({ data }: MessageEvent<LayoutAnswer>) => {
      // An answer to an older question would draw what is no longer there.
      if (data.number === asked.current?.number) place({ ...data, plan: asked.current.plan });
    });
    opened.addEventListener('error', () => {
      // Its code was lost on the way.
      if (opening < MOST_OPENINGS) void untilReachable().then(() => openAgain(opening + 1));
    });
    worker.current = opened;
    return () => {
      opened.terminate();
      worker.current = null;
    };
  }, [opening]);
  const drawn = fingerprint(plan);
  const newest = useRef(plan);
  useEffect(() => {
    newest.current = plan;
  });
  useEffect(() => {
    if (newest.current.nodes.length === 0) return;
    asked.current = { number: (asked.current?.number ?? 0) + 1, plan: newest.current, place: { width, height } };
    worker.current?.postMessage(asked.current);
  }, [drawn, width, height, opening]);
  return laid;
}

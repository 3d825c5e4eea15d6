import { useEffect, useState } from 'react';

import { Button } from '../../design/controls';
import { between, clock } from '../../design/time';
import { gist } from '../../log/gist';
import { useEvents, useMoment, useShownFilm } from '../../log/useFilm';

const LONGEST_PAUSE_MS = 500;
const SHORTEST_PAUSE_MS = 30;

/** Goes to any event of the run, also while it lasts: graph, timeline and log show that moment. */
export function Scrubber({ live }: { live: boolean }) {
  const film = useShownFilm();
  const events = useEvents();
  const at = useMoment();
  const [playing, play] = useState(false);
  const last = events.length - 1;
  const index = at === null ? last : events.findLastIndex((event) => event.id <= at);
  const event = events[index];
  const go = (to: number) => {
    play(false);
    film.scrub(events[Math.min(last, Math.max(0, to))]?.id ?? null);
  };
  useEffect(() => {
    const next = events[index + 1];
    if (!playing || event === undefined || next === undefined) return;
    const pause = Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, between(event.ts, next.ts)));
    const clock = setTimeout(() => {
      // The last picture is the newest one: from there on the film follows the run.
      if (index + 1 === last) play(false);
      film.scrub(index + 1 === last ? null : next.id);
    }, pause);
    return () => clearTimeout(clock);
  }, [playing, events, event, index, last, film]);
  return (
    <div className="flex flex-wrap items-center gap-x-2 gap-y-1 border-y border-line bg-sheet px-3 py-1.5" role="group" aria-label="Moment">
      <Button className="min-w-9 px-2" aria-label="Event before" disabled={index <= 0} onClick={() => go(index - 1)}>
        <span aria-hidden>‹</span>
      </Button>
      <Button
        className="w-16 px-2"
        disabled={last < 1}
        onClick={() => {
          if (!playing && index === last) film.scrub(events[0]?.id ?? null);
          play(!playing);
        }}
      >
        {playing ? 'Pause' : 'Play'}
      </Button>
      <Button className="min-w-9 px-2" aria-label="Next event" disabled={index >= last} onClick={() => go(index + 1)}>
        <span aria-hidden>›</span>
      </Button>
      <input
        type="range"
        className="min-w-32 flex-1 accent-ink max-sm:order-first max-sm:basis-full"
        aria-label="Moment of the run"
        aria-valuetext={event === undefined ? 'nothing yet' : `event ${index + 1} of ${last + 1}, ${event.type} ${gist(event)}`}
        min={0}
        max={Math.max(0, last)}
        value={Math.max(0, index)}
        onChange={(change) => go(Number(change.target.value))}
      />
      <span className="ml-auto text-right font-mono text-xs whitespace-nowrap text-soft sm:w-36">
        {Math.max(0, index + 1)} of {last + 1}
        {event !== undefined && events[0] !== undefined && (
          <span className="max-sm:hidden"> · {clock(between(events[0].ts, event.ts))}</span>
        )}
      </span>
      <Button
        weight={at === null ? 'primary' : 'plain'}
        aria-pressed={at === null}
        onClick={() => {
          play(false);
          film.scrub(null);
        }}
      >
        {live ? 'Live' : 'End'}
      </Button>
    </div>
  );
}

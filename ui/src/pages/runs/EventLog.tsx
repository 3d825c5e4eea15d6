import { clsx } from 'clsx';

import { Rows } from '../../design/Rows';
import { between, clock } from '../../design/time';
import { gist } from '../../log/gist';
import { useEvents, useMoment, useShownFilm } from '../../log/useFilm';

const ROW = 26;

/** Every event of the run, in order. Choosing one goes to the moment after it. */
export function EventLog() {
  const film = useShownFilm();
  const events = useEvents();
  const at = useMoment();
  const shown = at === null ? events.length - 1 : events.findLastIndex((event) => event.id <= at);
  const began = events[0]?.ts ?? '';
  return (
    <Rows
      label="Event log"
      count={events.length}
      height={ROW}
      follow={shown}
      row={(place) => {
        const event = events[place];
        if (event === undefined) return null;
        const current = place === shown && at !== null;
        return (
          <button
            type="button"
            aria-current={current ? 'true' : undefined}
            onClick={() => film.scrub(event.id)}
            className={clsx(
              'flex h-full w-full items-center gap-2 border-l-2 px-3 text-left text-xs whitespace-nowrap hover:bg-raised',
              // A line down the margin as far as the moment; what comes after it is not said as loudly.
              at !== null && place <= shown ? 'border-ink' : 'border-transparent',
              place > shown && 'text-soft',
              current && 'bg-raised font-medium',
            )}
          >
            <span className="w-14 shrink-0 text-right font-mono text-soft">{clock(between(began, event.ts))}</span>
            <code className="shrink-0 font-mono">{event.type}</code>
            <span className="min-w-0 truncate text-soft">{gist(event)}</span>
          </button>
        );
      }}
    />
  );
}

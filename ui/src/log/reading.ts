import { answered, api, type LogEvent, type LogPage } from '../api/client';
import { onEvent } from '../connection/feed';

const EVENTS_A_PAGE = '500';

/**
 * Hand on every event of a run: its history page by page, and what the stream brings from now on, in whatever order
 * and as often as they come. Returns the way out.
 */
export function readRun(run: string, take: (events: LogEvent[]) => void): () => void {
  const leaving = new AbortController();
  const open = () => !leaving.signal.aborted;
  let whole = false;
  let reading = false;
  let again = false;
  const read = async () => {
    again = reading;
    if (reading) return;
    reading = true;
    try {
      for (let after: number | null = 0; open() && after !== null; ) {
        const page = answered(
          await api.GET('/v1/runs/{run}/events', {
            params: { path: { run }, query: { after: String(after), limit: EVENTS_A_PAGE } },
            signal: leaving.signal,
          }),
        ) as LogPage;
        if (open()) take(page.items);
        after = page.next === null ? null : Number(page.next);
      }
      whole = true;
    } catch {
      // It is read again when the connection is back, or with the run's next event; the page shows what it has.
      whole = false;
    } finally {
      reading = false;
      if (again && open()) void read();
    }
  };
  const stop = onEvent((event) => {
    if (event?.run === run) take([event]);
    if (event === null || (event.run === run && !whole)) void read();
  });
  void read();
  return () => {
    leaving.abort();
    stop();
  };
}

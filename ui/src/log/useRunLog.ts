import { useEffect, useState } from 'react';

import { answered, api, type LogPage } from '../api/client';
import { onEvent } from '../connection/feed';
import { NOTHING, RunLog, type RunView } from './run_log';

/** The run as its log tells it, from its beginning and live from then on. */
export function useRunLog(run: string): RunView {
  const [seen, show] = useState<{ run: string; view: RunView }>({ run, view: NOTHING });
  useEffect(() => {
    const log = new RunLog();
    let open = true;
    let whole = false;
    let reading = false;
    let again = false;
    const read = async () => {
      again = reading;
      if (reading) return;
      reading = true;
      try {
        for (let after: number | null = 0; open && after !== null; ) {
          const page = answered(
            await api.GET('/v1/runs/{run}/events', { params: { path: { run }, query: { after: String(after), limit: '500' } } }),
          ) as LogPage;
          show({ run, view: log.add(page.items) });
          after = page.next === null ? null : Number(page.next);
        }
        whole = true;
      } catch {
        // It is read again when the connection is back, or with the run's next event; the page shows what it has.
        whole = false;
      } finally {
        reading = false;
        if (again && open) void read();
      }
    };
    const stop = onEvent((event) => {
      if (event?.run === run) show({ run, view: log.add([event]) });
      if (event === null || (event.run === run && !whole)) void read();
    });
    void read();
    return () => {
      open = false;
      stop();
    };
  }, [run]);
  return seen.run === run ? seen.view : NOTHING;
}

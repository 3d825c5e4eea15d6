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
    const stop = onEvent((event) => {
      if (event.run === run) show({ run, view: log.add([event]) });
    });
    const read = async () => {
      for (let after: number | null = 0; open && after !== null; ) {
        const page = answered(
          await api.GET('/v1/runs/{run}/events', { params: { path: { run }, query: { after: String(after), limit: '500' } } }),
        ) as LogPage;
        show({ run, view: log.add(page.items) });
        after = page.next === null ? null : Number(page.next);
      }
    };
    // What cannot be read is read again with the next event of the run; the page shows what it has.
    read().catch(() => undefined);
    return () => {
      open = false;
      stop();
    };
  }, [run]);
  return seen.run === run ? seen.view : NOTHING;
}

import { useEffect, useState } from 'react';

import { readRun } from './reading';
import { NOTHING, RunLog, type RunView } from './run_log';

/** The run as its log tells it, from its beginning and live from then on. */
export function useRunLog(run: string): RunView {
  const [seen, show] = useState<{ run: string; view: RunView }>({ run, view: NOTHING });
  useEffect(() => {
    const log = new RunLog();
    return readRun(run, (events) => show({ run, view: log.add(events) }));
  }, [run]);
  return seen.run === run ? seen.view : NOTHING;
}

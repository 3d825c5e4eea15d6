import { createContext, useContext, useEffect, useState, useSyncExternalStore } from 'react';

import { answered, api } from '../api/client';
import { onEvent } from '../connection/feed';
import { Film } from './film';
import { textOf, type Frame, type Step } from './frame';
import { readRun } from './reading';

const SUB_RUNS_A_PAGE = 200;

/** The film of a run, its sub-runs and theirs. */
export function useFilm(run: string): Film {
  const [shown, show] = useState(() => ({ run, film: new Film() }));
  if (shown.run !== run) show({ run, film: new Film() });
  useEffect(() => follow(run, shown.film), [run, shown.film]);
  return shown.film;
}

function follow(root: string, film: Film): () => void {
  const followed = new Map<string, () => void>();
  const join = (run: string) => {
    if (followed.has(run)) return;
    followed.set(run, readRun(run, (events) => film.add(events)));
    void askForSubRuns(run);
  };
  const askForSubRuns = async (parent: string) => {
    const found = await api.GET('/v1/runs', { params: { query: { parent, limit: SUB_RUNS_A_PAGE } } }).then(answered, () => null);
    if (followed.has(parent)) found?.items.forEach((each) => join(each.id));
  };
  const stop = onEvent((event) => {
    // Where events may have been missed, a sub-run's beginning may be among them.
    if (event === null) for (const run of [...followed.keys()]) void askForSubRuns(run);
    else if (event.type === 'run.started' && event.run !== null && followed.has(textOf(event.data, 'parent'))) join(event.run);
  });
  join(root);
  return () => {
    stop();
    followed.forEach((leave) => leave());
    followed.clear();
  };
}

const Shown = createContext<Film | null>(null);
export const FilmProvider = Shown.Provider;

/** The film of the page. */
export function useShownFilm(): Film {
  const film = useContext(Shown);
  if (film === null) throw new Error('there is no FilmProvider above');
  return film;
}

export function useFrame(): Frame {
  const film = useShownFilm();
  return useSyncExternalStore(film.watch, () => film.frame);
}

/** The newest picture, wherever the film was scrubbed to. */
export function useWhole(): Frame {
  const film = useShownFilm();
  return useSyncExternalStore(film.watch, () => film.whole);
}

/** The step that began last in the picture that is looked at. */
export function useNewest(): string | undefined {
  const film = useShownFilm();
  return useSyncExternalStore(film.watch, () => [...film.frame.steps.keys()].at(-1));
}

/** One step as it stands in the picture that is looked at; shown anew only when this step changes. */
export function useStep(key: string): Step | undefined {
  const film = useShownFilm();
  return useSyncExternalStore(film.watch, () => film.frame.steps.get(key));
}

export function useEvents(): Film['events'] {
  const film = useShownFilm();
  return useSyncExternalStore(film.watch, () => film.events);
}

/** The event that is looked at, null while the film follows the run. */
export function useMoment(): number | null {
  const film = useShownFilm();
  return useSyncExternalStore(film.watch, () => film.at);
}

/** The time of the event that is looked at; null while the film follows the run, or to who does not care. */
export function useMomentTime(care = true): string | null {
  const film = useShownFilm();
  return useSyncExternalStore(film.watch, () => (care ? film.time : null));
}

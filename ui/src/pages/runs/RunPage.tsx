import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef } from 'react';

import { persistently } from '../../connection/persistently';
import { Failure, Loading } from '../../design/states';
import type { Film } from '../../log/film';
import { FilmProvider, useFilm } from '../../log/useFilm';
import { EventLog } from './EventLog';
import { RunHeader } from './RunHeader';
import { Scrubber } from './Scrubber';
import { StepDetail } from './StepDetail';
import { useRun } from './queries';
import { Timeline } from './timeline/Timeline';

const Graph = lazy(persistently(() => import('./graph/Graph')));
const ADDRESS_DELAY_MS = 300;

/** A run, live or past: graph, timeline and log of one moment. */
export default function RunPage() {
  const { run } = useParams({ from: '/runs/$run' });
  const { step = null } = useSearch({ from: '/runs/$run' });
  const go = useNavigate({ from: '/runs/$run' });
  const { data, error, refetch } = useRun(run);
  const film = useFilm(run);
  useMomentInAddress(film);
  const select = (key: string | null) =>
    void go({ search: (before) => ({ ...before, step: key ?? undefined }), replace: true });
  if (error !== null && data === undefined) return <Failure error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Loading />;
  return (
    <FilmProvider value={film}>
      <div className="flex h-full flex-col overflow-y-auto lg:overflow-hidden">
        <RunHeader run={data} />
        <div className="lg:grid lg:min-h-0 lg:flex-1 lg:grid-cols-[minmax(0,1fr)_26rem] lg:grid-rows-[minmax(0,1fr)]">
          <div className="flex min-w-0 flex-col lg:min-h-0">
            <div className="h-[26rem] shrink-0 lg:h-auto lg:min-h-0 lg:flex-[3]">
              <Suspense fallback={<Loading rows={2} />}>
                <Graph selected={step} select={select} />
              </Suspense>
            </div>
            <Scrubber live={data.finished_at === null} />
            <div className="h-64 shrink-0 lg:h-auto lg:min-h-0 lg:flex-[2]">
              <Timeline selected={step} select={select} />
            </div>
          </div>
          <div className="flex flex-col border-line max-lg:border-t lg:min-h-0 lg:border-l">
            {step !== null && (
              <div className="border-b border-line lg:min-h-0 lg:flex-[3]">
                <StepDetail key={step} step={step} close={() => select(null)} />
              </div>
            )}
            <div className="h-80 shrink-0 lg:h-auto lg:min-h-0 lg:flex-[2]">
              <EventLog />
            </div>
          </div>
        </div>
      </div>
    </FilmProvider>
  );
}

/** The moment stands in the address, so that a reload, the way back and a link sent to somebody show it again. */
function useMomentInAddress(film: Film): void {
  const { at = null } = useSearch({ from: '/runs/$run' });
  const go = useNavigate({ from: '/runs/$run' });
  const written = useRef(at);
  useEffect(() => {
    // What this page has written itself is behind the hand that goes on scrubbing.
    if (film.at === null || written.current !== at) film.scrub(at);
  }, [film, at]);
  useEffect(() => {
    let due: ReturnType<typeof setTimeout> | undefined;
    const stop = film.watch(() => {
      clearTimeout(due);
      if (film.at === at) return;
      due = setTimeout(() => {
        written.current = film.at;
        void go({ search: (before) => ({ ...before, at: film.at ?? undefined }), replace: true });
      }, ADDRESS_DELAY_MS);
    });
    return () => {
      clearTimeout(due);
      stop();
    };
  }, [film, at, go]);
}

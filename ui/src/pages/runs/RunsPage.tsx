import { Link, useNavigate, useSearch } from '@tanstack/react-router';

import { Button, State } from '../../design/controls';
import { Empty, Failure, Loading } from '../../design/states';
import { between, duration, moment } from '../../design/time';
import { useRuns, type RunKind } from './queries';
import { STATE, subjectOf } from './words';

const KINDS: readonly { kind: RunKind | null; title: string }[] = [
  { kind: null, title: 'All' },
  { kind: 'turn', title: 'Turns' },
  { kind: 'build', title: 'Builds' },
  { kind: 'call', title: 'Calls' },
];

/** Everything that has run or is running, newest first. */
export default function RunsPage() {
  const { kind = null } = useSearch({ from: '/runs' });
  const go = useNavigate({ from: '/runs' });
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useRuns(kind);
  const runs = data?.pages.flatMap((page) => page.items);
  return (
    <div className="h-full overflow-y-auto">
      <div className="mx-auto max-w-4xl px-3 py-6 sm:px-6">
        <div className="flex flex-wrap items-center justify-between gap-3">
          <h1 className="text-xl font-semibold tracking-tight">Runs</h1>
          <div role="group" aria-label="Kind" className="flex gap-1">
            {KINDS.map((each) => (
              <Button
                key={each.title}
                weight={each.kind === kind ? 'primary' : 'quiet'}
                aria-pressed={each.kind === kind}
                onClick={() => void go({ search: { kind: each.kind ?? undefined } })}
              >
                {each.title}
              </Button>
            ))}
          </div>
        </div>
        {error !== null && runs === undefined && <Failure error={error} retry={() => void refetch()} />}
        {runs === undefined && error === null && <Loading />}
        {runs?.length === 0 && (
          <Empty title="Nothing has run yet.">
            Say something in a <Link to="/threads" className="underline">conversation</Link>, and watch it here.
          </Empty>
        )}
        {runs !== undefined && runs.length > 0 && (
          <ul className="mt-4 divide-y divide-line rounded-card border border-line bg-sheet">
            {runs.map((run) => (
              <li key={run.id}>
                <Link
                  to="/runs/$run"
                  params={{ run: run.id }}
                  className="grid grid-cols-[1fr_auto] items-baseline gap-x-4 px-4 py-2.5 hover:bg-raised"
                >
                  <span className="min-w-0 truncate">{subjectOf(run)}</span>
                  <State tone={STATE[run.state].tone} busy={STATE[run.state].busy}>
                    {STATE[run.state].said}
                  </State>
                  <span className="text-xs text-soft">
                    {moment(run.created_at)}
                    {run.finished_at !== null && ` · ${duration(between(run.created_at, run.finished_at))}`}
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        )}
        {hasNextPage && (
          <Button weight="quiet" className="mt-3 w-full" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Show earlier runs
          </Button>
        )}
      </div>
    </div>
  );
}

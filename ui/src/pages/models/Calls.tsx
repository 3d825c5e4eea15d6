import { Link } from '@tanstack/react-router';
import { Fragment, useId, useState } from 'react';

import type { Schemas } from '../../api/client';
import { Button, State } from '../../design/controls';
import { Moment } from '../../design/Moment';
import { Failure, Loading } from '../../design/states';
import { duration } from '../../design/time';
import { count, dollars, nanosOf } from './money';
import { useCalls } from './queries';

type Call = Schemas['ModelCall'];

const COLUMNS = 6;
const NUMBER = 'px-2 py-2 text-right font-mono text-xs whitespace-nowrap';

/** The newest calls; opened, each shows its tries. */
export function Calls() {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useCalls();
  const calls = data?.pages.flatMap((page) => page.items);
  return (
    <section aria-label="Newest calls">
      <h2 className="text-lg font-semibold">Newest calls</h2>
      {error !== null && calls === undefined && <Failure error={error} retry={() => void refetch()} />}
      {error === null && calls === undefined && <Loading />}
      {calls?.length === 0 && <p className="mt-2 text-sm text-soft">None yet. Test a provider, or say something in a conversation.</p>}
      {calls !== undefined && calls.length > 0 && (
        <div className="mt-3 overflow-hidden rounded-card border border-line bg-sheet">
          <table className="w-full text-sm">
            <thead className="text-xs text-soft">
              <tr className="border-b border-line">
                <th scope="col" className="py-1.5 pr-2 pl-4 text-left font-normal">Model</th>
                <th scope="col" className="px-2 text-right font-normal whitespace-nowrap max-sm:hidden">Tokens in</th>
                <th scope="col" className="px-2 text-right font-normal whitespace-nowrap max-sm:hidden">Tokens out</th>
                <th scope="col" className="px-2 text-right font-normal whitespace-nowrap max-sm:hidden">First word</th>
                <th scope="col" className="px-2 text-right font-normal whitespace-nowrap">Took</th>
                <th scope="col" className="pr-4 pl-2 text-right font-normal">Cost</th>
              </tr>
            </thead>
            <tbody>
              {calls.map((call) => (
                <Row key={call.id} call={call} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {hasNextPage && (
        <Button weight="quiet" className="mt-3 w-full" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Show earlier calls
        </Button>
      )}
    </section>
  );
}

function Row({ call }: { call: Call }) {
  const [isOpen, open] = useState(false);
  const content = useId();
  return (
    <Fragment>
      <tr className="border-t border-line first:border-t-0">
        <th scope="row" className="w-full py-1 pr-2 pl-1.5 text-left font-normal">
          <button
            type="button"
            aria-expanded={isOpen}
            aria-controls={isOpen ? content : undefined}
            className="flex w-full items-baseline gap-x-2 rounded-field px-2.5 py-1 text-left hover:bg-raised"
            onClick={() => open(!isOpen)}
          >
            <span aria-hidden className="w-3 shrink-0 text-soft">
              {isOpen ? '−' : '+'}
            </span>
            <span className="min-w-0">
              <span className="font-medium break-all">{call.model}</span> <span className="text-soft">for {call.purpose.toUpperCase()}</span>
              {call.failure !== null && <span className="text-red"> {call.failure.replaceAll('_', ' ')}</span>}
              <span className="block text-xs text-soft">
                <Moment at={call.created_at} />
                {call.tries > 1 && ` · ${call.tries} tries`}
              </span>
            </span>
          </button>
        </th>
        <td className={`${NUMBER} max-sm:hidden`}>{count(call.input_tokens)}</td>
        <td className={`${NUMBER} max-sm:hidden`}>{count(call.output_tokens)}</td>
        <td className={`${NUMBER} max-sm:hidden`}>{call.first_seconds === null ? '' : duration(call.first_seconds * 1000)}</td>
        <td className={NUMBER}>{duration(call.latency_seconds * 1000)}</td>
        <td className={`${NUMBER} pr-4`}>{dollars(nanosOf(call.cost))}</td>
      </tr>
      {isOpen && (
        <tr>
          <td id={content} colSpan={COLUMNS} className="border-t border-line bg-paper px-4 py-3 sm:pl-10">
            <Opened call={call} />
          </td>
        </tr>
      )}
    </Fragment>
  );
}

function Opened({ call }: { call: Call }) {
  const tokens = [
    `${count(call.input_tokens)} tokens in`,
    call.cached_tokens > 0 && `${count(call.cached_tokens)} of them from the cache`,
    `${count(call.output_tokens)} out`,
    call.reasoning_tokens > 0 && `${count(call.reasoning_tokens)} of them unseen`,
    call.estimated && 'counted here',
    call.first_seconds !== null && `first word after ${duration(call.first_seconds * 1000)}`,
  ];
  return (
    <div className="space-y-2">
      <p className="text-soft">
        {call.provider}
        {call.tier !== null && `, ${call.tier} tier`}: {tokens.filter(Boolean).join(', ')}.
      </p>
      <ol aria-label="Tries" className="space-y-1.5">
        {call.attempts.map((attempt, place) => (
          <li key={place} className="break-words">
            <span className="flex flex-wrap items-baseline gap-x-3">
              <span className="font-medium">{attempt.model}</span>
              <State tone={attempt.failure === null ? 'green' : 'red'}>{attempt.failure?.replaceAll('_', ' ') ?? 'answered'}</State>
              <span className="font-mono text-xs text-soft">{duration(attempt.seconds * 1000)}</span>
            </span>
            <span className="block text-soft">{[attempt.reason, attempt.detail].filter((each) => each !== '').join(' ')}</span>
          </li>
        ))}
      </ol>
      {call.run !== null && (
        <Link to="/runs/$run" params={{ run: call.run }} className="underline">
          Watch the run
        </Link>
      )}
    </div>
  );
}

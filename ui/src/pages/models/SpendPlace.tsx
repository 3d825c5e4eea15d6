import { useState } from 'react';

import type { Schemas } from '../../api/client';
import { Button } from '../../design/controls';
import { Failure, Loading } from '../../design/states';
import { Budgets } from './Budgets';
import { Calls } from './Calls';
import { Chart } from './Chart';
import { count, dollars } from './money';
import { useSpend } from './queries';
import { series, sum, totals, type By, type Measure, type Total } from './spend';

const SPANS = [7, 30, 90] as const;
const MEASURES: readonly { measure: Measure; title: string }[] = [
  { measure: 'cost', title: 'Cost' },
  { measure: 'tokens', title: 'Tokens' },
  { measure: 'calls', title: 'Calls' },
];

/** What calls have cost, what they may cost, and the newest of them. */
export function SpendPlace() {
  const [days, choose] = useState<number>(30);
  const { data, error, refetch } = useSpend(days);
  return (
    <div className="space-y-10">
      <section aria-label="Spend">
        <div className="flex flex-wrap items-center justify-between gap-3">
          <h2 className="text-lg font-semibold">Spend</h2>
          <Choices label="Days" chosen={days} choose={choose} among={SPANS.map((each) => ({ value: each, title: `${each} days` }))} />
        </div>
        {error !== null && data === undefined && <Failure error={error} retry={() => void refetch()} />}
        {error === null && data === undefined && <Loading />}
        {data?.items.length === 0 && (
          <p className="mt-2 max-w-prose text-sm text-soft">
            No model was called in these days. The builtin rules cost nothing and are not counted; calls of a provider’s models
            appear here by the day, with what each cost.
          </p>
        )}
        {data !== undefined && data.items.length > 0 && <Spent spend={data} days={daysOf(data)} />}
      </section>
      <Budgets />
      <Calls />
    </div>
  );
}

/** The days that an answer is of, while the one for another span is on its way. */
function daysOf({ since }: Schemas['Spend']): number {
  return Math.floor((Date.now() - Date.parse(since)) / (24 * 60 * 60 * 1000)) + 1;
}

interface ChoicesProps<Value> {
  label: string;
  among: readonly { value: Value; title: string }[];
  chosen: Value;
  choose: (value: Value) => void;
}

function Choices<Value extends string | number>({ label, among, chosen, choose }: ChoicesProps<Value>) {
  return (
    <div role="group" aria-label={label} className="flex gap-1">
      {among.map(({ value, title }) => (
        <Button key={value} weight={value === chosen ? 'primary' : 'quiet'} aria-pressed={value === chosen} onClick={() => choose(value)}>
          {title}
        </Button>
      ))}
    </div>
  );
}

function Spent({ spend: { items, since }, days }: { spend: Schemas['Spend']; days: number }) {
  const all = sum(items);
  const [wanted, measureBy] = useState<Measure | null>(null);
  const [by, group] = useState<By>('model');
  const [chosen, choose] = useState<string | null>(null);
  // Where nothing costs anything, money shows nothing.
  const measure = wanted ?? (all.nanos > 0 ? 'cost' : 'tokens');
  const rows = totals(items, by);
  const highlighted = rows.some(({ name }) => name === chosen) ? chosen : null;
  return (
    <div className="mt-3 overflow-hidden rounded-card border border-line bg-sheet">
      <div className="p-4">
        <Choices label="Measure" chosen={measure} choose={measureBy} among={MEASURES.map((each) => ({ value: each.measure, title: each.title }))} />
        <Chart
          days={series(items, since, days, measure, highlighted === null ? {} : { [by]: highlighted })}
          measure={measure}
          part={highlighted}
        />
      </div>
      <div className="border-t border-line px-4 pt-4">
        <Choices
          label="Grouped"
          chosen={by}
          choose={group}
          among={[
            { value: 'model', title: 'By model' },
            { value: 'purpose', title: 'By purpose' },
          ]}
        />
      </div>
      <Totals by={by} rows={rows} all={all} chosen={highlighted} choose={choose} />
    </div>
  );
}

const NUMBER = 'px-2 py-1.5 text-right font-mono text-xs whitespace-nowrap';

interface TotalsProps {
  by: By;
  rows: readonly Total[];
  all: Total;
  chosen: string | null;
  choose: (name: string | null) => void;
}

function Totals({ by, rows, all, chosen, choose }: TotalsProps) {
  return (
    <table className="mt-2 w-full text-sm">
      <caption className="sr-only">Spend by {by}; a row can be chosen to be seen in the chart</caption>
      <thead className="text-xs text-soft">
        <tr className="border-b border-line">
          <th scope="col" className="py-1.5 pr-2 pl-4 text-left font-normal">
            {by === 'model' ? 'Model' : 'Purpose'}
          </th>
          <th scope="col" className="px-2 text-right font-normal">Calls</th>
          <th scope="col" className="px-2 text-right font-normal max-sm:hidden">Tokens in</th>
          <th scope="col" className="px-2 text-right font-normal max-sm:hidden">Tokens out</th>
          <th scope="col" className="pr-4 pl-2 text-right font-normal">Cost</th>
        </tr>
      </thead>
      <tbody className="divide-y divide-line">
        {rows.map((row) => (
          <tr key={row.name} className={row.name === chosen ? 'bg-raised' : undefined}>
            <th scope="row" className="py-0 pr-2 pl-4 text-left font-normal">
              <button
                type="button"
                aria-pressed={row.name === chosen}
                title="Show it in the chart"
                className="min-h-8 text-left break-all underline decoration-line underline-offset-4 hover:decoration-ink"
                onClick={() => choose(row.name === chosen ? null : row.name)}
              >
                {row.name}
              </button>
            </th>
            <Numbers of={row} />
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr className="border-t border-edge">
          <th scope="row" className="py-2 pr-2 pl-4 text-left font-semibold">
            Together
          </th>
          <Numbers of={all} />
        </tr>
      </tfoot>
    </table>
  );
}

function Numbers({ of }: { of: Total }) {
  return (
    <>
      <td className={NUMBER}>{count(of.calls)}</td>
      <td className={`${NUMBER} max-sm:hidden`}>{count(of.input)}</td>
      <td className={`${NUMBER} max-sm:hidden`}>{count(of.output)}</td>
      <td className={`${NUMBER} pr-4`}>{dollars(of.nanos)}</td>
    </>
  );
}

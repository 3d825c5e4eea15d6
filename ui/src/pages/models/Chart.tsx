import { count, dollars } from './money';
import type { Day, Measure } from './spend';

const HEIGHT = 100;
const BAR = 0.72;
const DATE = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const WORDS: Record<Measure, string> = { cost: 'Cost', tokens: 'Tokens', calls: 'Calls' };

/** Bars by the day: all of it, and within it what is chosen. What it says stands in a table below as well. */
export function Chart({ days, measure, part }: { days: readonly Day[]; measure: Measure; part: string | null }) {
  const most = days.reduce((top, day) => (day.whole > top.whole ? day : top), days[0] ?? { day: '', whole: 0, part: 0 });
  const said = (value: number) => (measure === 'cost' ? dollars(value) : count(value));
  const height = (value: number) => (most.whole === 0 ? 0 : (value / most.whole) * HEIGHT);
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return null;
  const summary = `${WORDS[measure]} by the day from ${date(first)} to ${date(last)}, at most ${said(most.whole)} on ${date(most)}${part === null ? '' : `; ${part} in ink`}`;
  return (
    <figure className="mt-4">
      <figcaption className="flex justify-between gap-4 text-xs text-soft">
        <span>{part === null ? `${WORDS[measure]} by the day` : `${part}, within all`}</span>
        <span className="font-mono">{said(most.whole)}</span>
      </figcaption>
      <svg role="img" aria-label={summary} viewBox={`0 0 ${days.length} ${HEIGHT}`} preserveAspectRatio="none" className="mt-1 h-36 w-full border-y border-line">
        {days.map((day, place) => (
          <g key={day.day}>
            <title>{`${date(day)}: ${said(day.part)}${part === null ? '' : ` of ${said(day.whole)}`}`}</title>
            <rect x={place} width={1} y={0} height={HEIGHT} className="fill-transparent" />
            <Bar place={place} height={height(day.whole)} className={part === null ? 'fill-ink' : 'fill-line'} />
            {part !== null && <Bar place={place} height={height(day.part)} className="fill-ink" />}
          </g>
        ))}
      </svg>
      <div aria-hidden className="mt-1 flex justify-between font-mono text-xs text-soft">
        <span>{date(first)}</span>
        <span>{date(last)}</span>
      </div>
      <details className="mt-2 text-sm">
        <summary className="w-fit py-1 text-soft">Day by day</summary>
        <table className="mt-1 w-full max-w-md">
          <thead className="text-xs text-soft">
            <tr>
              <th scope="col" className="py-1 text-left font-normal">Day</th>
              {part !== null && <th scope="col" className="text-right font-normal break-all">{part}</th>}
              <th scope="col" className="text-right font-normal">All</th>
            </tr>
          </thead>
          <tbody>
            {days.filter(({ whole }) => whole > 0).map((day) => (
              <tr key={day.day} className="border-t border-line">
                <th scope="row" className="py-1 text-left font-normal">{date(day)}</th>
                {part !== null && <td className="text-right font-mono text-xs">{said(day.part)}</td>}
                <td className="text-right font-mono text-xs">{said(day.whole)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

function Bar({ place, height, className }: { place: number; height: number; className: string }) {
  return <rect x={place + (1 - BAR) / 2} width={BAR} y={HEIGHT - height} height={height} className={className} />;
}

function date({ day }: { day: string }): string {
  return day === '' ? '' : DATE.format(new Date(day));
}

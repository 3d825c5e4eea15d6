import { State } from '../../design/controls';
import { standing, THRESHOLDS } from './spend';

interface MeterProps {
  what: string;
  limit: number;
  spent: number;
  reserved: number;
  left: number;
  said: (value: number) => string;
}

/** What is spent in ink, what is held for calls under way beside it, and the thresholds as marks. */
export function Meter({ what, limit, spent, reserved, left, said }: MeterProps) {
  const so = standing(limit, spent, reserved);
  const fill = so.reached === 100 ? 'bg-red' : so.reached === 80 ? 'bg-amber' : 'bg-ink';
  return (
    <div className="mt-2">
      <div
        role="meter"
        aria-label={what}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(so.spent + so.reserved)}
        aria-valuetext={`${said(spent)} spent, ${said(reserved)} reserved, ${said(left)} left of ${said(limit)}`}
        className="relative h-2 overflow-hidden rounded-full bg-raised"
      >
        <div className={`absolute inset-y-0 left-0 ${fill}`} style={{ width: `${so.spent}%` }} />
        <div className="absolute inset-y-0 bg-edge" style={{ left: `${so.spent}%`, width: `${so.reserved}%` }} />
        {THRESHOLDS.filter((each) => each < 100).map((each) => (
          <div key={each} className="absolute inset-y-0 w-px bg-edge" style={{ left: `${each}%` }} />
        ))}
      </div>
      <p className="mt-1 flex flex-wrap gap-x-3 text-sm">
        <span>
          {said(spent)} of {said(limit)}
          {what === 'Tokens' && ' tokens'} spent
        </span>
        {reserved > 0 && <span className="text-soft">{said(reserved)} reserved</span>}
        <span className="text-soft">{said(left)} left</span>
        <span className="ml-auto">
          {so.reached === null ? null : so.reached === 100 ? (
            <State tone="red">{limit === 0 ? 'Nothing may be spent' : 'Used up'}</State>
          ) : (
            <State tone={so.reached === 80 ? 'amber' : 'soft'}>{so.reached} % reached</State>
          )}
        </span>
      </p>
    </div>
  );
}

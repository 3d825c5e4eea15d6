const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** A point in time as people write it, in their own zone. */
export function moment(time: string | null): string {
  return time === null ? '' : MOMENT.format(new Date(time));
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** A length of time in milliseconds, in at most two units. */
export function duration(ms: number): string {
  if (ms < SECOND) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < MINUTE) return `${(ms / SECOND).toFixed(1)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ${Math.floor((ms % MINUTE) / SECOND)} s`;
  return `${Math.floor(ms / HOUR)} h ${Math.floor((ms % HOUR) / MINUTE)} min`;
}

/** A length of time as a clock that was started at zero shows it: `0.243`, `1:29.7`, `2:03:12`. */
export function clock(ms: number): string {
  if (ms < MINUTE) return (ms / SECOND).toFixed(3);
  const seconds = (ms % MINUTE) / SECOND;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)}:${seconds.toFixed(1).padStart(4, '0')}`;
  return `${Math.floor(ms / HOUR)}:${padded((ms % HOUR) / MINUTE)}:${padded(seconds)}`;
}

const padded = (value: number) => Math.floor(value).toString().padStart(2, '0');

export function between(from: string, to: string): number {
  return Date.parse(to) - Date.parse(from);
}

import { moment } from './time';

/** A point in time as people write it here, exact on demand. */
export function Moment({ at }: { at: string }) {
  return (
    <time dateTime={at} title={at} className="whitespace-nowrap">
      {moment(at)}
    </time>
  );
}

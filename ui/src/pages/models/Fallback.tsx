import type { Schemas } from '../../api/client';

type Rule = Schemas['Rule'];

const FAILURES: Record<string, string> = {
  timeout: 'It takes too long',
  rate_limit: 'It has no room',
  server_error: 'It has an error of its own',
  unreachable: 'It cannot be reached',
  malformed: 'What it says cannot be read',
  auth: 'It refuses the key',
  not_found: 'It has no such model',
  bad_request: 'It refuses the request',
  content_filter: 'It keeps its answer back',
  context_too_long: 'The conversation is too long for it',
  schema_mismatch: 'The answer has another shape than asked',
  budget: 'The budget is spent',
};

const NEXT: Record<Rule['then'], string> = {
  other: 'the next model',
  roomier: 'the next one with more room',
  elsewhere: 'the next one of another provider',
  free: 'the next one that costs nothing',
  stop: 'nobody: the call fails',
};

/** What follows each failure. */
export function Fallback({ rules }: { rules: Readonly<Record<string, Rule>> }) {
  return (
    <details className="rounded-card border border-line bg-sheet text-sm">
      <summary className="px-4 py-2.5 font-semibold hover:bg-raised">After a failure</summary>
      <dl className="divide-y divide-line border-t border-line">
        {Object.entries(rules).map(([failure, { tries, then }]) => (
          <div key={failure} className="grid gap-x-4 px-4 py-1.5 sm:grid-cols-[18rem_1fr]">
            <dt>{FAILURES[failure] ?? failure}</dt>
            <dd className="text-soft">
              {tries > 0 && `${tries} more ${tries === 1 ? 'try' : 'tries'}, then `}
              {NEXT[then]}
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

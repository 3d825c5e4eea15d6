import { Failure, Loading } from '../../design/states';
import { Mark } from './StepState';
import { useDraft } from './queries';

interface Case {
  operation: string;
  case: string;
  passed: boolean;
  sentence: string;
}

interface Finding {
  code: string;
  place: string;
  sentence: string;
}

/** The report of a proof: each contract case, and what was found in the code. */
export function Report({ draft }: { draft: string }) {
  const { data, error, refetch } = useDraft(draft);
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Loading rows={2} />;
  if (data.proof === null) return <p className="text-soft">The draft has changed since: this proof holds for it no longer.</p>;
  const cases = (data.proof['cases'] ?? []) as Case[];
  const findings = (data.proof['findings'] ?? []) as Finding[];
  return (
    <section aria-label="Report">
      <h3 className="font-medium">
        Report: {cases.filter((each) => each.passed).length} of {cases.length} cases passed
      </h3>
      <ul className="mt-1 max-h-72 overflow-y-auto" tabIndex={0} aria-label="Cases">
        {cases.map((each) => (
          <li key={`${each.operation}/${each.case}`} className="flex gap-2 py-0.5">
            <Mark state={each.passed ? 'done' : 'failed'} />
            <span className="min-w-0 break-words">
              <code className="font-mono text-xs">{each.operation}</code> {each.case}
              {!each.passed && <span className="block text-red">{each.sentence}</span>}
            </span>
          </li>
        ))}
      </ul>
      {findings.length > 0 && (
        <ul className="mt-2 space-y-1" aria-label="Findings">
          {findings.map((each) => (
            <li key={each.code + each.place + each.sentence}>
              <code className="font-mono text-xs">{each.place}</code> {each.sentence}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

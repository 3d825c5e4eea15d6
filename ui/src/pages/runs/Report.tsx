import { Failure, Loading } from '../../design/states';
import { Cases } from '../modules/Cases';
import { useDraft } from './queries';

/** The report of a proof: each contract case, and what was found in the code. */
export function Report({ draft }: { draft: string }) {
  const { data, error, refetch } = useDraft(draft);
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Loading rows={2} />;
  if (data.proof === null) return <p className="text-soft">The draft has changed since: this proof holds for it no longer.</p>;
  const { cases, findings } = data.proof;
  return (
    <section aria-label="Report" className="space-y-2">
      <h3 className="font-medium">
        Report: {cases.filter((each) => each.passed).length} of {cases.length} cases passed
      </h3>
      <Cases cases={cases} />
      {findings.map((each) => (
        <p key={each.place + each.code} className="text-red">
          {each.place}: {each.sentence} {each.hint}
        </p>
      ))}
    </section>
  );
}

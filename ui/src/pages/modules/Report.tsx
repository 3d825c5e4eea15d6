import type { Schemas } from '../../api/client';
import { Hash, State } from '../../design/controls';
import { Moment } from '../../design/Moment';
import { Empty, Failure, Loading } from '../../design/states';
import { Cases } from './Cases';
import { Choice } from './Choice';
import { Rulings } from './Rulings';
import { useReport, useVersions } from './queries';
import { useChosen } from './useChosen';
import { Who } from './Who';

/** How a version was proven, what of its source was left out, and what its answers taught. */
export function Report({ module }: { module: Schemas['InstalledModule'] }) {
  const { chosen, choose } = useChosen(module.name, 'report');
  const version = chosen.version ?? module.version;
  const versions = useVersions(module.name).data?.items ?? [];
  const { data, error, refetch } = useReport(module.name, version);
  const learned = module.learned.filter((each) => each.bundle_sha256 === data?.bundle_sha256);
  return (
    <section aria-label="Report" className="space-y-5">
      <div className="w-fit">
        <Choice label="Of" versions={versions} chosen={version} choose={(next) => choose({ version: next })} />
      </div>
      {error !== null && data === undefined && <Failure error={error} retry={() => void refetch()} />}
      {error === null && data === undefined && <Loading />}
      {data !== undefined && (
        <>
          <Approved report={data} />
          {data.proof === null ? <Empty title="This version was never approved." /> : <Proven proof={data.proof} measured={data.measured} hash={data.payload?.proof_hash ?? ''} />}
          <Sentences title="Left out of the source" none="Nothing was left out." items={data.findings} />
          <Sentences title="What real answers disagreed with" none="No answer disagreed with its description." items={learned} />
        </>
      )}
    </section>
  );
}

function Approved({ report }: { report: Schemas['VersionReport'] }) {
  if (report.approved_at === null || report.payload_hash === null) return null;
  return (
    <p className="text-sm">
      <State tone="green">Approved</State> <Moment at={report.approved_at} /> by <Who id={report.approved_by ?? ''} />, exactly{' '}
      <Hash of={report.payload_hash} label="SHA-256 of the approved payload" />, bytes <Hash of={report.bundle_sha256} label="SHA-256 of the bundle" />.
    </p>
  );
}

function Proven({ proof, measured, hash }: { proof: Schemas['Proof']; measured: Record<string, unknown> | null; hash: string }) {
  const passed = proof.cases.filter((each) => each.passed).length;
  const seconds = measured?.['wall_seconds'];
  return (
    <div className="space-y-2">
      <h2 className="font-semibold">Tests</h2>
      <p className="text-sm">
        <State tone={passed === proof.cases.length ? 'green' : 'red'}>
          {passed} of {proof.cases.length} passed
        </State>{' '}
        <span className="text-soft">
          in the sandbox, isolation {proof.isolation}
          {typeof seconds === 'number' && `, ${seconds.toFixed(2)} s`}, report <Hash of={hash} label="SHA-256 of the proof" />
        </span>
      </p>
      <Cases cases={proof.cases} />
      <Rulings rulings={proof.rulings ?? []} />
      {[...proof.findings, ...(proof.violations ?? [])].map((each) => (
        <p key={each.place + each.code} className="text-sm text-red">
          {each.place}: {each.sentence} {each.hint}
        </p>
      ))}
    </div>
  );
}

interface Sentence {
  place: string;
  sentence: string;
  seen?: number;
}

function Sentences({ title, none, items }: { title: string; none: string; items: Sentence[] }) {
  return (
    <div>
      <h2 className="font-semibold">{title}</h2>
      {items.length === 0 && <p className="text-sm text-soft">{none}</p>}
      <ul className="mt-1 divide-y divide-line text-sm">
        {items.map(({ place, sentence, seen }) => (
          <li key={place + sentence} className="py-1.5 break-words">
            {sentence} <code className="font-mono text-xs break-all text-soft">{place}</code>
            {seen !== undefined && <span className="text-soft"> · seen {seen} times</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}

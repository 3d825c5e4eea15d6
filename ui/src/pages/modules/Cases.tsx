import type { Schemas } from '../../api/client';
import { Hash, State } from '../../design/controls';

/** Contract cases by operation; those that failed are open. */
export function Cases({ cases }: { cases: Schemas['Case'][] }) {
  const operations = new Map<string, Schemas['Case'][]>();
  for (const each of cases) {
    operations.set(each.operation, [...(operations.get(each.operation) ?? []), each]);
  }
  return (
    <ul className="divide-y divide-line overflow-hidden rounded-card border border-line bg-sheet text-sm">
      {[...operations].map(([operation, its]) => {
        const passed = its.filter((each) => each.passed).length;
        return (
          <li key={operation}>
            <details open={passed < its.length}>
              <summary className="flex flex-wrap items-center gap-x-3 px-4 py-2 hover:bg-raised">
                <code className="min-w-0 flex-1 font-mono text-xs break-all">{operation}</code>
                <State tone={passed === its.length ? 'green' : 'red'}>
                  {passed} of {its.length}
                </State>
              </summary>
              <ul className="border-t border-line px-4 py-1.5">
                {its.map((each) => (
                  <li key={each.case} className="flex flex-wrap items-baseline gap-x-3 py-0.5">
                    <span className="min-w-0 flex-1 break-words">
                      {each.case}
                      {each.sentence !== '' && <span className="block text-soft">{each.sentence}</span>}
                      {(each.artifacts ?? []).map((made) => (
                        <span key={made.name + made.sha256} className="block text-soft">
                          made {made.name} ({made.media_type}, {made.bytes} bytes) <Hash of={made.sha256} label={`SHA-256 of ${made.name}`} />
                        </span>
                      ))}
                    </span>
                    <State tone={each.passed ? 'green' : 'red'}>{each.passed ? 'passed' : 'failed'}</State>
                  </li>
                ))}
              </ul>
            </details>
          </li>
        );
      })}
    </ul>
  );
}

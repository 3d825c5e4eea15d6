import { useState, type ReactNode } from 'react';

import type { Schemas } from '../../api/client';
import { Button, State } from '../../design/controls';
import { Failure } from '../../design/states';
import { duration } from '../../design/time';
import { CONTROL } from '../../forms/looks';
import { useTest } from './queries';

interface TestProps {
  provider: string;
  models: readonly string[];
  /** What else can be done, beside it. */
  children: ReactNode;
}

/** The smallest call of a provider, and what came of it. */
export function Test({ provider, models, children }: TestProps) {
  const [wanted, choose] = useState<string | null>(null);
  const test = useTest(provider);
  const model = wanted !== null && models.includes(wanted) ? wanted : models[0];
  return (
    <div className="px-4 py-3 text-sm">
      <div className="flex flex-wrap items-center gap-2">
        {models.length > 1 && (
          <select className={`${CONTROL} w-auto! max-w-full`} aria-label={`Model of ${provider} to test`} value={model} onChange={({ target }) => choose(target.value)}>
            {models.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        )}
        {model !== undefined && (
          <Button aria-label={`Test ${provider}`} title="One word is asked for, ten seconds at most" disabled={test.isPending} onClick={() => test.mutate(model)}>
            Test
          </Button>
        )}
        {children}
      </div>
      <div role="status">
        {test.isPending && (
          <p className="mt-2">
            <State tone="soft" busy>
              Asking {test.variables} for one word
            </State>
          </p>
        )}
        {!test.isPending && test.data !== undefined && <Result tested={test.data} />}
      </div>
      {test.error !== null && <Failure error={test.error} />}
    </div>
  );
}

function Result({ tested: { ok, model, seconds, detail, mend } }: { tested: Schemas['Tested'] }) {
  return (
    <div className="mt-2">
      <p className="flex flex-wrap gap-x-3">
        <State tone={ok ? 'green' : 'red'}>
          {model} {ok ? 'answered' : 'failed'}
        </State>
        <span className="font-mono text-xs leading-5 text-soft">{duration(seconds * 1000)}</span>
      </p>
      {ok ? <blockquote className="break-words">“{detail}”</blockquote> : <p className="break-words">{detail}</p>}
      {mend !== '' && <p className="text-soft">{mend}</p>}
    </div>
  );
}

import { useEffect, useState } from 'react';

import { Field } from '../../design/controls';
import { Failure } from '../../design/states';
import { CONTROL, TEXT_AREA } from '../../forms/looks';
import { PURPOSES, type Purpose } from './document';
import { because, explained } from './explanation';
import { useExplanation } from './queries';

const WAIT_MS = 250;

/** Where a call would go now, and why: asked of the service while one types. Nothing is called. */
export function Explained({ isPending }: { isPending: boolean }) {
  const [purpose, choose] = useState<Purpose>('plan');
  const [text, type] = useState('');
  const { data, error } = useExplanation(purpose, useSettled(text));
  return (
    <section aria-label="Who would answer?" className="space-y-4 rounded-card border border-line bg-sheet p-4">
      <h2 className="font-semibold">Who would answer?</h2>
      <Field label="Purpose">
        <select className={CONTROL} value={purpose} onChange={({ target }) => choose(target.value as Purpose)}>
          {PURPOSES.map(({ purpose: each, does }) => (
            <option key={each} value={each}>
              {each.toUpperCase()}: {does}
            </option>
          ))}
        </select>
      </Field>
      <Field label="What is said">
        <textarea
          className={TEXT_AREA}
          rows={3}
          maxLength={100_000}
          placeholder="What is the weather tomorrow?"
          value={text}
          onChange={({ target }) => type(target.value)}
        />
      </Field>
      <div role="status" className="border-t border-line pt-3 text-sm">
        {data !== undefined && (
          <>
            <p className="font-medium break-words">{explained(data)}</p>
            {because(data).map((each) => (
              <p key={each} className="mt-1 break-words text-soft">
                {each}
              </p>
            ))}
          </>
        )}
        {isPending && <p className="mt-1 text-amber">So it is until your changes are put in force.</p>}
      </div>
      {error !== null && <Failure error={error} />}
    </section>
  );
}

/** The text once nobody has typed for a moment. */
function useSettled(text: string): string {
  const [settled, settle] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => settle(text), WAIT_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

import { useId, useState } from 'react';

import { SubmitRow } from './SubmitRow';
import { findings } from './checking';
import { TEXT_AREA } from './looks';
import { isRecord, type FormProps, type TypedFormProps, type Value } from './shape';

/** The whole value as text. */
export function JsonForm({ schema, value, submit, busy = false, onSubmit, onChange, children }: TypedFormProps) {
  const [text, write] = useState(() => JSON.stringify(value, null, 2));
  const [wrong, complain] = useState<string[]>([]);
  const id = useId();
  return (
    <form
      className="space-y-3"
      onSubmit={(event) => {
        event.preventDefault();
        const parsed = objectOf(text);
        const found = parsed === null ? ['This is no JSON object.'] : sentences(parsed, schema);
        complain(found);
        if (parsed !== null && found.length === 0) onSubmit(parsed);
      }}
    >
      <label className="block text-sm">
        <span className="font-medium">As JSON</span>
        <textarea
          rows={Math.min(20, Math.max(6, text.split('\n').length + 1))}
          spellCheck={false}
          aria-invalid={wrong.length > 0}
          aria-describedby={wrong.length > 0 ? id : undefined}
          className={`mt-1 font-mono ${TEXT_AREA}`}
          value={text}
          onChange={(event) => {
            write(event.target.value);
            const parsed = objectOf(event.target.value);
            if (parsed !== null) onChange(parsed);
          }}
        />
      </label>
      {wrong.length > 0 && (
        <div id={id} role="alert" className="text-sm text-red">
          <ul>
            {wrong.map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        </div>
      )}
      <SubmitRow submit={submit} busy={busy}>
        {children}
      </SubmitRow>
    </form>
  );
}

function sentences(value: Value, schema: FormProps['schema']): string[] {
  return findings(value, schema).map(({ path, sentence }) => (path.length === 0 ? sentence : `${path.join('.')}: ${sentence}`));
}

function objectOf(text: string): Value | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

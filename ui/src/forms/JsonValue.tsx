import type { FieldProps } from '@rjsf/utils';
import { useState } from 'react';

import { TEXT_AREA } from './looks';
import { useUnseenName } from './unseen';

/** One value of any type, as JSON; what is no JSON is text. */
export function JsonValue({ fieldPathId, formData, disabled, onChange }: FieldProps) {
  const [text, write] = useState(() => (formData === undefined ? '' : JSON.stringify(formData, null, 2)));
  return (
    <textarea
      {...useUnseenName()}
      id={fieldPathId.$id}
      rows={Math.min(8, text.split('\n').length + 1)}
      disabled={disabled}
      spellCheck={false}
      placeholder="JSON"
      className={`font-mono placeholder:text-soft ${TEXT_AREA}`}
      value={text}
      onChange={(event) => {
        write(event.target.value);
        onChange(parsed(event.target.value), fieldPathId.path);
      }}
    />
  );
}

function parsed(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

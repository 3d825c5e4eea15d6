// The package's index draws in a validator that generates code, which the page's policy forbids.
import Form from '@rjsf/core/lib/components/Form.js';
import { englishStringTranslator, TranslatableString, type RJSFSchema } from '@rjsf/utils';
import { useId, useMemo, useState } from 'react';

import { SubmitRow } from './SubmitRow';
import { JsonValue } from './JsonValue';
import { given } from './given';
import type { TypedFormProps, Value } from './shape';
import { simplified } from './simplified';
import { TEMPLATES } from './templates';
import { validatorFor } from './validator';
import { WIDGETS } from './widgets';

const FIELDS = { FallbackField: JsonValue };
// A default is what the other side takes where nothing is sent: it is shown, and not sent.
const DEFAULTS = { emptyObjectFields: 'skipDefaults', arrayMinItems: { populate: 'never' }, constAsDefaults: 'never' } as const;

/** A new member begins empty. */
const translated: typeof englishStringTranslator = (text, parameters) =>
  text === TranslatableString.NewStringDefault ? '' : englishStringTranslator(text, parameters);

export default function RenderedForm({ schema, value, submit, busy = false, onSubmit, onChange, children }: TypedFormProps) {
  const id = useId();
  const [refused, refuse] = useState(false);
  const shown = useMemo(() => simplified(schema) as RJSFSchema, [schema]);
  const validator = useMemo(() => validatorFor(schema), [schema]);
  return (
    <Form
      schema={shown}
      validator={validator}
      formData={value}
      idPrefix={id}
      templates={TEMPLATES}
      widgets={WIDGETS}
      fields={FIELDS}
      translateString={translated}
      disabled={busy}
      noHtml5Validate
      showErrorList={false}
      liveValidate={refused}
      focusOnFirstError={({ property = '' }) => focus(id, property)}
      experimental_defaultFormStateBehavior={DEFAULTS}
      className="max-w-2xl space-y-4"
      onChange={({ formData }) => onChange((formData ?? {}) as Value)}
      onError={() => refuse(true)}
      onSubmit={({ formData }) => onSubmit(given(formData ?? {}, schema, schema) as Value)}
    >
      {refused && (
        <p role="status" className="sr-only">
          Something is missing or wrong; it is said by the field.
        </p>
      )}
      <SubmitRow submit={submit} busy={busy}>
        {children}
      </SubmitRow>
    </Form>
  );
}

/** To the field that an error is about. */
function focus(prefix: string, property: string): void {
  const path = [...property.matchAll(/\['(.*?)'\]/g)].map(([, part]) => part);
  const field = document.getElementById([prefix, ...path].join('_'));
  (field?.matches('input, select, textarea') ? field : field?.querySelector<HTMLElement>('input, select, textarea'))?.focus();
}

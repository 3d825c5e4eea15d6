import { useState } from 'react';

import { Field, TextInput } from '../../design/controls';
import { CONTROL } from '../../forms/looks';
import { nameFor, TIERS, withModel, type Document, type Kind, type Tier } from './document';
import { KINDS } from './kinds';

export const NAME = '[a-z0-9][a-z0-9_.:\\/\\-]{0,62}';
export const NAME_SAID = 'Small letters, digits and _ . : / -';

interface Typed {
  model: string;
  /** Null while it follows from how the provider calls it. */
  name: string | null;
  input: string;
  output: string;
  use: 'standard' | 'heavy' | 'both' | 'none';
}

const NOTHING: Typed = { model: '', name: null, input: '', output: '', use: 'standard' };

/** What is typed of a new model, and the routing that has it. */
export function useModelFields() {
  const [typed, type] = useState(NOTHING);
  const name = typed.name ?? nameFor(typed.model);
  const price = (text: string) => (text.trim() === '' ? null : text.trim());
  const added = (document: Document, provider: string): Document => {
    const tiers: Tier[] = TIERS.filter((tier) => typed.use === 'both' || typed.use === tier);
    const model = { provider, model: typed.model.trim(), input_price: price(typed.input), output_price: price(typed.output) };
    return withModel(document, name, model, tiers);
  };
  return { typed, type: (part: Partial<Typed>) => type({ ...typed, ...part }), name, added };
}

interface ModelFieldsProps extends ReturnType<typeof useModelFields> {
  /** Where nothing stands before it, it has the focus. */
  autoFocus?: boolean;
  kind: Kind;
  taken: readonly string[];
}

/** A model in five fields. */
export function ModelFields({ typed, type, name, kind, taken, autoFocus = false }: ModelFieldsProps) {
  const { model, isFree } = KINDS[kind];
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field label="Model" hint="As the provider calls it.">
        <TextInput autoFocus={autoFocus} required maxLength={200} placeholder={model} value={typed.model} onChange={({ target }) => type({ model: target.value })} />
      </Field>
      <Field label="Name" hint="As it is called here.">
        <TextInput
          required
          pattern={NAME}
          title={NAME_SAID}
          value={name}
          onChange={({ target }) => {
            target.setCustomValidity(taken.includes(target.value) ? 'There is a model of this name.' : '');
            type({ name: target.value });
          }}
        />
      </Field>
      <Price label="Input price" isFree={isFree} value={typed.input} set={(input) => type({ input })} />
      <Price label="Output price" isFree={isFree} value={typed.output} set={(output) => type({ output })} />
      <Field label="Use it for">
        <select className={CONTROL} value={typed.use} onChange={({ target }) => type({ use: target.value as Typed['use'] })}>
          <option value="standard">Standard calls</option>
          <option value="heavy">Heavy calls</option>
          <option value="both">All calls</option>
          <option value="none">Nothing yet</option>
        </select>
      </Field>
    </div>
  );
}

function Price({ label, isFree, value, set }: { label: string; isFree: boolean; value: string; set: (value: string) => void }) {
  return (
    <Field label={label} hint={isFree ? 'Dollars for a million tokens; empty: free.' : 'Dollars for a million tokens; empty: the list’s.'}>
      <TextInput inputMode="decimal" pattern="[0-9]*[.]?[0-9]*" title="A number, as 0.15" value={value} onChange={({ target }) => set(target.value)} />
    </Field>
  );
}

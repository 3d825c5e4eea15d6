import { useState } from 'react';

import { Button, Field, TextInput } from '../../design/controls';
import { CONTROL } from '../../forms/looks';
import { ChangeRefused } from './ChangeRefused';
import { type Active, type Kind, withProvider } from './document';
import { KINDS } from './kinds';
import { ModelFields, NAME, NAME_SAID, useModelFields } from './ModelFields';
import { useChange } from './queries';

/** A new provider with its first model: one change of the routing. Its key comes afterwards, and is no part of it. */
export function ProviderForm({ active, close }: { active: Active; close: () => void }) {
  const taken = Object.keys(active.routing.providers);
  const [kind, choose] = useState<Kind>('openai');
  const [typed, type] = useState<{ name?: string; address?: string; credential?: string }>({});
  const model = useModelFields();
  const change = useChange();
  const { address, at, isKeyed } = KINDS[kind];
  const name = typed.name ?? (taken.includes(kind) ? '' : kind);
  const credential = typed.credential ?? (isKeyed ? name : '');
  const add = () => {
    const provider = { kind, base_url: address === null ? null : typed.address?.trim() || null, credential: credential.trim() || null };
    const document = model.added(withProvider(active.routing, name, provider), name);
    change.mutate({ document, after: active.version?.version ?? 0 }, { onSuccess: close });
  };
  return (
    <form
      aria-label="Add a provider"
      className="space-y-5 rounded-card border border-line bg-sheet p-4 sm:p-5"
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <h2 className="font-semibold">Add a provider</h2>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Kind">
          <select autoFocus className={CONTROL} value={kind} onChange={({ target }) => choose(target.value as Kind)}>
            {Object.entries(KINDS).map(([each, { title }]) => (
              <option key={each} value={each}>
                {title}
              </option>
            ))}
          </select>
        </Field>
        <Field label="Provider’s name">
          <TextInput
            required
            pattern={NAME}
            title={NAME_SAID}
            value={name}
            onChange={({ target }) => {
              target.setCustomValidity(taken.includes(target.value) ? 'There is a provider of this name.' : '');
              type({ ...typed, name: target.value });
            }}
          />
        </Field>
        {address !== null && (
          <Field label="Address" hint={address === 'optional' ? 'Empty: where it usually is.' : 'Up to what its clients call the base.'}>
            <TextInput
              type="url"
              required={address === 'required'}
              placeholder={at}
              value={typed.address ?? ''}
              onChange={({ target }) => type({ ...typed, address: target.value })}
            />
          </Field>
        )}
        <Field label="Credential’s name" hint={isKeyed ? 'Its key is kept under this name.' : 'Empty: it wants no key.'}>
          <TextInput required={isKeyed} maxLength={128} value={credential} onChange={({ target }) => type({ ...typed, credential: target.value })} />
        </Field>
      </div>
      <fieldset>
        <legend className="mb-3 text-sm font-semibold">Its first model</legend>
        <ModelFields {...model} kind={kind} taken={Object.keys(active.routing.models)} />
      </fieldset>
      <div className="flex flex-wrap gap-2">
        <Button type="submit" weight="primary" disabled={change.isPending}>
          Add it
        </Button>
        <Button weight="quiet" onClick={close}>
          Cancel
        </Button>
      </div>
      {change.error !== null && <ChangeRefused error={change.error} />}
    </form>
  );
}

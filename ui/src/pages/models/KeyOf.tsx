import { useRef } from 'react';

import type { Schemas } from '../../api/client';
import { Button, TextInput } from '../../design/controls';
import { Failure } from '../../design/states';
import { PLACE } from './keptFocus';
import { useLock, useUnlock } from './queries';
import { useDisclosure } from './useDisclosure';

/** A provider's key goes in here, and never comes back. */
export function KeyOf({ provider: { name, key_stored, variable }, credential }: { provider: Schemas['ListedProvider']; credential: string }) {
  const replacing = useDisclosure();
  const unlock = useUnlock();
  const lock = useLock();
  const busy = unlock.isPending || lock.isPending;
  const store = (value: string | null) => {
    const done = () => {
      unlock.reset();
      if (replacing.isOpen) replacing.close();
    };
    unlock.mutate({ name, value }, { onSuccess: done });
  };
  return (
    <div {...PLACE} role="group" aria-label={`Key of ${name}`} className="px-4 py-3 text-sm">
      {key_stored && !replacing.isOpen ? (
        <div className="flex flex-wrap items-center gap-x-2 gap-y-2">
          <span className="min-w-0 flex-1 basis-32 break-words">
            Key <code className="font-mono text-xs">{credential}</code> is stored.
          </span>
          <span className="flex gap-2">
            <Button aria-label={`Replace the key of ${name}`} autoFocus={replacing.autoFocus} onClick={replacing.open}>
              Replace it
            </Button>
            <Button aria-label={`Lock ${name}`} disabled={busy} onClick={() => lock.mutate(name)}>
              Lock
            </Button>
          </span>
        </div>
      ) : (
        <KeyForm provider={name} busy={busy} store={store} {...(key_stored && { back: replacing.close })} variable={variable} />
      )}
      {unlock.error !== null && <Failure error={unlock.error} />}
      {lock.error !== null && <Failure error={lock.error} />}
    </div>
  );
}

interface KeyFormProps {
  provider: string;
  variable: string | null;
  busy: boolean;
  /** Null takes the key that stands in the service's environment. */
  store: (value: string | null) => void;
  back?: () => void;
}

function KeyForm({ provider, variable, busy, store, back }: KeyFormProps) {
  // Read once, when it is sent: what is typed is no state of the page.
  const key = useRef<HTMLInputElement>(null);
  return (
    <form
      aria-label={`Unlock ${provider}`}
      className="flex flex-wrap items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        const field = key.current;
        if (field === null) return;
        store(field.value);
        field.value = '';
      }}
    >
      <label className="min-w-0 flex-1 basis-60">
        <span className="font-medium">Key</span>
        <TextInput ref={key} autoFocus={back !== undefined} type="password" required autoComplete="off" className="mt-1 font-mono" />
      </label>
      <Button type="submit" disabled={busy}>
        Unlock
      </Button>
      {variable !== null && (
        <Button disabled={busy} onClick={() => store(null)}>
          Take it from {variable}
        </Button>
      )}
      {back !== undefined && (
        <Button weight="quiet" onClick={back}>
          Cancel
        </Button>
      )}
    </form>
  );
}

import { useEffect, useState } from 'react';

import { Button, TextInput } from '../../design/controls';
import { Fact } from '../../design/Fact';
import { CONTROL } from '../../forms/looks';
import { changesOf, consistent, describedAt, referencesOf } from './grant';
import type { Grant, Reference, Shown } from './payload';
import { useSecretNames } from './queries';
import { StandIn } from './StandIn';

interface GrantFormProps {
  /** What the form is called, as several cards may stand on one page. */
  name: string;
  grant: Grant;
  shown: Shown;
  /** The card is then another one, with another hash, and still waits. */
  change: (edit: Partial<Grant>) => void;
  /** Told whether something is changed here that the card does not say. */
  differ: (isChanged: boolean) => void;
  undo: () => void;
  busy: boolean;
}

/** What the module may do, while that can still be made narrower, bound elsewhere, and given its secrets. */
export function GrantForm({ name, grant, shown, change, differ, undo, busy }: GrantFormProps) {
  const [hosts, chooseHosts] = useState(grant.hosts);
  const [capabilities, chooseCapabilities] = useState(grant.capabilities);
  const [binding, bind] = useState(grant.binding);
  const [credentials, give] = useState(() => referencesOf(grant, shown.credentials ?? []));
  const edit = changesOf(grant, consistent({ hosts, capabilities, binding, credentials }));
  const isChanged = edit !== null;
  const unreachable = new Map(shown.reachability?.filter((each) => !each.reachable).map(({ host, reason }) => [host, reason]));
  useEffect(() => differ(isChanged), [differ, isChanged]);
  return (
    <form
      aria-label={name}
      className="divide-y divide-line"
      onSubmit={(event) => {
        event.preventDefault();
        if (edit !== null) change(edit);
      }}
    >
      <dl className="divide-y divide-line">
        <Fact name="May use">
          {grant.capabilities.length === 0 && 'nothing'}
          {grant.capabilities.map((each) => (
            <Allowed key={each} name={each} among={capabilities} of={grant.capabilities} choose={chooseCapabilities} />
          ))}
        </Fact>
        <Fact name="May reach">
          {grant.hosts.length === 0 && 'nothing'}
          <ul className="space-y-3">
            {grant.hosts.map((host) => (
              <li key={host}>
                <Allowed name={host} among={hosts} of={grant.hosts} choose={chooseHosts} />
                {unreachable.has(host) && <p className="pl-6 text-amber">Not reachable from here: {unreachable.get(host)}.</p>}
                {hosts.includes(host) &&
                  describedAt(host, grant.binding).map((each) => (
                    <Address key={each} described={each} given={grant.binding[each]} typed={binding[each] ?? ''} type={(typed) => bind({ ...binding, [each]: typed })} />
                  ))}
              </li>
            ))}
          </ul>
          <StandIn hosts={hosts} reach={(addresses) => bind({ ...binding, ...addresses })} />
        </Fact>
        {credentials.length > 0 && (
          <Fact name="Secrets">
            <Secrets credentials={credentials} hosts={hosts} give={give} />
          </Fact>
        )}
      </dl>
      {isChanged && (
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1 py-3">
          <Button type="submit" disabled={busy}>
            Set this
          </Button>
          <Button weight="quiet" onClick={undo}>
            Undo
          </Button>
          <span className="text-soft">The card then has a new hash, and still waits for your answer.</span>
        </div>
      )}
    </form>
  );
}

interface AllowedProps {
  name: string;
  among: string[];
  of: string[];
  choose: (among: string[]) => void;
}

function Allowed({ name, among, of, choose }: AllowedProps) {
  return (
    <label className="flex min-h-6 items-center gap-2">
      <input
        type="checkbox"
        className="size-4 shrink-0 accent-ink"
        checked={among.includes(name)}
        onChange={({ target }) => choose(of.filter((each) => (each === name ? target.checked : among.includes(each))))}
      />
      <code className="min-w-0 font-mono text-xs break-all">{name}</code>
    </label>
  );
}

interface AddressProps {
  described: string;
  given: string | undefined;
  typed: string;
  type: (typed: string) => void;
}

function Address({ described, given, typed, type }: AddressProps) {
  return (
    <div className="mt-1 pl-6">
      {given !== undefined && <span className="block">really at {given}</span>}
      <TextInput
        className="max-w-80 font-mono"
        aria-label={`Reach ${described} at another address`}
        placeholder="another address: http://…"
        value={typed}
        onChange={({ target }) => type(target.value)}
      />
    </div>
  );
}

interface SecretsProps {
  credentials: Reference[];
  hosts: string[];
  give: (credentials: Reference[]) => void;
}

function Secrets({ credentials, hosts, give }: SecretsProps) {
  const stored = useSecretNames().data ?? [];
  const set = (changed: Reference, part: Partial<Reference>) =>
    give(credentials.map((each) => (each === changed ? { ...each, ...part } : each)));
  return (
    <>
      <ul className="space-y-2">
        {credentials.map((each, index) => (
          <li key={index} className="flex flex-wrap items-center gap-2">
            <code className="font-mono text-xs">{each.credential}</code> is
            <select
              className={`${CONTROL} w-auto!`}
              aria-label={`Stored secret for ${each.credential}`}
              value={each.reference}
              onChange={({ target }) => set(each, { reference: target.value })}
            >
              <option value="">not given</option>
              {[...new Set([...stored, ...(each.reference === '' ? [] : [each.reference])])].map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
            sent to
            {hosts.length > 1 ? (
              <select
                className={`${CONTROL} w-auto! max-w-full`}
                aria-label={`Where ${each.credential} is sent`}
                value={each.origin}
                onChange={({ target }) => set(each, { origin: target.value })}
              >
                {hosts.map((host) => (
                  <option key={host}>{host}</option>
                ))}
              </select>
            ) : (
              <code className="font-mono text-xs break-all">{each.origin}</code>
            )}
            only
          </li>
        ))}
      </ul>
      {stored.length === 0 && (
        <p className="mt-2 text-soft">
          No secret is stored yet: <code className="font-mono text-xs">nexus credentials set NAME</code> asks for one.
        </p>
      )}
    </>
  );
}

import { useState } from 'react';

import type { Schemas } from '../../api/client';
import { Button, TextInput } from '../../design/controls';
import { Fact } from '../../design/Fact';
import { Failure } from '../../design/states';
import { StandIn } from '../approvals/StandIn';
import { useBind } from './queries';
import { Waiting } from './Waiting';

/** What the module may reach, and where that really is. */
export function Reach({ module }: { module: Schemas['InstalledModule'] }) {
  const bind = useBind(module.name);
  return (
    <section aria-label="Reach" className="space-y-4">
      <dl className="divide-y divide-line rounded-card border border-line bg-sheet px-4 text-sm">
        <Fact name="May use">{module.capabilities.join(', ') || 'nothing'}</Fact>
        <Fact name="Isolation">{module.isolation}</Fact>
        <Fact name="Secrets">
          {module.credentials.length === 0 && 'none'}
          <ul>
            {module.credentials.map((each) => (
              <li key={each.credential + each.origin} className="break-words">
                <code className="font-mono text-xs">{each.reference}</code> as {each.credential}, at {each.origin} only
              </li>
            ))}
          </ul>
        </Fact>
        <Fact name="May reach">
          {module.hosts.length === 0 ? 'nothing' : <Addresses key={JSON.stringify(module.binding)} module={module} ask={bind.mutate} busy={bind.isPending} />}
        </Fact>
      </dl>
      {bind.error !== null && <Failure error={bind.error} />}
      {bind.data !== undefined && <Waiting run={bind.data.id} />}
    </section>
  );
}

interface AddressesProps {
  module: Schemas['InstalledModule'];
  ask: (binding: Record<string, string>) => void;
  busy: boolean;
}

function Addresses({ module: { hosts, binding }, ask, busy }: AddressesProps) {
  const [typed, type] = useState<Record<string, string>>(binding);
  // A binding may be of one path of a host: it is changed as what it is.
  const described = [...new Set([...hosts.filter((host) => !Object.keys(binding).some((each) => each.startsWith(host))), ...Object.keys(binding)])];
  const changed = described.some((each) => (typed[each] ?? '').trim() !== (binding[each] ?? ''));
  return (
    <form
      aria-label="Where hosts are really reached"
      className="space-y-3"
      onSubmit={(event) => {
        event.preventDefault();
        ask(Object.fromEntries(Object.entries(typed).filter(([, address]) => address.trim() !== '')));
      }}
    >
      {described.map((each) => (
        <label key={each} className="block">
          <code className="block font-mono text-xs break-all">{each}</code>
          {binding[each] !== undefined && <span className="block">really at {binding[each]}</span>}
          <TextInput
            className="mt-1 max-w-96 font-mono"
            placeholder="where it says, or another address: http://…"
            value={typed[each] ?? ''}
            onChange={(event) => type({ ...typed, [each]: event.target.value })}
          />
        </label>
      ))}
      <StandIn hosts={hosts} reach={(addresses) => type({ ...typed, ...addresses })} />
      <Button type="submit" disabled={!changed || busy}>
        Ask for these addresses
      </Button>
    </form>
  );
}

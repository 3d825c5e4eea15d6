import { useState } from 'react';

import { Button, Hash, State, TextInput } from '../../design/controls';
import { Fact } from '../../design/Fact';
import type { ModulePayload, Shown } from './payload';

interface ModuleFactsProps {
  payload: ModulePayload;
  shown: Shown;
  /** Sets where hosts are really reached; the card is then another one, with another hash. */
  bind?: (binding: Record<string, string>) => void;
  busy?: boolean;
}

/** What would be installed: the bytes, what they may reach, and how they were proven. */
export function ModuleFacts({ payload, shown, bind, busy = false }: ModuleFactsProps) {
  const { tests, findings = [], operations = 0, writes = 0 } = shown;
  const proven = tests !== undefined && tests.passed === tests.cases;
  return (
    <dl className="divide-y divide-line text-sm">
      <Fact name="Module">
        <strong className="font-medium">{payload.module}</strong> · {operations} operations, {writes} of them write · bytes{' '}
        <Hash of={payload.bundle_sha256} label="SHA-256 of the bundle" />
      </Fact>
      <Fact name="Tests">
        <State tone={proven ? 'green' : 'red'}>
          {tests === undefined ? 'none' : `${tests.passed} of ${tests.cases} passed`}
        </State>{' '}
        <span className="text-soft">
          in the sandbox, isolation {payload.isolation}, report <Hash of={payload.proof_hash} label="SHA-256 of the proof" />
        </span>
      </Fact>
      <Fact name="May use">{payload.capabilities.length === 0 ? 'nothing' : payload.capabilities.join(', ')}</Fact>
      <Fact name="May reach">
        <Hosts payload={payload} shown={shown} busy={busy} {...(bind !== undefined && { bind })} />
      </Fact>
      {payload.credentials.length > 0 && (
        <Fact name="Secrets">
          {payload.credentials.map(({ credential, reference, origin }) => (
            <span key={credential + origin} className="block">
              <code className="font-mono text-xs">{reference}</code> as {credential}, at {origin} only
            </span>
          ))}
        </Fact>
      )}
      {findings.length > 0 && (
        <Fact name="Left out">
          <ul>{findings.map((each) => <li key={each.place + each.sentence}>{each.sentence}</li>)}</ul>
        </Fact>
      )}
    </dl>
  );
}

function Hosts({ payload, shown, bind, busy = false }: ModuleFactsProps) {
  const [typed, type] = useState<Record<string, string>>(payload.binding);
  const changed = Object.entries(typed).some(([host, address]) => address !== (payload.binding[host] ?? ''));
  const unreachable = new Map(shown.reachability?.filter((each) => !each.reachable).map((each) => [each.host, each.reason]));
  // Where nothing can be set it is a list, and no form.
  const Box = bind === undefined ? 'div' : 'form';
  return (
    <Box
      aria-label={bind && `Where ${payload.module} ${payload.bundle_sha256.slice(0, 12)} reaches its hosts`}
      className="space-y-2"
      onSubmit={(event) => {
        event.preventDefault();
        bind?.(Object.fromEntries(Object.entries(typed).filter(([, address]) => address.trim() !== '')));
      }}
    >
      <ul className="space-y-2">
        {payload.hosts.map((host) => (
          <li key={host}>
            <code className="font-mono text-xs break-all">{host}</code>
            {payload.binding[host] !== undefined && <span> → really at {payload.binding[host]}</span>}
            {unreachable.has(host) && <span className="block text-amber">Not reachable from here: {unreachable.get(host)}</span>}
            {bind !== undefined && (
              <TextInput
                className="mt-1 max-w-80 font-mono"
                aria-label={`Reach ${host} at another address`}
                placeholder="another address, http://…"
                value={typed[host] ?? ''}
                onChange={(event) => type({ ...typed, [host]: event.target.value })}
              />
            )}
          </li>
        ))}
      </ul>
      {bind !== undefined && changed && (
        <Button type="submit" disabled={busy}>
          Set addresses (the card gets a new hash)
        </Button>
      )}
    </Box>
  );
}

interface ToolFactsProps {
  call: { subject: string; arguments: unknown };
  edit?: (args: Record<string, unknown>) => void;
  busy?: boolean;
}

/** The call as it would be made, and its arguments to change. */
export function ToolFacts({ call, edit, busy = false }: ToolFactsProps) {
  const given = JSON.stringify(call.arguments, null, 2);
  const [draft, write] = useState<string | null>(null);
  const [wrong, complain] = useState('');
  return (
    <div className="space-y-2 text-sm">
      <p>
        Calls <code className="font-mono text-xs">{call.subject}</code> with
      </p>
      {draft === null ? (
        <pre className="break-words whitespace-pre-wrap rounded-field bg-raised p-2.5 font-mono text-xs">{given}</pre>
      ) : (
        <textarea
          autoFocus
          rows={Math.min(16, draft.split('\n').length + 1)}
          aria-label="Arguments as JSON"
          aria-invalid={wrong !== ''}
          className="w-full rounded-field border border-edge bg-sheet p-2.5 font-mono text-xs"
          value={draft}
          onChange={(event) => write(event.target.value)}
        />
      )}
      {wrong !== '' && <p role="alert" className="text-red">{wrong}</p>}
      {edit !== undefined && draft === null && <Button onClick={() => write(given)}>Change the arguments…</Button>}
      {edit !== undefined && draft !== null && (
        <div className="flex gap-2">
          <Button
            disabled={busy}
            onClick={() => {
              const parsed = objectOf(draft);
              complain(parsed === null ? 'This is no JSON object.' : '');
              if (parsed === null) return;
              edit(parsed);
              write(null);
            }}
          >
            Set arguments (the card gets a new hash)
          </Button>
          <Button weight="quiet" onClick={() => write(null)}>
            Back
          </Button>
        </div>
      )}
    </div>
  );
}

function objectOf(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

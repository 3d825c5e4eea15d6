import { useState, type ComponentProps } from 'react';

import { Hash, State } from '../../design/controls';
import { Fact } from '../../design/Fact';
import { GrantForm } from './GrantForm';
import type { Grant, ModulePayload, Shown } from './payload';

interface ModuleFactsProps {
  payload: ModulePayload;
  shown: Shown;
  /** Given while the card waits: narrows the grant or fills it in. */
  edit?: Omit<ComponentProps<typeof GrantForm>, 'name' | 'grant' | 'shown' | 'undo'>;
}

/** What would be installed: the bytes, what they may reach, and how they were proven. */
export function ModuleFacts({ payload, shown, edit }: ModuleFactsProps) {
  const [attempt, beginAgain] = useState(0);
  const { tests, findings = [], operations = 0, writes = 0 } = shown;
  const proven = tests !== undefined && tests.passed === tests.cases;
  return (
    <div className="divide-y divide-line text-sm">
      <dl className="divide-y divide-line">
        <Fact name="Module">
          <strong className="font-medium">{payload.module}</strong> · {operations} operations, {writes} of them write · bytes{' '}
          <Hash of={payload.bundle_sha256} label="SHA-256 of the bundle" />
        </Fact>
        <Fact name="Tests">
          <State tone={proven ? 'green' : 'red'}>{tests === undefined ? 'none' : `${tests.passed} of ${tests.cases} passed`}</State>{' '}
          <span className="text-soft">
            in the sandbox, isolation {payload.isolation}, report <Hash of={payload.proof_hash} label="SHA-256 of the proof" />
          </span>
        </Fact>
      </dl>
      {edit === undefined ? (
        <Granted grant={payload} />
      ) : (
        <GrantForm
          key={JSON.stringify([grantOf(payload), attempt])}
          name={`What ${payload.module} ${payload.bundle_sha256.slice(0, 12)} may do`}
          grant={grantOf(payload)}
          shown={shown}
          undo={() => beginAgain(attempt + 1)}
          {...edit}
        />
      )}
      {findings.length > 0 && (
        <dl>
          <Fact name="Left out">
            <ul>{findings.map((each) => <li key={each.place + each.sentence}>{each.sentence}</li>)}</ul>
          </Fact>
        </dl>
      )}
    </div>
  );
}

function grantOf({ hosts, capabilities, binding, credentials }: ModulePayload): Grant {
  return { hosts, capabilities, binding, credentials };
}

/** What was asked for, once it cannot be changed any more. */
function Granted({ grant: { hosts, capabilities, binding, credentials } }: { grant: Grant }) {
  return (
    <dl className="divide-y divide-line">
      <Fact name="May use">{capabilities.join(', ') || 'nothing'}</Fact>
      <Fact name="May reach">
        {hosts.length === 0 && 'nothing'}
        <ul>
          {hosts.map((host) => (
            <li key={host} className="font-mono text-xs break-all">
              {host}
            </li>
          ))}
          {Object.entries(binding).map(([described, reached]) => (
            <li key={described} className="break-all">
              {described} is really at {reached}
            </li>
          ))}
        </ul>
      </Fact>
      {credentials.length > 0 && (
        <Fact name="Secrets">
          {credentials.map(({ credential, reference, origin }) => (
            <span key={credential + origin} className="block">
              <code className="font-mono text-xs">{reference}</code> as {credential}, at {origin} only
            </span>
          ))}
        </Fact>
      )}
    </dl>
  );
}

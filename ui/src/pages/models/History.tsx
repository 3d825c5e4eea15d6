import { useState } from 'react';

import type { Schemas } from '../../api/client';
import { Button, State } from '../../design/controls';
import { Moment } from '../../design/Moment';
import { Failure, Loading } from '../../design/states';
import { Who } from '../modules/Who';
import { Sentences } from './ChangeRefused';
import { type Active, differences, type Document } from './document';
import { PLACE } from './keptFocus';
import { useHistory, useRollBack } from './queries';

type Version = Schemas['RoutingVersion'];

/** The versions of the routing, what each changed, and the way back. */
export function History({ active }: { active: Active }) {
  const { data, error, refetch } = useHistory();
  return (
    <section {...PLACE} aria-label="History">
      <h2 className="font-semibold">History</h2>
      {error !== null && data === undefined && <Failure error={error} retry={() => void refetch()} />}
      {error === null && data === undefined && <Loading rows={2} />}
      {data?.items.length === 0 && <p className="mt-1 text-sm text-soft">Nothing was ever changed. Each change will be kept here, with the way back.</p>}
      {data !== undefined && data.items.length > 0 && <Versions versions={data.items} newest={active.version?.version ?? 0} />}
    </section>
  );
}

interface Done {
  to: number;
  was: number;
  now: number;
  changed: string[];
}

function Versions({ versions, newest }: { versions: Version[]; newest: number }) {
  const back = useRollBack();
  const [done, tell] = useState<Done | null>(null);
  const at = (number: number) => documentOf(versions.find(({ version }) => version === number));
  const go = (to: number) => {
    const changed = differences(at(newest), at(to));
    back.mutate(to, { onSuccess: ({ version }) => tell({ to, was: newest, now: version, changed }) });
  };
  return (
    <div className="mt-3 space-y-3">
      {done !== null && (
        <div role="status" className="flex flex-wrap items-start gap-x-4 gap-y-2 rounded-card border border-line bg-sheet px-4 py-2.5 text-sm">
          <div className="min-w-0 flex-1 basis-60">
            Version {done.to} holds again, as version {done.now}.
            <Sentences of={done.changed.length > 0 ? done.changed : ['It says the same.']} />
          </div>
          <span className="flex flex-wrap gap-2">
            <Button disabled={back.isPending} onClick={() => go(done.was)}>
              Undo: version {done.was} again
            </Button>
            <Button weight="quiet" onClick={() => tell(null)}>
              Dismiss
            </Button>
          </span>
        </div>
      )}
      {back.error !== null && <Failure error={back.error} />}
      <ol className="divide-y divide-line rounded-card border border-line bg-sheet">
        {versions.map((each, place) => (
          <Row key={each.version} version={each} before={versions[place + 1]} isActive={each.version === newest} busy={back.isPending} go={go} />
        ))}
      </ol>
    </div>
  );
}

interface RowProps {
  version: Version;
  before: Version | undefined;
  isActive: boolean;
  busy: boolean;
  go: (version: number) => void;
}

const WAYS: Record<Version['source'], string> = { 'nexus.toml': 'from nexus.toml', http: 'changed', rollback: 'rolled back' };

function Row({ version: { version, source, made_by, created_at, document }, before, isActive, busy, go }: RowProps) {
  const changed = differences(documentOf(before), document);
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-2.5 text-sm">
      <div className="min-w-0 flex-1 basis-60">
        <span className="font-medium">Version {version}</span>{' '}
        <span className="text-soft">
          {WAYS[source]} <Moment at={created_at} />
          {source !== 'nexus.toml' && (
            <>
              {' '}
              by <Who id={made_by} />
            </>
          )}
        </span>
        {changed.length > 0 && <Sentences of={changed} />}
      </div>
      {isActive ? (
        <State tone="green">In force</State>
      ) : (
        <Button disabled={busy} onClick={() => go(version)}>
          Roll back to version {version}
        </Button>
      )}
    </li>
  );
}

function documentOf(version: Version | undefined): Partial<Document> {
  return (version?.document ?? {});
}

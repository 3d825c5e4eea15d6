import { Link } from '@tanstack/react-router';
import { useState } from 'react';

import { Hash, State } from '../../design/controls';
import { Json } from '../../design/Json';
import { Failure, Loading } from '../../design/states';
import { between, duration } from '../../design/time';
import { useResult } from '../runs/queries';

export interface Call {
  /** The step that made it. */
  id: string;
  name: string;
  arguments: unknown;
}

export interface Outcome {
  ok: boolean;
  module: string;
  bundle_sha256: string;
  version: number;
  started_at?: string | null;
  finished_at?: string | null;
}

interface ToolCallProps {
  run: string | null;
  call: Call;
  outcome: Outcome | null;
}

/** A tool that was called: which bytes ran, how long, with what, and what they returned. */
export function ToolCall({ run, call, outcome }: ToolCallProps) {
  const [open, show] = useState(false);
  return (
    <details
      className="rounded-field border border-line bg-sheet text-sm"
      onToggle={(event) => show(event.currentTarget.open)}
    >
      <summary className="flex flex-wrap items-center gap-x-3 px-3 py-2">
        <code className="font-mono text-xs">{call.name}</code>
        {outcome !== null && <State tone={outcome.ok ? 'green' : 'red'}>{outcome.ok ? 'succeeded' : 'failed'}</State>}
        {outcome !== null && outcome.bundle_sha256 !== '' && (
          <span className="text-soft">
            {outcome.module} v{outcome.version} <Hash of={outcome.bundle_sha256} label="SHA-256 of the bundle" />
          </span>
        )}
        {outcome?.started_at && outcome.finished_at && (
          <span className="font-mono text-xs text-soft">{duration(between(outcome.started_at, outcome.finished_at))}</span>
        )}
      </summary>
      {open && (
        <div className="space-y-3 border-t border-line p-3">
          <Json label="Arguments" of={call.arguments} />
          {run !== null && <Returned run={run} step={call.id} />}
          {run !== null && (
            <Link to="/runs/$run" params={{ run }} search={{ step: `${run}/${call.id}` }} className="underline">
              Watch the run
            </Link>
          )}
        </div>
      )}
    </details>
  );
}

function Returned({ run, step }: { run: string; step: string }) {
  const { data, error, refetch } = useResult(run, step);
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Loading rows={1} />;
  return <Json label="Result" of={data['ok'] === true ? data['data'] : data['error']} />;
}

import { useEffect, useState } from 'react';

import { Button } from '../../design/controls';
import { Json } from '../../design/Json';
import { Failure, Loading } from '../../design/states';
import { SchemaForm } from '../../forms/SchemaForm';
import { useOperation } from '../modules/queries';
import type { ToolPayload } from './payload';

interface ToolFactsProps {
  call: ToolPayload;
  /** Given while the card waits and its arguments can be changed. */
  edit?: {
    change: (args: Record<string, unknown>) => void;
    /** Told whether they are being changed. */
    differ: (isChanged: boolean) => void;
    busy: boolean;
  };
}

/** The call as it would be made, and its arguments to change. */
export function ToolFacts({ call, edit }: ToolFactsProps) {
  const [changing, begin] = useState(false);
  const differ = edit?.differ;
  useEffect(() => differ?.(changing), [differ, changing]);
  return (
    <div className="space-y-2 text-sm">
      <p>
        Calls <code className="font-mono text-xs">{call.subject}</code> with
      </p>
      {edit !== undefined && changing ? (
        <Arguments call={call} change={edit.change} busy={edit.busy} back={() => begin(false)} />
      ) : (
        <Json label="Arguments" of={call.arguments} />
      )}
      {edit !== undefined && !changing && <Button onClick={() => begin(true)}>Change the arguments…</Button>}
    </div>
  );
}

interface ArgumentsProps {
  call: ToolPayload;
  change: (args: Record<string, unknown>) => void;
  back: () => void;
  busy: boolean;
}

/** A form of the operation's own input schema. */
function Arguments({ call, change, busy, back }: ArgumentsProps) {
  // Tools are named after their module and operation.
  const [module = '', ...operation] = call.subject.split('__');
  const { data, error, refetch } = useOperation(module, operation.join('__'));
  if (error !== null && data === undefined) return <Failure error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Loading rows={2} />;
  return (
    <SchemaForm schema={data.input} value={call.arguments} submit="Set these arguments" busy={busy} onSubmit={change}>
      <Button weight="quiet" onClick={back}>
        Back
      </Button>
      <span className="text-soft">The card then has a new hash, and still waits.</span>
    </SchemaForm>
  );
}

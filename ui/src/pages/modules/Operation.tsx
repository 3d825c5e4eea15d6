import { useId } from 'react';

import type { Schemas } from '../../api/client';
import { freshKey } from '../../api/key';
import { Markdown } from '../../design/Markdown';
import { Failure, Loading } from '../../design/states';
import { SchemaForm } from '../../forms/SchemaForm';
import { Outcome } from './Outcome';
import { useCall, useOperation } from './queries';

/** Characters. What fits in a line has no structure that would be worth loading what renders it. */
const A_LINE = 65;

interface OperationProps {
  module: string;
  operation: Schemas['OperationBrief'];
  isOpen: boolean;
  toggle: () => void;
}

/** One operation in a line; opened, it can be tried. */
export function Operation({ module, operation, isOpen, toggle }: OperationProps) {
  const content = useId();
  return (
    <li>
      <h2>
        <button
          type="button"
          aria-expanded={isOpen}
          aria-controls={isOpen ? content : undefined}
          onClick={toggle}
          className="flex w-full flex-wrap items-baseline gap-x-3 px-4 py-2.5 text-left hover:bg-raised"
        >
          <span aria-hidden className="w-3 text-soft">
            {isOpen ? '−' : '+'}
          </span>
          <span className="min-w-0 flex-1 break-words">
            <span className="font-medium">{operation.summary || operation.id}</span>{' '}
            <code className="font-mono text-xs break-all text-soft">
              {operation.method} {operation.path}
            </code>
          </span>
          <span className="text-sm text-soft">{operation.effect === 'read' ? 'reads' : 'writes, asks first'}</span>
        </button>
      </h2>
      {isOpen && (
        <div id={content} className="border-t border-line px-4 py-4 sm:pl-10">
          <Opened module={module} operation={operation} />
        </div>
      )}
    </li>
  );
}

function Opened({ module, operation }: Pick<OperationProps, 'module' | 'operation'>) {
  const { data, error, refetch } = useOperation(module, operation.id);
  const call = useCall(module, operation.id);
  if (error !== null && data === undefined) return <Failure error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Loading rows={2} />;
  return (
    <div className="space-y-4">
      {data.description !== '' && <Description text={data.description} />}
      <SchemaForm
        schema={data.input}
        submit={operation.effect === 'read' ? 'Run' : 'Ask to run'}
        busy={call.isPending}
        onSubmit={(given) => call.mutate({ key: freshKey(), arguments: given })}
      />
      {call.error !== null && <Failure error={call.error} retry={() => call.mutate(call.variables)} />}
      {call.isPending && <Loading rows={1} />}
      {call.data !== undefined && <Outcome key={call.data.run.id} called={call.data} />}
    </div>
  );
}

/** An API description is written in CommonMark, by strangers. */
function Description({ text }: { text: string }) {
  const isLine = text.length <= A_LINE && !text.includes('\n');
  return <div className="max-w-prose text-sm break-words text-soft">{isLine ? text : <Markdown text={text} />}</div>;
}

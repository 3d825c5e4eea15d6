import type { Message } from '../../api/client';
import { Button } from '../../design/controls';
import { Markdown } from '../../design/Markdown';
import { CardOf } from '../approvals/CardOf';
import { answeredBy, answerOf, type Answerer } from './answering';
import type { Choosing } from './choosing';
import { ModelButton } from './ModelButton';
import { ToolCall, type Call, type Outcome } from './ToolCall';

interface Data extends Partial<Answerer> {
  attachments?: { id: string; name: string; size: number }[];
  mode?: string;
  mode_reason?: string;
  fields?: { answer?: string; state?: string; situation?: string; decision?: string; execution?: string; verify?: string } | null;
  tool_calls?: Call[];
  result?: Outcome | null;
  approval?: string | null;
  /** Why another model answered than the one whose turn it was. */
  instead_of?: string;
}

interface SaidProps {
  message: Message;
  choosing: Choosing;
  revise?: () => void;
}

/** One message: what a person said, or the answer with what was done for it. */
export function Said({ message, choosing, revise }: SaidProps) {
  const data = message.data as Data;
  if (message.role === 'user') {
    return (
      <div className="ml-auto flex max-w-[85%] flex-col items-end">
        <h2 className="sr-only">You</h2>
        <div className="max-w-full rounded-card bg-raised px-3.5 py-2.5">
          <p className="break-words whitespace-pre-wrap">{message.text}</p>
          {data.attachments?.map((file) => (
            <p key={file.id} className="mt-1 font-mono text-xs break-all text-soft">
              {file.name} · {size(file.size)}
            </p>
          ))}
        </div>
        {revise !== undefined && (
          <Button weight="quiet" className="min-h-7 px-2" onClick={revise}>
            Edit and resend
          </Button>
        )}
      </div>
    );
  }
  const { result, fields, provider, model, name } = data;
  return (
    <div className="space-y-3">
      <h2 className="sr-only">NEXUS</h2>
      <Markdown text={fields?.answer || answerOf(message.text, data.instead_of)} />
      {data.tool_calls?.map((call) => (
        <ToolCall key={call.id} run={message.run} call={call} outcome={result ?? null} />
      ))}
      {typeof data.approval === 'string' && <CardOf approval={data.approval} />}
      {data.instead_of !== undefined && <p className="border-l-2 border-edge pl-3 text-sm text-soft">{data.instead_of}</p>}
      {model !== undefined && <By choosing={choosing} answerer={{ provider, model, name }} />}
      {fields != null && <How fields={fields} {...(data.mode_reason !== undefined && { reason: data.mode_reason })} />}
    </div>
  );
}

/** Who gave the answer, and one click away, who gives the next. */
function By({ answerer, choosing }: { answerer: Answerer; choosing: Choosing }) {
  const { provider, model } = answerer;
  return (
    <p className="flex items-center gap-x-2 text-xs text-soft">
      <span className="shrink-0">Answered by</span>
      <ModelButton choosing={choosing} title={provider === undefined || provider === 'builtin' ? model : `${model} of ${provider}`}>
        <span className="truncate">{answeredBy(answerer)}</span>
        <span className="sr-only">: choose who answers from now on</span>
      </ModelButton>
    </p>
  );
}

function How({ fields, reason }: { fields: NonNullable<Data['fields']>; reason?: string }) {
  const said = [reason, fields.decision, fields.execution, fields.verify].filter((each) => each !== undefined && each !== '');
  return (
    <details className="text-sm text-soft">
      <summary className="w-fit py-1">Why, and how it was checked</summary>
      <ul className="mt-1 list-disc space-y-0.5 pl-5">{said.map((each) => <li key={each}>{each}</li>)}</ul>
    </details>
  );
}

function size(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : bytes < 1024 ** 2 ? `${Math.round(bytes / 1024)} KiB` : `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}

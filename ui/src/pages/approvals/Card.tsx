import { useState } from 'react';

import type { Approval } from '../../api/client';
import { Button, Hash, State, TextInput } from '../../design/controls';
import { moment } from '../../design/time';
import { Failure, Loading } from '../../design/states';
import { ModuleFacts, ToolFacts } from './facts';
import { modulePayload, toolPayload, type Shown } from './payload';
import { useAnswer, useApproval } from './queries';

/** The card by its id: a function of the approval's row, whatever the stream said. */
export function CardOf({ approval }: { approval: string }) {
  const { data, error, refetch } = useApproval(approval);
  if (data !== undefined) return <Card approval={data} />;
  return error === null ? <Loading rows={1} /> : <Failure error={error} retry={() => void refetch()} />;
}

export function Card({ approval }: { approval: Approval }) {
  const answer = useAnswer(approval);
  const pending = approval.state === 'pending';
  const shown = approval.shown as Shown;
  const ofModule = modulePayload(approval);
  const ofTool = toolPayload(approval);
  return (
    <article
      aria-label={`${approval.title}, ${approval.payload_hash.slice(0, 12)}`}
      data-approval={approval.id}
      className={`overflow-hidden rounded-card border bg-sheet ${pending ? 'border-amber' : 'border-line'}`}
    >
      <header className={`flex flex-wrap items-center gap-x-3 px-4 py-2.5 ${pending ? 'bg-amber-wash' : ''}`}>
        <h3 className="font-semibold">
          {approval.title}
        </h3>
        <span className="ml-auto">
          <Answered approval={approval} />
        </span>
      </header>
      <div className="space-y-3 px-4 py-3">
        <ul className="text-sm text-soft">{shown.reasons?.map((reason) => <li key={reason}>{reason}</li>)}</ul>
        {ofModule !== null && (
          <ModuleFacts
            payload={ofModule}
            shown={shown}
            {...(pending && { bind: (binding) => answer.mutate({ answer: 'edit', edit: { binding } }), busy: answer.isPending })}
          />
        )}
        {ofTool !== null && (
          <ToolFacts
            call={ofTool}
            {...(pending && approval.kind === 'tool' && {
              edit: (change) => answer.mutate({ answer: 'edit', edit: { arguments: change } }),
              busy: answer.isPending,
            })}
          />
        )}
        <p className="text-xs text-soft">
          Approves exactly <Hash of={approval.payload_hash} label="SHA-256 of the payload" />
          {shown.rank !== undefined && <> · rank {shown.rank}, score {shown.score}</>}
        </p>
      </div>
      {answer.error !== null && <Failure error={answer.error} />}
      {pending && <AnswerBar approval={approval} answer={answer} />}
    </article>
  );
}

function Answered({ approval }: { approval: Approval }) {
  switch (approval.state) {
    case 'pending':
      return <State tone="amber">Waits until {moment(approval.expires_at)}</State>;
    case 'approved':
      return <State tone="green">Approved {moment(approval.answered_at)}</State>;
    case 'rejected':
      return <State tone="red">Rejected {moment(approval.answered_at)}{approval.reason ? `: ${approval.reason}` : ''}</State>;
    default:
      return <State tone="soft">{approval.state}</State>;
  }
}

interface AnswerProps {
  approval: Approval;
  answer: ReturnType<typeof useAnswer>;
}

const BAR = 'flex flex-wrap items-center gap-2 border-t border-line px-4 py-3';

function AnswerBar({ approval, answer }: AnswerProps) {
  const [rejecting, reject] = useState(false);
  if (rejecting) return <Rejection approval={approval} answer={answer} back={() => reject(false)} />;
  return (
    <div className={BAR}>
      <Button
        weight="primary"
        disabled={answer.isPending}
        onClick={() => answer.mutate({ answer: 'approve' })}
        aria-label={`Approve: ${approval.title}`}
      >
        Approve
      </Button>
      <Button weight="danger" disabled={answer.isPending} onClick={() => reject(true)} aria-label={`Reject: ${approval.title}`}>
        Reject…
      </Button>
    </div>
  );
}

function Rejection({ approval, answer, back }: AnswerProps & { back: () => void }) {
  const [reason, setReason] = useState('');
  return (
    <form
      aria-label={`Rejection of ${approval.title}, ${approval.payload_hash.slice(0, 12)}`}
      className={BAR}
      onSubmit={(event) => {
        event.preventDefault();
        answer.mutate({ answer: 'reject', reason });
      }}
    >
      <TextInput
        autoFocus
        className="flex-1 basis-48"
        aria-label="Why not? (the agent is told)"
        placeholder="Why not? The agent is told."
        maxLength={2000}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      <Button type="submit" weight="danger" disabled={answer.isPending}>
        Reject
      </Button>
      <Button weight="quiet" onClick={back}>
        Back
      </Button>
    </form>
  );
}

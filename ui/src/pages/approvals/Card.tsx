import { useState } from 'react';

import type { Approval } from '../../api/client';
import { Button, Hash, State, TextInput } from '../../design/controls';
import { moment } from '../../design/time';
import { Failure } from '../../design/states';
import { ModuleFacts } from './facts';
import { modulePayload, toolPayload, type Shown } from './payload';
import { ToolFacts } from './ToolFacts';
import { useAnswering, type Answering } from './useAnswering';

/** What is asked, exactly, and the one answer to it. */
export default function Card({ approval }: { approval: Approval }) {
  const answering = useAnswering(approval);
  const [isChanged, differ] = useState(false);
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
        <h3 className="font-semibold">{approval.title}</h3>
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
            {...(pending && {
              edit: { change: (edit) => answering.answer({ answer: 'edit', edit: { ...edit } }), differ, busy: answering.isSending },
            })}
          />
        )}
        {ofTool !== null && (
          <ToolFacts
            key={approval.payload_hash}
            call={ofTool}
            {...(pending && approval.kind === 'tool' && {
              edit: {
                change: (given) => answering.answer({ answer: 'edit', edit: { arguments: given } }),
                differ,
                busy: answering.isSending,
              },
            })}
          />
        )}
        <p className="text-xs text-soft">
          Approves exactly <Hash of={approval.payload_hash} label="SHA-256 of the payload" />
          {shown.rank !== undefined && <> · rank {shown.rank}, score {shown.score}</>}
        </p>
      </div>
      <Fault answering={answering} />
      {pending && <AnswerBar approval={approval} answering={answering} isChanged={isChanged} />}
    </article>
  );
}

/** Why the last answer did not count; or that nobody here knows, and the mend. */
function Fault({ answering: { isUncertain, fault, sendAgain } }: { answering: Answering }) {
  if (!isUncertain) return fault === null ? null : <Failure error={fault} />;
  return (
    <div role="alert" className="m-4 rounded-card border border-amber bg-amber-wash p-3 text-sm">
      <p className="font-medium text-amber">The connection was lost before the reply to your answer came.</p>
      <p className="mt-0.5">Whether it arrived shows here once the service is back. Sent again, it still counts once.</p>
      <Button className="mt-2" onClick={sendAgain}>
        Send it again
      </Button>
    </div>
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
  answering: Answering;
}

interface AnswerBarProps extends AnswerProps {
  /** Whether something stands above that would not be approved: then it cannot be mistaken for what is. */
  isChanged: boolean;
}

const BAR = 'flex flex-wrap items-center gap-2 border-t border-line px-4 py-3';

function AnswerBar({ approval, answering, isChanged }: AnswerBarProps) {
  const [rejecting, reject] = useState(false);
  if (rejecting) return <Rejection approval={approval} answering={answering} back={() => reject(false)} />;
  return (
    <div className={BAR}>
      <Button
        weight="primary"
        disabled={answering.isSending || isChanged}
        onClick={() => answering.answer({ answer: 'approve' })}
        aria-label={`Approve: ${approval.title}`}
      >
        Approve
      </Button>
      <Button weight="danger" disabled={answering.isSending} onClick={() => reject(true)} aria-label={`Reject: ${approval.title}`}>
        Reject…
      </Button>
      {isChanged && <span className="text-sm text-soft">Set your changes first, or undo them.</span>}
    </div>
  );
}

function Rejection({ approval, answering, back }: AnswerProps & { back: () => void }) {
  const [reason, setReason] = useState('');
  return (
    <form
      aria-label={`Rejection of ${approval.title}, ${approval.payload_hash.slice(0, 12)}`}
      className={BAR}
      onSubmit={(event) => {
        event.preventDefault();
        answering.answer({ answer: 'reject', reason });
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
      <Button type="submit" weight="danger" disabled={answering.isSending}>
        Reject
      </Button>
      <Button weight="quiet" onClick={back}>
        Back
      </Button>
    </form>
  );
}

import { useMachine } from '@xstate/react';
import { useEffect } from 'react';
import { fromPromise } from 'xstate';

import type { Approval } from '../../api/client';
import { freshKey } from '../../api/key';
import { answeringMachine, type Answer, type Row, type Sent } from './answering';
import { sendAnswer } from './queries';

const machine = answeringMachine.provide({ actors: { send: fromPromise<Row, Sent>(({ input }) => sendAnswer(input)) } });

export interface Answering {
  /** Whether an answer is on its way. */
  isSending: boolean;
  /** Whether the last answer's reply was lost. */
  isUncertain: boolean;
  /** Why the last answer did not count, `null` when it did. */
  fault: unknown;
  answer: (given: Answer) => void;
  sendAgain: () => void;
}

/** Answers a card as its row stands. */
export function useAnswering(approval: Approval): Answering {
  const [state, send] = useMachine(machine, { input: { row: approval } });
  useEffect(() => send({ type: 'ROW', row: approval }), [approval, send]);
  return {
    isSending: state.matches('sending'),
    isUncertain: state.matches('uncertain'),
    fault: state.context.fault,
    answer: (given) => send({ type: 'ANSWER', given, key: freshKey() }),
    sendAgain: () => send({ type: 'AGAIN' }),
  };
}

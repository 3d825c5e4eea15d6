import { useState } from 'react';

import { useSwitch, useThread } from './queries';

/** Who answers in a conversation from the next message on; null is the one that the routing chooses. */
export interface Choosing {
  chosen: string | null;
  choose: (model: string | null) => void;
}

interface Switching extends Choosing {
  /** What is not said to the service yet: the next message has to say it. */
  unsaid: { model?: string | null };
  error: Error | null;
  /** What was chosen here, for whoever cannot see it. */
  said: string;
}

/** The choice of a conversation; of a new one it goes with its first message. */
export function useChoosing(thread: string | null): Switching {
  const [first, chooseFirst] = useState<string | null>(null);
  const [said, say] = useState('');
  const { data } = useThread(thread);
  const { mutate, variables, isPending, error } = useSwitch(thread ?? '');
  const choose = (model: string | null) => {
    say(`From the next message on: ${choiceSaid(model)}.`);
    if (thread === null) chooseFirst(model);
    else mutate(model);
  };
  const told = { choose, said, error };
  if (thread === null) return { ...told, chosen: first, unsaid: first === null ? {} : { model: first } };
  if (isPending) return { ...told, chosen: variables, unsaid: { model: variables } };
  return { ...told, chosen: data?.model ?? null, unsaid: {} };
}

/** A choice as people read it. */
export function choiceSaid(model: string | null): string {
  return model === null ? 'As the routing says' : model === 'builtin' ? 'Builtin rules' : model;
}

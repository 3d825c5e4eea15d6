import { createContext, useContext } from 'react';

/** The name of a control that stands without a label of its own: an entry of a list, the value beside a member's name. */
const Unseen = createContext<string | undefined>(undefined);

export const UnseenName = Unseen.Provider;

export function useUnseenName() {
  return { 'aria-label': useContext(Unseen) };
}

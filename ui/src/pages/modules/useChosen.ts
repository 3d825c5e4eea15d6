import { useNavigate, useSearch } from '@tanstack/react-router';

import { chosenIn, type Chosen, type Section } from './sections';

/** What of a section is chosen, held in the address. */
export function useChosen(module: string, section: Section) {
  const chosen = chosenIn(useSearch({ strict: false }));
  const go = useNavigate();
  return {
    chosen,
    choose: (next: Chosen) => void go({ to: '/modules/$module/$section', params: { module, section }, search: { ...chosen, ...next } }),
  };
}

import { useState } from 'react';

/** Something that opens in the place of its button, which has the focus again once it is closed. */
export function useDisclosure() {
  const [state, set] = useState<'fresh' | 'open' | 'closed'>('fresh');
  return {
    isOpen: state === 'open',
    open: () => set('open'),
    close: () => set('closed'),
    /** For the button. */
    autoFocus: state === 'closed',
  };
}

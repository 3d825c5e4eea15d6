import type { ReactNode } from 'react';

import { Button } from '../design/controls';

/** The end of a form: its one submission, and what stands beside it. */
export function SubmitRow({ submit, busy, children }: { submit: string; busy: boolean; children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Button type="submit" weight="primary" disabled={busy}>
        {submit}
      </Button>
      {children}
    </div>
  );
}

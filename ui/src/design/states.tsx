import type { ReactNode } from 'react';

import { Refusal, type Problem } from '../api/client';
import { Button } from './controls';

/** Loading: the shape of what comes, said once to a screen reader. */
export function Loading({ rows = 3 }: { rows?: number }) {
  return (
    <div role="status" aria-label="Loading" className="space-y-3 p-4">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="breathing h-10 rounded-field bg-raised" />
      ))}
    </div>
  );
}

/** Nothing here yet, and the next step. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="mx-auto max-w-md px-4 py-12 text-center">
      <p className="font-medium">{title}</p>
      <div className="mt-1 text-sm text-soft">{children}</div>
    </div>
  );
}

export function problemOf(error: unknown): Pick<Problem, 'detail' | 'mend'> {
  if (error instanceof Refusal) return error.problem;
  return { detail: 'The service could not be reached.', mend: 'See that nexus serve runs; the page tries again by itself.' };
}

/** What is wrong, and the mend. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const { detail, mend } = problemOf(error);
  return (
    <div role="alert" className="m-4 rounded-card border border-red bg-red-wash p-3 text-sm">
      <p className="font-medium text-red">{detail}</p>
      <p className="mt-0.5">{mend}</p>
      {retry !== undefined && (
        <Button className="mt-2" onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  );
}

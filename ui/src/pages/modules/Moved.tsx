import { Button } from '../../design/controls';
import type { Move } from './queries';

interface MovedProps {
  moved: Move;
  title: string;
  go: (to: Move) => void;
  busy: boolean;
  dismiss: () => void;
}

/** What was just done, and its undo. */
export function Moved({ moved: { version, was }, title, go, busy, dismiss }: MovedProps) {
  return (
    <div role="status" className="mt-4 flex flex-wrap items-center gap-x-4 gap-y-2 rounded-card border border-line bg-sheet px-4 py-2.5 text-sm">
      <span>
        {title} answers with version {version} now; it was version {was}.
      </span>
      <span className="ml-auto flex gap-2">
        <Button disabled={busy} onClick={() => go({ version: was, was: version })}>
          Undo: version {was} again
        </Button>
        <Button weight="quiet" onClick={dismiss}>
          Dismiss
        </Button>
      </span>
    </div>
  );
}

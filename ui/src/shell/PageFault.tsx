import { LostPart } from '../connection/persistently';
import { Button } from '../design/controls';

/** A page that broke: a fault of the page, neither of the agent nor of the connection. The others go on working. */
export function PageFault({ error, reset }: { error: unknown; reset: () => void }) {
  const isLost = error instanceof LostPart;
  return (
    <div role="alert" className="m-4 rounded-card border border-red bg-red-wash p-3 text-sm">
      <p className="font-medium text-red">
        {isLost ? 'A part of this page could not be loaded' : 'This page has a fault of its own'}: nothing was lost, and nothing was done.
      </p>
      <p className="mt-0.5">
        {isLost ? 'Load the page again.' : 'Show it again, or reload it.'} If it stays so, report it with
        these words:
      </p>
      <pre className="mt-1 break-words whitespace-pre-wrap font-mono text-xs">{error instanceof Error ? error.message : String(error)}</pre>
      <Button className="mt-2" onClick={isLost ? () => location.reload() : reset}>
        {isLost ? 'Load the page again' : 'Show it again'}
      </Button>
    </div>
  );
}

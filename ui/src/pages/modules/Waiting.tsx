import { Markdown } from '../../design/Markdown';
import { State } from '../../design/controls';
import { Failure, Loading } from '../../design/states';
import Card from '../approvals/Card';
import { useRun } from '../runs/queries';
import { useCards } from './queries';
import { RunLink } from './RunLink';

/** A run that asks first: its card, and what came of it. */
export function Waiting({ run }: { run: string }) {
  const { data, error, refetch } = useRun(run);
  const cards = useCards(run).data?.items ?? [];
  if (error !== null && data === undefined) return <Failure error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Loading rows={1} />;
  return (
    <section aria-label="What came of it" className="space-y-3 border-t border-line pt-4">
      {cards.map((card) => (
        <Card key={card.id} approval={card} />
      ))}
      <p role="status" className="flex flex-wrap items-center gap-x-3 text-sm">
        <Standing state={data.state} />
        <RunLink run={run}>How it went</RunLink>
      </p>
      <Said output={data.output} error={data.error} />
    </section>
  );
}

function Standing({ state }: { state: string }) {
  switch (state) {
    case 'waiting':
      return <State tone="amber">Waits for its card</State>;
    case 'unknown':
      return <State tone="amber">Nobody can tell whether it happened</State>;
    case 'done':
      return <State tone="green">Done</State>;
    case 'failed':
      return <State tone="red">Failed</State>;
    case 'cancelled':
      return <State tone="soft">Stopped</State>;
    default:
      return (
        <State tone="soft" busy>
          Under way
        </State>
      );
  }
}

type Said = Record<string, unknown> | null;

function Said({ output, error }: { output: Said; error: Said }) {
  const reply = output?.['reply'];
  const text = typeof reply === 'object' && reply !== null && 'text' in reply ? reply.text : output?.['sentence'];
  if (typeof error?.['detail'] === 'string') return <p className="text-sm text-red">{error['detail']}</p>;
  return typeof text === 'string' ? (
    <div className="text-sm">
      <Markdown text={text} />
    </div>
  ) : null;
}

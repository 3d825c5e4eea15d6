import { Link } from '@tanstack/react-router';

import { Empty, Failure, Loading } from '../../design/states';
import Card from './Card';
import { useApprovals } from './queries';

/** Every card, those that wait first. */
export default function ApprovalsPage() {
  const { data, error, refetch } = useApprovals();
  if (error !== null && data === undefined) return <Failure error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Loading />;
  const waiting = data.items.filter((each) => each.state === 'pending');
  const settled = data.items.filter((each) => each.state !== 'pending');
  return (
    <div className="h-full overflow-y-auto">
      <div className="mx-auto max-w-3xl space-y-4 px-3 py-6 sm:px-6">
        <h1 className="text-xl font-semibold">Approvals</h1>
        {waiting.length === 0 && (
          <Empty title="Nothing waits for you.">
            What NEXUS wants to install, or to change elsewhere, comes here first. Say a wish in{' '}
            <Link to="/threads" className="underline">
              a conversation
            </Link>
            .
          </Empty>
        )}
        {waiting.map((approval) => (
          <Card key={approval.id} approval={approval} />
        ))}
        {settled.length > 0 && <h2 className="pt-4 text-lg font-semibold">Answered</h2>}
        {settled.map((approval) => (
          <Card key={approval.id} approval={approval} />
        ))}
      </div>
    </div>
  );
}

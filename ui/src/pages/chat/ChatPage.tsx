import { useParams } from '@tanstack/react-router';

import { Conversation } from './Conversation';
import { ThreadList } from './ThreadList';

/** Conversations beside the one that is open; on a phone one or the other. */
export default function ChatPage() {
  const { thread = null } = useParams({ strict: false });
  return (
    <div className="flex h-full">
      <aside
        aria-label="Conversations"
        className="hidden w-72 shrink-0 border-r border-line md:block"
      >
        <ThreadList open={thread} />
      </aside>
      <Conversation key={thread ?? 'new'} thread={thread} />
    </div>
  );
}

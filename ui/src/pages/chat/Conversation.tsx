import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';

import { type Message } from '../../api/client';
import { Button } from '../../design/controls';
import { Failure, Loading } from '../../design/states';
import { useChoosing, type Choosing } from './choosing';
import { Composer } from './Composer';
import { FirstVisit } from './FirstVisit';
import { Said } from './Said';
import { ThreadHeader } from './ThreadHeader';
import { Turn } from './Turn';
import { branchAfter, say, useMessages, type Saying } from './queries';

export function Conversation({ thread }: { thread: string | null }) {
  const go = useNavigate();
  const [revision, revise] = useState<Revision | null>(null);
  const choosing = useChoosing(thread);
  const send = async (saying: Saying) => {
    const here = revision === null || thread === null ? thread : await branchAfter(thread, revision.after, saying.key);
    // A conversation that begins anew has no choice to go on with.
    const choice = revision?.after === null ? { model: choosing.chosen } : choosing.unsaid;
    const place = await say(here, { ...saying, kept: revision?.kept ?? [], ...choice });
    revise(null);
    if (place !== thread) await go({ to: '/threads/$thread', params: { thread: place } });
  };
  return (
    <section aria-label="Conversation" className="flex min-w-0 flex-1 flex-col">
      {thread === null ? (
        <div className="min-h-0 flex-1 overflow-y-auto">
          <FirstVisit send={send} />
        </div>
      ) : (
        <>
          <ThreadHeader thread={thread} />
          <Messages thread={thread} choosing={choosing} revise={revise} />
        </>
      )}
      {choosing.error !== null && <Failure error={choosing.error} />}
      <p role="status" className="sr-only">
        {choosing.said}
      </p>
      <Composer
        key={revision?.of}
        thread={thread}
        send={send}
        choosing={choosing}
        {...(revision !== null && { revised: revision.text, back: () => revise(null) })}
      />
    </section>
  );
}

/** A message said anew, in a branch that shares what was said before it. */
interface Revision {
  of: string;
  text: string;
  /** Files that the message carried. */
  kept: string[];
  after: string | null;
}

function revisionOf(message: Message, before: Message | undefined): Revision {
  const files = (message.data['attachments'] ?? []) as { id: string }[];
  return { of: message.id, text: message.text, kept: files.map((file) => file.id), after: before?.id ?? null };
}

interface MessagesProps {
  thread: string;
  choosing: Choosing;
  revise: (revision: Revision) => void;
}

function Messages({ thread, choosing, revise }: MessagesProps) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useMessages(thread);
  const messages = data === undefined ? undefined : inOrder(data.pages);
  const end = useEnd(messages?.at(-1)?.id);
  if (messages === undefined) {
    return <div className="min-h-0 flex-1">{error === null ? <Loading /> : <Failure error={error} retry={() => void refetch()} />}</div>;
  }
  const answered = new Set(messages.filter((each) => each.role === 'assistant').map((each) => each.run));
  return (
    <div ref={end} className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto max-w-3xl space-y-5 px-3 py-6 sm:px-6">
        {hasNextPage && (
          <Button weight="quiet" className="w-full" disabled={isFetchingNextPage} onClick={() => void keepPlace(end.current, fetchNextPage)}>
            Show earlier messages
          </Button>
        )}
        <ol className="space-y-5">
          {messages.map((message, place) => (
            // What is out of sight is neither laid out nor painted, and can still be found and read out.
            <li key={message.id} data-message={message.id} className="[contain-intrinsic-size:auto_10rem] [content-visibility:auto]">
              <Said
                message={message}
                choosing={choosing}
                // Where what was said before is not loaded, there is nothing to branch from.
                {...((place > 0 || !hasNextPage) && { revise: () => revise(revisionOf(message, messages[place - 1])) })}
              />
              {message.role === 'user' && message.run !== null && !answered.has(message.run) && <Turn run={message.run} />}
            </li>
          ))}
        </ol>
      </div>
    </div>
  );
}

/** Pages come newest first, messages within a page in order. */
function inOrder(pages: readonly { items: Message[] }[]): Message[] {
  return pages.toReversed().flatMap((page) => page.items);
}

/** What is in view stays there when something comes above it. */
async function keepPlace(element: HTMLElement | null, extend: () => Promise<unknown>): Promise<void> {
  const below = element === null ? 0 : element.scrollHeight - element.scrollTop;
  await extend();
  requestAnimationFrame(() => element?.scrollTo({ top: element.scrollHeight - below }));
}

/** Keeps the end in view while the reader is at the end. */
function useEnd(newest: string | undefined) {
  const place = useRef<HTMLDivElement>(null);
  const [atEnd, stay] = useState(true);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const follow = () => stay(element.scrollHeight - element.scrollTop - element.clientHeight < 80);
    element.addEventListener('scroll', follow, { passive: true });
    return () => element.removeEventListener('scroll', follow);
  }, [newest]);
  useEffect(() => {
    const element = place.current;
    const content = element?.firstElementChild;
    if (element === null || content === null || content === undefined || !atEnd) return;
    const grown = new ResizeObserver(() => element.scrollTo({ top: element.scrollHeight }));
    grown.observe(content);
    return () => grown.disconnect();
  }, [newest, atEnd]);
  return place;
}

import { Link } from '@tanstack/react-router';
import { useDeferredValue, useState } from 'react';

import { Button, buttonLook, TextInput } from '../../design/controls';
import { Empty, Failure, Loading } from '../../design/states';
import { useThreads } from './queries';

export function ThreadList({ open }: { open: string | null }) {
  const [sought, seek] = useState('');
  const q = useDeferredValue(sought.trim());
  const { data, error, refetch, hasNextPage, fetchNextPage } = useThreads(q);
  const threads = data?.pages.flatMap((page) => page.items);
  return (
    <div className="flex h-full flex-col">
      <div className="flex gap-2 border-b border-line p-3">
        <TextInput
          type="search"
          aria-label="Search conversations"
          placeholder="Search"
          maxLength={200}
          value={sought}
          onChange={(event) => seek(event.target.value)}
        />
        <Link to="/threads" className={buttonLook()}>
          New
        </Link>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto">
        {error !== null && <Failure error={error} retry={() => void refetch()} />}
        {threads === undefined && error === null && <Loading />}
        {threads?.length === 0 && (q === '' ? <Empty title="No conversations yet.">Say something to begin one.</Empty> : <Empty title={`Nothing holds “${q}”.`} />)}
        <ul>
          {threads?.map((thread) => (
            <li key={thread.id}>
              <Link
                to="/threads/$thread"
                params={{ thread: thread.id }}
                aria-current={thread.id === open ? 'page' : undefined}
                className={`block truncate border-l-2 px-3 py-2.5 text-sm hover:bg-raised ${thread.id === open ? 'border-ink bg-raised font-medium' : 'border-transparent'}`}
              >
                {thread.title || 'Untitled'}
              </Link>
            </li>
          ))}
        </ul>
        {hasNextPage && (
          <Button weight="quiet" className="w-full" onClick={() => void fetchNextPage()}>
            Show older ones
          </Button>
        )}
      </div>
    </div>
  );
}

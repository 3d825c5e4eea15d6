import { Link, useNavigate } from '@tanstack/react-router';
import { Fragment, useState } from 'react';

import { Button, TextInput } from '../../design/controls';
import { Failure } from '../../design/states';
import { useDelete, useRename, useThread } from './queries';

type Doing = 'reading' | 'renaming' | 'deleting';

export function ThreadHeader({ thread }: { thread: string }) {
  const { data, error } = useThread(thread);
  const [doing, begin] = useState<Doing>('reading');
  const [title, type] = useState('');
  const rename = useRename(thread);
  const remove = useDelete(thread);
  const go = useNavigate();
  // The messages below say why.
  if (error !== null && data === undefined) return null;
  return (
    <div className="border-b border-line bg-sheet">
      <div className="flex min-h-12 items-center gap-2 px-3 sm:px-6">
        <Link to="/threads" className="py-2 text-sm text-soft underline md:hidden">
          All
        </Link>
        {doing === 'renaming' ? (
          <form
            aria-label="Rename the conversation"
            className="flex flex-1 gap-2"
            onSubmit={(event) => {
              event.preventDefault();
              if (title.trim() !== '') rename.mutate(title.trim(), { onSuccess: () => begin('reading') });
            }}
          >
            <TextInput autoFocus aria-label="Title" maxLength={120} value={title} onChange={(event) => type(event.target.value)} />
            <Button type="submit" disabled={rename.isPending || title.trim() === ''}>
              Keep
            </Button>
            <Button weight="quiet" onClick={() => begin('reading')}>
              Back
            </Button>
          </form>
        ) : (
          <>
            <h1 className="min-w-0 flex-1 truncate text-base font-semibold">{data?.title || 'Untitled'}</h1>
            {doing === 'deleting' ? (
              <Fragment key="deleting">
                <span className="text-sm">For good?</span>
                <Button
                  weight="danger"
                  disabled={remove.isPending}
                  onClick={() => remove.mutate(undefined, { onSuccess: () => void go({ to: '/threads' }) })}
                >
                  Delete
                </Button>
                <Button weight="quiet" onClick={() => begin('reading')}>
                  Keep
                </Button>
              </Fragment>
            ) : (
              <Fragment key="reading">
                <Button
                  weight="quiet"
                  onClick={() => {
                    type(data?.title ?? '');
                    begin('renaming');
                  }}
                >
                  Rename
                </Button>
                <Button weight="quiet" onClick={() => begin('deleting')}>
                  Delete…
                </Button>
              </Fragment>
            )}
          </>
        )}
      </div>
      {[rename.error, remove.error].map((failed, place) => failed !== null && <Failure key={place} error={failed} />)}
    </div>
  );
}

import { useEffect, useRef, useState } from 'react';

import { freshKey } from '../../api/key';
import { Button } from '../../design/controls';
import { Failure } from '../../design/states';
import { choiceSaid, type Choosing } from './choosing';
import { BUILD_FROM_FILE, pastedDescription } from './description';
import { ModelButton } from './ModelButton';
import type { Saying } from './queries';

interface ComposerProps {
  /** The conversation that it goes into, null for a new one. */
  thread: string | null;
  send: (saying: Saying) => Promise<void>;
  choosing: Choosing;
  /** The text of a message that is said anew, and the way back from it. */
  revised?: string;
  back?: () => void;
}

/** What is typed, kept over a reload for its conversation; a message said anew begins with its own text and is not kept. */
function useDraft(thread: string | null, revised: string | undefined): [string, (text: string) => void] {
  const kept = `nexus-draft-${thread ?? 'new'}`;
  const [text, set] = useState(() => revised ?? sessionStorage.getItem(kept) ?? '');
  const type = (typed: string) => {
    set(typed);
    if (revised !== undefined) return;
    if (typed === '') sessionStorage.removeItem(kept);
    else sessionStorage.setItem(kept, typed);
  };
  return [text, type];
}

/** Where one types. Files come by button, drop or paste. Nothing typed is lost when sending fails. */
export function Composer({ thread, send, choosing, revised, back }: ComposerProps) {
  const [text, type] = useDraft(thread, revised);
  const [files, attach] = useState<File[]>([]);
  const [busy, hold] = useState(false);
  const [failed, fail] = useState<unknown>(null);
  const key = useRef<string | null>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const changed = () => {
    key.current = null;
  };
  // Sent again after a cut, the same words for another model are another wish.
  useEffect(changed, [choosing.chosen]);
  const said = text.trim() === '' && files.length > 0 ? BUILD_FROM_FILE : text;
  const submit = async () => {
    if (busy || said.trim() === '') return;
    hold(true);
    fail(null);
    // The same wish keeps its key until it is said or changed, so that trying again never says it twice.
    key.current ??= freshKey();
    try {
      await send({ key: key.current, text: said, files });
      changed();
      type('');
      attach([]);
    } catch (error) {
      fail(error);
    } finally {
      hold(false);
    }
  };
  const add = (more: Iterable<File>) => {
    changed();
    attach((held) => [...held, ...more].slice(0, 20));
  };
  return (
    <form
      aria-label="Say something"
      className="shrink-0 border-t border-line bg-sheet py-3"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        add(event.dataTransfer.files);
      }}
    >
      {failed !== null && <Failure error={failed} />}
      <div className="mx-auto max-w-3xl px-3 sm:px-6">
        {back !== undefined && (
          <p className="mb-2 flex items-center gap-3 text-sm text-soft">
            This goes into a new conversation; the old one stays as it is.
            <Button weight="quiet" className="min-h-8" onClick={back}>
              Back
            </Button>
          </p>
        )}
        {files.length > 0 && (
          <ul className="mb-2 flex flex-wrap gap-2">
            {files.map((file, place) => (
              <li key={`${file.name}-${place}`} className="flex items-center gap-1 rounded-field bg-raised pl-2.5 font-mono text-xs">
                {file.name}
                <Button
                  weight="quiet"
                  className="min-h-8 px-2"
                  aria-label={`Leave out ${file.name}`}
                  onClick={() => {
                    changed();
                    attach(files.filter((_, other) => other !== place));
                  }}
                >
                  ×
                </Button>
              </li>
            ))}
          </ul>
        )}
        <div className="flex items-end gap-2">
          <textarea
            aria-label="Message"
            autoFocus={revised !== undefined}
            placeholder={files.length > 0 ? BUILD_FROM_FILE : 'Say what you want'}
            rows={Math.min(8, text.split('\n').length)}
            className="min-h-10 flex-1 resize-none rounded-field border border-edge bg-paper px-3 py-2 placeholder:text-soft"
            value={text}
            onChange={(event) => {
              changed();
              type(event.target.value);
            }}
            onPaste={(event) => {
              const { files: copied } = event.clipboardData;
              const description = pastedDescription(event.clipboardData.getData('text/plain'));
              if (copied.length === 0 && description === null) return;
              event.preventDefault();
              add(description === null ? copied : [description]);
            }}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
              event.preventDefault();
              void submit();
            }}
          />
          <input ref={chooser} type="file" multiple hidden onChange={(event) => add(event.target.files ?? [])} />
          <Button className="min-h-10" aria-label="Attach files" onClick={() => chooser.current?.click()}>
            Attach
          </Button>
          <Button type="submit" weight="primary" className="min-h-10" disabled={busy || said.trim() === ''}>
            Send
          </Button>
        </div>
        <p className="mt-1 flex text-soft">
          <ModelButton choosing={choosing}>
            <span className="truncate">Who answers: {choiceSaid(choosing.chosen)}</span>
          </ModelButton>
        </p>
      </div>
    </form>
  );
}

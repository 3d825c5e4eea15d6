import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, type ReactNode, type RefObject } from 'react';

import { answered, api, type Schemas } from '../../api/client';
import { Failure } from '../../design/states';
import { choiceSaid, type Choosing } from './choosing';
import { useMenu } from './useMenu';

interface ModelMenuProps extends Choosing {
  /** What opened it, and has the focus again once something is chosen. */
  button: RefObject<HTMLButtonElement | null>;
  close: () => void;
}

/** Who could answer. */
export default function ModelMenu({ button, close, chosen, choose }: ModelMenuProps) {
  const menu = useRef<HTMLDivElement>(null);
  const { data, error } = useQuery({
    queryKey: ['models', 'choices'],
    // No event tells that a key was stored, or that a provider rests.
    staleTime: 0,
    queryFn: async () => answered<Schemas['ModelChoices']>(await api.GET('/v1/model-choices')),
  });
  const leave = () => {
    button.current?.focus();
    close();
  };
  const keys = useMenu(menu, button, leave, close);
  const isThere = data !== undefined;
  // Where one is comes first.
  useEffect(() => menu.current?.querySelector<HTMLElement>('[aria-checked="true"]')?.focus(), [isThere]);
  const isGone = data !== undefined && chosen !== null && data.items.every(({ name }) => name !== chosen);
  const offer = (model: string | null, about: ReactNode) => (
    <Choice
      key={model}
      says={choiceSaid(model)}
      isChosen={model === chosen}
      choose={() => {
        leave();
        if (model !== chosen) choose(model);
      }}
    >
      {about}
    </Choice>
  );
  return (
    <div
      ref={menu}
      popover="manual"
      role="menu"
      tabIndex={-1}
      aria-label="Who answers from now on"
      onKeyDown={keys}
      className="fixed inset-auto m-0 w-72 max-w-[calc(100vw-1rem)] overflow-y-auto rounded-card border border-edge bg-sheet p-1 text-sm text-ink shadow-xl outline-none"
    >
      {offer(null, data !== undefined && `Now ${routedSaid(data.routed)}`)}
      {data?.items.map((each) =>
        offer(
          each.name,
          <>
            {about(each)}
            {away(each) !== null && <span className="block text-amber">{away(each)}</span>}
          </>,
        ),
      )}
      {isGone && (
        <Choice says={chosen} isChosen>
          There is no such model any more: the routing chooses.
        </Choice>
      )}
      {error !== null && data === undefined && <Failure error={error} />}
    </div>
  );
}

interface ChoiceProps {
  says: string;
  isChosen: boolean;
  /** Left out for one that there is not. */
  choose?: () => void;
  /** What else there is to know of it. */
  children: ReactNode;
}

function Choice({ says, isChosen, choose, children }: ChoiceProps) {
  return (
    <button
      type="button"
      role="menuitemradio"
      data-says={says}
      aria-checked={isChosen}
      aria-disabled={choose === undefined}
      tabIndex={isChosen ? 0 : -1}
      onClick={choose}
      className="flex w-full gap-2 rounded-field px-2 py-1.5 text-left -outline-offset-2 hover:bg-raised focus:bg-raised aria-disabled:cursor-default"
    >
      <span aria-hidden className="w-3 shrink-0">
        {isChosen && '✓'}
      </span>
      <span className="min-w-0 flex-1 break-words">
        <span className="block font-medium">{says}</span>
        <span className="block text-xs text-soft empty:hidden">{children}</span>
      </span>
    </button>
  );
}

function routedSaid(model: string | null): string {
  return model === null ? 'nobody could answer' : model === 'builtin' ? 'the builtin rules' : model;
}

function about({ name, model, provider }: Schemas['ModelChoice']): string {
  if (name === 'builtin') return 'No language model: free, always there';
  return model === name ? provider : `${model} · ${provider}`;
}

/** Why it would be passed over now. */
function away({ locked, resting }: Schemas['ModelChoice']): string | null {
  return locked ? 'Its key is missing' : resting ? 'Rests after failures' : null;
}

import { Menu } from '@base-ui/react/menu';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, type ReactNode, type RefObject } from 'react';

import { answered, api, type Schemas } from '../../api/client';
import { Failure } from '../../design/states';
import { choiceSaid, type Choosing } from './choosing';

/** No model can be called so. */
const AS_ROUTED = '';

interface ModelMenuProps extends Choosing {
  isOpen: boolean;
  close: () => void;
  /** What opened it, and has the focus again once it is closed. */
  button: RefObject<HTMLButtonElement | null>;
}

/** Who could answer. */
export default function ModelMenu({ isOpen, close, button, chosen, choose }: ModelMenuProps) {
  return (
    <Menu.Root
      open={isOpen}
      modal={false}
      onOpenChange={(stays, { event }) => {
        // A press of its own button is for the button to answer.
        if (!stays && !(event.target instanceof Node && button.current?.contains(event.target) === true)) close();
      }}
    >
      <Menu.Portal>
        <Menu.Positioner anchor={button} side="top" align="start" sideOffset={4} collisionPadding={8} className="z-20">
          <Menu.Popup
            aria-label="Who answers from now on"
            finalFocus={button}
            className="max-h-[min(24rem,var(--available-height))] w-72 max-w-[calc(100vw-1rem)] overflow-y-auto rounded-card border border-edge bg-sheet p-1 text-sm text-ink shadow-xl outline-none"
          >
            <Choices chosen={chosen} choose={choose} />
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

function Choices({ chosen, choose }: Choosing) {
  const { data, error } = useQuery({
    queryKey: ['models', 'choices'],
    // No event tells that a key was stored, or that a provider rests.
    staleTime: 0,
    queryFn: async () => answered<Schemas['ModelChoices']>(await api.GET('/v1/model-choices')),
  });
  const list = useRef<HTMLDivElement>(null);
  const isThere = data !== undefined;
  // Where one is comes first, however the menu was opened.
  useEffect(() => list.current?.querySelector<HTMLElement>('[aria-checked="true"]')?.focus(), [isThere]);
  const isGone = data !== undefined && chosen !== null && data.items.every(({ name }) => name !== chosen);
  return (
    <>
      <Menu.RadioGroup
        ref={list}
        aria-label="Who answers from now on"
        value={chosen ?? AS_ROUTED}
        onValueChange={(name: string) => choose(name === AS_ROUTED ? null : name)}
      >
        <Choice value={AS_ROUTED} says={choiceSaid(null)}>
          {data !== undefined && `Now ${routedSaid(data.routed)}`}
        </Choice>
        {data?.items.map((each) => (
          <Choice key={each.name} value={each.name} says={choiceSaid(each.name)}>
            {about(each)}
            {away(each) !== null && <span className="block text-amber">{away(each)}</span>}
          </Choice>
        ))}
        {isGone && (
          <Choice value={chosen} says={chosen} isDisabled>
            There is no such model any more: the routing chooses.
          </Choice>
        )}
      </Menu.RadioGroup>
      {error !== null && data === undefined && <Failure error={error} />}
    </>
  );
}

interface ChoiceProps {
  value: string;
  says: string;
  isDisabled?: boolean;
  /** What else there is to know of it. */
  children: ReactNode;
}

function Choice({ value, says, isDisabled = false, children }: ChoiceProps) {
  return (
    <Menu.RadioItem
      value={value}
      label={says}
      closeOnClick
      disabled={isDisabled}
      className="flex cursor-pointer gap-2 rounded-field px-2 py-1.5 outline-none data-[disabled]:cursor-default data-[highlighted]:bg-raised"
    >
      <span aria-hidden className="w-3 shrink-0">
        <Menu.RadioItemIndicator>✓</Menu.RadioItemIndicator>
      </span>
      <span className="min-w-0 flex-1 break-words">
        <span className="block font-medium">{says}</span>
        <span className="block text-xs text-soft empty:hidden">{children}</span>
      </span>
    </Menu.RadioItem>
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

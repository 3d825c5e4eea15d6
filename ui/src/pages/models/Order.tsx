import { useEffect, useRef, useState } from 'react';

import type { Schemas } from '../../api/client';
import { Button } from '../../design/controls';
import { CONTROL } from '../../forms/looks';
import { BUILTIN, entrySaid, moved } from './document';
import { priceOf } from './money';

interface OrderProps {
  name: string;
  title?: string;
  models: readonly string[];
  /** What may be added, save what is there. */
  choices: readonly string[];
  cards: readonly Schemas['ModelCard'][];
  set: (models: string[]) => void;
}

/** Models in the order in which they are asked. */
export function Order({ name, title, models, choices, cards, set }: OrderProps) {
  const list = useRef<HTMLDivElement>(null);
  const [said, say] = useState('');
  const [next, focus] = useState<{ on: string } | null>(null);
  // The button that was pressed moves with its row, and the browser takes the focus from what it moves.
  useEffect(() => {
    if (next !== null) list.current?.querySelector<HTMLElement>(`[data-focus="${CSS.escape(next.on)}"]`)?.focus();
  }, [next]);
  const move = (from: number, to: number) => {
    const model = models[from];
    if (model === undefined || to < 0 || to >= models.length) return;
    set(moved(models, from, to));
    focus({ on: `${to < from ? 'up' : 'down'} ${model}` });
    say(`${entrySaid(model)} is number ${to + 1} of ${models.length}.`);
  };
  const remove = (model: string) => {
    set(models.filter((each) => each !== model));
    focus({ on: 'add' });
    say(`${entrySaid(model)} is removed.`);
  };
  const rest = [...choices, BUILTIN].filter((each) => !models.includes(each));
  return (
    <div ref={list} role="group" aria-label={name} className="rounded-card border border-line bg-sheet">
      {title !== undefined && <h3 className="border-b border-line px-3 py-2 text-sm font-semibold">{title}</h3>}
      {models.length === 0 && <p className="px-3 py-2.5 text-sm text-soft">No model yet.</p>}
      <ol className="divide-y divide-line">
        {models.map((model, place) => (
          <li key={model} className="flex items-center gap-0.5 py-1 pr-1 pl-3 text-sm">
            <span aria-hidden className="w-5 shrink-0 font-mono text-xs text-soft">
              {place + 1}
            </span>
            <Entry model={model} card={cards.find((each) => each.name === model)} />
            <Step to="up" model={model} isEnd={place === 0} go={() => move(place, place - 1)} />
            <Step to="down" model={model} isEnd={place === models.length - 1} go={() => move(place, place + 1)} />
            <Button weight="quiet" className="w-7 px-0!" aria-label={`Remove ${entrySaid(model)} from ${name}`} onClick={() => remove(model)}>
              <span aria-hidden>✕</span>
            </Button>
          </li>
        ))}
      </ol>
      <div className="border-t border-line p-2">
        <select
          data-focus="add"
          className={CONTROL}
          aria-label={`Add to ${name}`}
          value=""
          disabled={rest.length === 0}
          onChange={({ target }) => {
            set([...models, target.value]);
            say(`${entrySaid(target.value)} is added.`);
          }}
        >
          <option value="">Add …</option>
          {rest.map((each) => (
            <option key={each} value={each}>
              {entrySaid(each)}
            </option>
          ))}
        </select>
      </div>
      <p role="status" className="sr-only">
        {said}
      </p>
    </div>
  );
}

function Entry({ model, card }: { model: string; card: Schemas['ModelCard'] | undefined }) {
  return (
    <span className="min-w-0 flex-1">
      <span className="block font-medium break-words">{entrySaid(model)}</span>
      {card !== undefined && model !== BUILTIN && (
        <span className="block text-xs break-words text-soft">
          {card.provider} · {priceOf(card)}
          {card.locked && <span className="block text-amber">Its key is missing: it is passed over.</span>}
        </span>
      )}
    </span>
  );
}

interface StepProps {
  to: 'up' | 'down';
  model: string;
  isEnd: boolean;
  go: () => void;
}

/** At an end it does nothing, and keeps the focus of who came there by it. */
function Step({ to, model, isEnd, go }: StepProps) {
  return (
    <Button
      weight="quiet"
      className={isEnd ? 'w-7 px-0! opacity-40' : 'w-7 px-0!'}
      data-focus={`${to} ${model}`}
      aria-label={`Move ${entrySaid(model)} ${to}`}
      aria-disabled={isEnd}
      onClick={go}
    >
      <span aria-hidden>{to === 'up' ? '↑' : '↓'}</span>
    </Button>
  );
}

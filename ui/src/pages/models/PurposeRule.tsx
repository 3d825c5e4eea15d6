import type { Schemas } from '../../api/client';
import { CONTROL } from '../../forms/looks';
import { BUILTIN, type Purpose } from './document';
import { Order } from './Order';

type Rule = Schemas['ConfiguredPurpose'];
type Way = Rule['tier'] | 'list';

interface PurposeRuleProps {
  purpose: Purpose;
  does: string;
  rule: Rule;
  models: readonly string[];
  cards: readonly Schemas['ModelCard'][];
  set: (rule: Rule) => void;
}

/** Where calls of one purpose go. */
export function PurposeRule({ purpose, does, rule, models, cards, set }: PurposeRuleProps) {
  const way: Way = rule.models.length > 0 ? 'list' : rule.tier;
  const choose = (next: Way) => set(next === 'list' ? { ...rule, models: [models[0] ?? BUILTIN] } : { ...rule, tier: next, models: [] });
  return (
    <li className="px-4 py-2">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <span className="min-w-0 flex-1 basis-48 text-sm">
          <span className="font-medium">{purpose.toUpperCase()}</span> <span className="text-soft">{does}</span>
        </span>
        <select className={`${CONTROL} sm:w-44!`} aria-label={`${purpose.toUpperCase()} calls`} value={way} onChange={({ target }) => choose(target.value as Way)}>
          <option value="difficulty">By difficulty</option>
          <option value="standard">Standard tier</option>
          <option value="heavy">Heavy tier</option>
          <option value="list">A list of its own</option>
        </select>
      </div>
      {way === 'list' && (
        <div className="mt-2 mb-1">
          <Order
            name={`List for ${purpose.toUpperCase()}`}
            models={rule.models}
            choices={[...models, 'tier:standard', 'tier:heavy']}
            cards={cards}
            set={(next) => set({ ...rule, models: next })}
          />
        </div>
      )}
    </li>
  );
}

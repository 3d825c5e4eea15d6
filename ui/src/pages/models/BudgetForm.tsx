import { useRef, useState } from 'react';

import type { Schemas } from '../../api/client';
import { freshKey } from '../../api/key';
import { Button, Field, TextInput } from '../../design/controls';
import { Failure } from '../../design/states';
import { CONTROL } from '../../forms/looks';
import { PURPOSES, type Purpose } from './document';
import { useDefineBudget, type NewBudget } from './queries';

/** A limit for calls: of all, or of one purpose, user or conversation. */
export function BudgetForm({ close }: { close: () => void }) {
  const [{ period, purpose, user, thread }, narrow] = useState<Pick<NewBudget, 'period' | 'purpose'> & { user: string; thread: string }>({
    period: 'month',
    purpose: null,
    user: '',
    thread: '',
  });
  const [limits, limit] = useState({ usd: '', tokens: '' });
  const define = useDefineBudget();
  const key = useRef<string | null>(null);
  const set = (part: Partial<{ period: NewBudget['period']; purpose: Purpose | null; user: string; thread: string }>) =>
    narrow({ period, purpose: purpose ?? null, user, thread, ...part });
  return (
    <form
      aria-label="Add a budget"
      className="mt-3 space-y-4 rounded-card border border-line bg-sheet p-4 sm:p-5"
      onChange={() => {
        key.current = null;
      }}
      onSubmit={(event) => {
        event.preventDefault();
        // The same wish keeps its key until it is changed, so that trying again never adds it twice.
        key.current ??= freshKey();
        const whose = { purpose: purpose ?? null, user: user.trim() || null, thread: thread.trim() || null };
        define.mutate({ key: key.current, budget: { period, ...whose, ...limitsOf(limits) } }, { onSuccess: close });
      }}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <LimitFields {...limits} set={limit} autoFocus />
        <Field label="For">
          <select className={CONTROL} value={period} onChange={({ target }) => set({ period: target.value as NewBudget['period'] })}>
            <option value="day">A day</option>
            <option value="month">A month</option>
            <option value="total">All time</option>
          </select>
        </Field>
        <Field label="Purpose">
          <select className={CONTROL} value={purpose ?? ''} onChange={({ target }) => set({ purpose: (target.value || null) as Purpose | null })}>
            <option value="">Any</option>
            {PURPOSES.map(({ purpose: each, does }) => (
              <option key={each} value={each}>
                {each.toUpperCase()}: {does}
              </option>
            ))}
          </select>
        </Field>
        <Field label="User" hint="Their id; empty: everybody together.">
          <TextInput maxLength={255} value={user} onChange={({ target }) => set({ user: target.value })} />
        </Field>
        <Field label="Conversation" hint="Its id; empty: all together.">
          <TextInput maxLength={255} value={thread} onChange={({ target }) => set({ thread: target.value })} />
        </Field>
      </div>
      <Submit says="Add the budget" busy={define.isPending} close={close} />
      {define.error !== null && <Failure error={define.error} />}
    </form>
  );
}

interface LimitsFormProps {
  name: string;
  limit: Schemas['Limit'];
  busy: boolean;
  set: (limits: Schemas['BudgetLimits']) => void;
  close: () => void;
}

/** Other limits of a budget. */
export function LimitsForm({ name, limit, busy, set, close }: LimitsFormProps) {
  const [limits, change] = useState({ usd: limit.usd ?? '', tokens: limit.tokens?.toString() ?? '' });
  return (
    <form
      aria-label={name}
      className="mt-3 space-y-4 border-t border-line pt-3"
      onSubmit={(event) => {
        event.preventDefault();
        set(limitsOf(limits));
      }}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <LimitFields {...limits} set={change} autoFocus />
      </div>
      <Submit says="Set these limits" busy={busy} close={close} />
    </form>
  );
}

interface Limits {
  usd: string;
  tokens: string;
}

function LimitFields({ usd, tokens, set, autoFocus }: Limits & { set: (limits: Limits) => void; autoFocus: boolean }) {
  return (
    <>
      <Field label="Dollars" hint="0: nothing may be spent. Empty: not limited.">
        <TextInput
          autoFocus={autoFocus}
          inputMode="decimal"
          pattern="[0-9]*[.]?[0-9]*"
          title="A number, as 12.50"
          required={tokens === ''}
          value={usd}
          onChange={({ target }) => set({ usd: target.value, tokens })}
        />
      </Field>
      <Field label="Tokens" hint="0: none may be used. Empty: not limited.">
        <TextInput
          inputMode="numeric"
          pattern="[0-9]*"
          title="A whole number"
          required={usd === ''}
          value={tokens}
          onChange={({ target }) => set({ usd, tokens: target.value })}
        />
      </Field>
    </>
  );
}

function limitsOf({ usd, tokens }: Limits): Schemas['BudgetLimits'] {
  return { usd: usd === '' ? null : usd, tokens: tokens === '' ? null : Number(tokens) };
}

function Submit({ says, busy, close }: { says: string; busy: boolean; close: () => void }) {
  return (
    <div className="flex flex-wrap gap-2">
      <Button type="submit" weight="primary" disabled={busy}>
        {says}
      </Button>
      <Button weight="quiet" onClick={close}>
        Cancel
      </Button>
    </div>
  );
}

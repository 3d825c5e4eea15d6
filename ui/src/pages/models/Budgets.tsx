import type { Schemas } from '../../api/client';
import { Button } from '../../design/controls';
import { Moment } from '../../design/Moment';
import { Failure, Loading } from '../../design/states';
import { BudgetForm, LimitsForm } from './BudgetForm';
import { Confirmed } from './Confirmed';
import { PLACE } from './keptFocus';
import { Meter } from './Meter';
import { count, dollars, nanosOf } from './money';
import { useBudgets, useChangeBudget, useRemoveBudget } from './queries';
import { useDisclosure } from './useDisclosure';

type State = Schemas['BudgetState'];

/** What may be spent, and how much of it is. */
export function Budgets() {
  const { data, error, refetch } = useBudgets();
  const adding = useDisclosure();
  return (
    <section {...PLACE} aria-label="Budgets">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 className="text-lg font-semibold">Budgets</h2>
        {!adding.isOpen && (
          <Button autoFocus={adding.autoFocus} onClick={adding.open}>
            Add a budget
          </Button>
        )}
      </div>
      {error !== null && data === undefined && <Failure error={error} retry={() => void refetch()} />}
      {error === null && data === undefined && <Loading rows={2} />}
      {data?.items.length === 0 && !adding.isOpen && (
        <p className="mt-2 max-w-prose text-sm text-soft">
          Nothing limits what calls may cost. A budget is held before each call: one that has no room in it is not sent, and a
          model that costs nothing, or the builtin rules, answer instead.
        </p>
      )}
      {adding.isOpen && <BudgetForm close={adding.close} />}
      {data !== undefined && data.items.length > 0 && (
        <ul className="mt-3 divide-y divide-line rounded-card border border-line bg-sheet">
          {data.items.map((each) => (
            <Budget key={each.id} budget={each} />
          ))}
        </ul>
      )}
    </section>
  );
}

const PERIODS: Record<State['period'], string> = { day: 'a day', month: 'a month', total: 'in all' };

/** Whose calls count, as the name of a budget. */
function nameOf({ purpose, user, thread, period }: State): string {
  const whose = [purpose !== null && `${purpose.toUpperCase()} calls`, user !== null && `of ${user}`, thread !== null && `in the conversation ${thread}`];
  return `${whose.filter(Boolean).join(' ') || 'All calls'}, ${PERIODS[period]}`;
}

function Budget({ budget }: { budget: State }) {
  const changing = useDisclosure();
  const change = useChangeBudget(budget.id);
  const remove = useRemoveBudget(budget.id);
  const name = nameOf(budget);
  const { limit, spent, reserved, left } = budget;
  return (
    <li aria-label={name} className="px-4 py-3">
      <div className="flex flex-wrap items-start gap-x-4 gap-y-1">
        <h3 className="min-w-0 flex-1 basis-32 pt-2 text-sm font-medium break-words">
          {name}
          {budget.renews_at !== null && (
            <span className="block font-normal text-soft">
              Begins anew <Moment at={budget.renews_at} />
            </span>
          )}
        </h3>
        <span className="-mr-3 flex flex-wrap items-center">
          {!changing.isOpen && (
            <Button weight="quiet" aria-label={`Change the budget: ${name}`} autoFocus={changing.autoFocus} onClick={changing.open}>
              Change
            </Button>
          )}
          <Confirmed what={`Remove the budget: ${name}`} asks="Forget it?" busy={remove.isPending} go={() => remove.mutate()} isShort />
        </span>
      </div>
      {limit.usd !== null && left.usd !== null && (
        <Meter what="Money" limit={nanosOf(limit.usd)} spent={nanosOf(spent.usd)} reserved={nanosOf(reserved.usd)} left={nanosOf(left.usd)} said={dollars} />
      )}
      {limit.tokens !== null && left.tokens !== null && (
        <Meter what="Tokens" limit={limit.tokens} spent={spent.tokens} reserved={reserved.tokens} left={left.tokens} said={count} />
      )}
      {changing.isOpen && (
        <LimitsForm
          name={`Change the budget: ${name}`}
          limit={limit}
          busy={change.isPending}
          set={(limits) => change.mutate(limits, { onSuccess: changing.close })}
          close={changing.close}
        />
      )}
      {change.error !== null && <Failure error={change.error} />}
      {remove.error !== null && <Failure error={remove.error} />}
    </li>
  );
}

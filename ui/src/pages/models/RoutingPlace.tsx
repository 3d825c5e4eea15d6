import { useState } from 'react';

import { Button } from '../../design/controls';
import { Failure, Loading } from '../../design/states';
import { ChangeRefused, Sentences } from './ChangeRefused';
import { type Active, differences, type Document, PURPOSES, ruleOf, same, TIERS, withRule, withTier } from './document';
import { Explained } from './Explained';
import { Fallback } from './Fallback';
import { FileProblem } from './FileProblem';
import { History } from './History';
import { PLACE } from './keptFocus';
import { Order } from './Order';
import { PurposeRule } from './PurposeRule';
import { useChange, useRouting, wasOvertaken } from './queries';

/** Who answers what, in which order: changed here, put in force as a whole, and explained. */
export function RoutingPlace() {
  const { data, error, refetch } = useRouting();
  if (error !== null && data === undefined) return <Failure error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Loading />;
  return <Editor active={data} />;
}

/** What is changed here and not in force yet, with the routing that it was made to. */
interface Draft {
  base: Active;
  document: Document;
}

function Editor({ active }: { active: Active }) {
  const [draft, edit] = useState<Draft | null>(null);
  const [lost, lose] = useState<readonly string[]>([]);
  const change = useChange();
  const base = draft?.base ?? active;
  const document = draft?.document ?? active.routing;
  const made = differences(base.routing, document);
  const set = (next: Document) => {
    change.reset();
    edit(same(next, base.routing) ? null : { base, document: next });
  };
  const put = () => {
    change.mutate(
      { document, after: base.version?.version ?? 0 },
      {
        onSuccess: () => edit(null),
        onError: (error) => {
          // Another version is there: what was changed here belongs to one that does not hold any more.
          lose(made);
          if (wasOvertaken(error)) edit(null);
        },
      },
    );
  };
  return (
    <section {...PLACE} aria-label="Routing" className="space-y-6">
      <FileProblem problem={active.problem} />
      {change.error !== null && <ChangeRefused error={change.error} lost={draft === null ? lost : []} />}
      <div className="grid items-start gap-x-8 gap-y-8 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="space-y-8">
          <Tiers document={document} active={active} set={set} />
          <Purposes document={document} active={active} set={set} />
        </div>
        <div className="lg:sticky lg:top-6">
          <Explained isPending={draft !== null} />
        </div>
      </div>
      {draft !== null && (
        <div
          role="region"
          aria-label="Not in force yet"
          className="sticky bottom-0 z-10 flex flex-wrap items-end gap-x-6 gap-y-2 rounded-card border border-amber bg-amber-wash p-3 text-sm"
        >
          <div className="max-h-32 min-w-0 flex-1 basis-60 overflow-y-auto">
            <h2 className="font-medium text-amber">Not in force yet</h2>
            <Sentences of={made} />
          </div>
          <span className="flex gap-2">
            <Button weight="primary" disabled={change.isPending} onClick={put}>
              Put in force
            </Button>
            <Button weight="quiet" onClick={() => set(base.routing)}>
              Discard
            </Button>
          </span>
        </div>
      )}
      <Fallback rules={active.fallback} />
      <History active={active} />
    </section>
  );
}

interface PartProps {
  document: Document;
  active: Active;
  set: (document: Document) => void;
}

function Tiers({ document, active, set }: PartProps) {
  return (
    <div>
      <h2 className="font-semibold">Tiers</h2>
      <p className="text-sm text-soft">The first that can answer does; then the other tier is asked, and the builtin rules where they know the purpose.</p>
      <div className="mt-3 grid gap-4 sm:grid-cols-2">
        {TIERS.map((tier) => (
          <Order
            key={tier}
            name={`Tier ${tier}`}
            title={tier === 'standard' ? 'Standard' : 'Heavy'}
            models={document.tiers[tier] ?? []}
            choices={Object.keys(document.models)}
            cards={active.cards}
            set={(models) => set(withTier(document, tier, models))}
          />
        ))}
      </div>
    </div>
  );
}

function Purposes({ document, active, set }: PartProps) {
  const own = Object.keys(document.organisations);
  return (
    <div>
      <h2 className="font-semibold">Purposes</h2>
      <p className="text-sm text-soft">By difficulty: what looks hard, or writes code, goes to the heavy tier.</p>
      <ul className="mt-3 divide-y divide-line rounded-card border border-line bg-sheet">
        {PURPOSES.map(({ purpose, does }) => (
          <PurposeRule
            key={purpose}
            purpose={purpose}
            does={does}
            rule={ruleOf(document, purpose)}
            models={Object.keys(document.models)}
            cards={active.cards}
            set={(rule) => set(withRule(document, purpose, rule))}
          />
        ))}
      </ul>
      {own.length > 0 && <p className="mt-2 text-sm text-soft">Organisations with rules of their own: {own.join(', ')}.</p>}
    </div>
  );
}

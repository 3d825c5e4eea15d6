import type { Schemas } from '../../api/client';
import { Button, State } from '../../design/controls';
import { ChangeRefused } from './ChangeRefused';
import { Confirmed } from './Confirmed';
import { type Active, type Document, withCredential, withoutModels, withoutProvider } from './document';
import { KeyOf } from './KeyOf';
import { PLACE } from './keptFocus';
import { Lacks } from './Lacks';
import { ModelForm } from './ModelForm';
import { priceOf } from './money';
import { useChange } from './queries';
import { Test } from './Test';
import { useDisclosure } from './useDisclosure';

interface ProviderProps {
  provider: Schemas['ListedProvider'];
  active: Active;
}

/** One provider: whether it can be called, its key, its models. */
export function Provider({ provider, active }: ProviderProps) {
  const { name, title, base_url, credential, models } = provider;
  const change = useChange();
  const put = (document: Document) => change.mutate({ document, after: active.version?.version ?? 0 });
  return (
    <article {...PLACE} aria-label={name} className="rounded-card border border-line bg-sheet">
      <header className="flex flex-wrap items-baseline gap-x-4 gap-y-1 px-4 pt-3">
        <h2 className="min-w-0 flex-1 font-semibold break-words">
          {name} <span className="text-sm font-normal text-soft">{title}</span>
        </h2>
        <Standing provider={provider} />
      </header>
      {base_url !== null && <p className="px-4 font-mono text-xs break-all text-soft">{base_url}</p>}
      <Lacks provider={provider} busy={change.isPending} giveKey={() => put(withCredential(active.routing, name))} />
      <div className="mt-3 divide-y divide-line border-t border-line">
        {credential !== null && <KeyOf provider={provider} credential={credential} />}
        {models.length > 0 && <Models provider={provider} active={active} put={put} busy={change.isPending} />}
        <Actions provider={provider} active={active} put={put} busy={change.isPending} />
      </div>
      {change.error !== null && (
        <div className="p-4">
          <ChangeRefused error={change.error} />
        </div>
      )}
    </article>
  );
}

function Standing({ provider: { lacks, resting } }: { provider: Schemas['ListedProvider'] }) {
  if (lacks.includes('key')) return <State tone="amber">Locked</State>;
  if (lacks.length > 0) return <State tone="amber">Lacks something</State>;
  if (resting) return <State tone="red">Rests after failures</State>;
  return <State tone="soft">Ready</State>;
}

interface ModelsProps extends ProviderProps {
  put: (document: Document) => void;
  busy: boolean;
}

function Models({ provider: { name, models }, active, put, busy }: ModelsProps) {
  const cards = active.cards.filter(({ name: each }) => models.includes(each));
  return (
    <ul aria-label={`Models of ${name}`} className="divide-y divide-line text-sm">
      {cards.map((card) => (
        <li key={card.name} className="flex items-center gap-x-4 py-1 pr-1.5 pl-4">
          <span className="flex min-w-0 flex-1 flex-wrap items-baseline gap-x-4">
            <span className="min-w-0 grow break-words">
              <span className="font-medium">{card.name}</span>{' '}
              <Exactly name={card.name} model={active.routing.models[card.name]?.model ?? ''} />
            </span>
            <span className="text-soft">{priceOf(card)}</span>
          </span>
          <Confirmed what={`Remove ${card.name}`} asks="Remove it?" busy={busy} go={() => put(withoutModels(active.routing, [card.name]))} isShort />
        </li>
      ))}
    </ul>
  );
}

/** How the provider calls a model, where that says more than its name. */
function Exactly({ name, model }: { name: string; model: string }) {
  return model === name ? null : <code className="font-mono text-xs break-words text-soft">{model}</code>;
}

function Actions({ provider: { name, kind, models }, active, put, busy }: ModelsProps) {
  const { isOpen, open, close, autoFocus } = useDisclosure();
  if (isOpen) return <ModelForm provider={name} kind={kind} active={active} close={close} />;
  return (
    <Test provider={name} models={models}>
      <Button aria-label={`Add a model of ${name}`} autoFocus={autoFocus} onClick={open}>
        Add a model
      </Button>
      <span className="-mr-2.5 ml-auto">
        <Confirmed
          what={`Remove ${name}`}
          asks={models.length === 0 ? 'Remove it?' : 'Remove it with its models?'}
          busy={busy}
          go={() => put(withoutProvider(active.routing, name))}
        />
      </span>
    </Test>
  );
}

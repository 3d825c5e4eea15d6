import type { Schemas } from '../../api/client';
import { Button } from '../../design/controls';
import { Failure, Loading } from '../../design/states';
import type { Active } from './document';
import { FileProblem } from './FileProblem';
import { PLACE } from './keptFocus';
import { Offers } from './Offers';
import { Provider } from './Provider';
import { ProviderForm } from './ProviderForm';
import { useProviders, useRouting } from './queries';
import { useDisclosure } from './useDisclosure';

/** Who serves models, what each of them lacks, and what could be added. */
export function ProvidersPlace() {
  const providers = useProviders();
  const routing = useRouting();
  const error = providers.error ?? routing.error;
  if (providers.data === undefined || routing.data === undefined) {
    if (error === null) return <Loading />;
    return <Failure error={error} retry={() => void Promise.all([providers.refetch(), routing.refetch()])} />;
  }
  return <Listed providers={providers.data} active={routing.data} />;
}

function Listed({ providers: { items, offers }, active }: { providers: Schemas['Providers']; active: Active }) {
  return (
    <section {...PLACE} aria-label="Providers" className="space-y-6">
      <FileProblem problem={active.problem} />
      {items.length === 0 && <NothingYet />}
      {items.length > 0 && (
        <ul className="space-y-4">
          {items.map((each) => (
            <li key={each.name}>
              <Provider provider={each} active={active} />
            </li>
          ))}
        </ul>
      )}
      {offers.length > 0 && <Offers offers={offers} active={active} />}
      <Adding active={active} isFirst={items.length === 0} />
    </section>
  );
}

function NothingYet() {
  return (
    <div className="max-w-prose">
      <h2 className="font-semibold">No provider yet: the builtin rules answer.</h2>
      <p className="mt-1 text-soft">
        They are no language model, but they hold a simple conversation, find the tool for a wish and fill in what it asks, and
        they cost nothing. Add a provider to have more: an account at OpenAI, Anthropic or GitHub, an Ollama on this machine, or
        any server that speaks OpenAI’s protocol. Where none can answer, the builtin rules still do.
      </p>
    </div>
  );
}

function Adding({ active, isFirst }: { active: Active; isFirst: boolean }) {
  const { isOpen, open, close, autoFocus } = useDisclosure();
  if (isOpen) return <ProviderForm active={active} close={close} />;
  return (
    <Button weight={isFirst ? 'primary' : 'plain'} autoFocus={autoFocus} onClick={open}>
      Add a provider
    </Button>
  );
}

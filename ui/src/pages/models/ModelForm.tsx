import { Button } from '../../design/controls';
import { ChangeRefused } from './ChangeRefused';
import type { Active, Kind } from './document';
import { ModelFields, useModelFields } from './ModelFields';
import { useChange } from './queries';

interface ModelFormProps {
  provider: string;
  kind: Kind;
  active: Active;
  close: () => void;
}

/** Another model of a provider. */
export function ModelForm({ provider, kind, active, close }: ModelFormProps) {
  const model = useModelFields();
  const change = useChange();
  return (
    <form
      aria-label={`Add a model of ${provider}`}
      className="space-y-4 p-4"
      onSubmit={(event) => {
        event.preventDefault();
        change.mutate({ document: model.added(active.routing, provider), after: active.version?.version ?? 0 }, { onSuccess: close });
      }}
    >
      <ModelFields {...model} autoFocus kind={kind} taken={Object.keys(active.routing.models)} />
      <div className="flex flex-wrap gap-2">
        <Button type="submit" weight="primary" disabled={change.isPending}>
          Add the model
        </Button>
        <Button weight="quiet" onClick={close}>
          Cancel
        </Button>
      </div>
      {change.error !== null && <ChangeRefused error={change.error} />}
    </form>
  );
}

import { Failure } from '../../design/states';
import { wasOvertaken } from './queries';

/** Why a change of the routing was not taken. What somebody else did meanwhile is what is shown by then. */
export function ChangeRefused({ error, lost = [] }: { error: unknown; lost?: readonly string[] }) {
  if (!wasOvertaken(error)) return <Failure error={error} />;
  return (
    <div role="alert" className="rounded-card border border-red bg-red-wash p-3 text-sm">
      <p className="font-medium text-red">Somebody changed the routing meanwhile: your change was not made.</p>
      <p className="mt-0.5">What holds now is shown. Make the change again if it is still right.</p>
      {lost.length > 0 && <Sentences of={lost} />}
    </div>
  );
}

export function Sentences({ of }: { of: readonly string[] }) {
  return (
    <ul className="mt-1 list-disc space-y-0.5 pl-5 break-words">
      {of.map((each) => (
        <li key={each}>{each}</li>
      ))}
    </ul>
  );
}

import { CONTROL } from '../../forms/looks';

interface ChoiceProps {
  label: string;
  versions: { number: number; active: boolean }[];
  chosen: number;
  choose: (version: number) => void;
}

/** One of a module's versions. */
export function Choice({ label, versions, chosen, choose }: ChoiceProps) {
  return (
    <label className="flex items-center gap-2 text-sm">
      <span className="whitespace-nowrap">{label}</span>
      <select className={CONTROL} value={chosen} onChange={(event) => choose(Number(event.target.value))}>
        {versions.map(({ number, active }) => (
          <option key={number} value={number}>
            Version {number}
            {active ? ' (active)' : ''}
          </option>
        ))}
      </select>
    </label>
  );
}

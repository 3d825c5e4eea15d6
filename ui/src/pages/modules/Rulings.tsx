import type { Schemas } from '../../api/client';

type Ruling = Schemas['Ruling'];

const SAID: Record<string, string> = {
  imports: 'Imports',
  capabilities: 'Capabilities',
  hosts: 'Hosts',
  wall_seconds: 'Time, seconds',
  cpu_seconds: 'Processor time, seconds',
  memory_mib: 'Memory, MiB',
  output_bytes: 'Result, bytes',
  frame_bytes: 'One request, bytes',
  artifacts: 'Artifacts',
  artifact_bytes: 'Artifacts, bytes in all',
};

/** What the sandbox lets the module do, rule by rule: the smaller of what it asks and what the owner allows. */
export function Rulings({ rulings }: { rulings: readonly Ruling[] }) {
  if (rulings.length === 0) return null;
  return (
    <details className="overflow-hidden rounded-card border border-line bg-sheet text-sm">
      <summary className="px-4 py-2 hover:bg-raised">What it may use</summary>
      <ul className="divide-y divide-line border-t border-line">
        {rulings.map((each) => (
          <li key={each.rule} className="flex flex-wrap items-baseline gap-x-3 px-4 py-1.5">
            <span className="w-full sm:w-48">{SAID[each.rule] ?? each.rule}</span>
            <span className="min-w-0 flex-1 font-mono text-xs break-words">{written(each.holds)}</span>
            <span className="text-soft">{reason(each)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function reason({ asked, by, holds }: Ruling): string {
  if (by === 'manifest') return 'as it asks';
  return asked === null || written(asked) === written(holds) ? 'as the owner allows' : `it asks ${written(asked)}; the owner allows less`;
}

function written(value: unknown): string {
  if (typeof value === 'number') return value.toLocaleString('en');
  if (!Array.isArray(value)) return String(value);
  return value.length === 0 ? 'none' : value.join(', ');
}

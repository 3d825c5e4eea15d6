import { Code } from './Code';

/** A value as JSON, in a box that scrolls. */
export function Json({ of, label }: { of: unknown; label: string }) {
  return (
    <div className="max-h-96 overflow-y-auto">
      <Code label={label} language="json" text={JSON.stringify(of, null, 2)} />
    </div>
  );
}

import { Code } from './Code';

/** A value as JSON, in a box that scrolls. */
export function Json({ of, label }: { of: unknown; label: string }) {
  return <Code label={label} language="json" text={JSON.stringify(of, null, 2)} className="max-h-96" />;
}

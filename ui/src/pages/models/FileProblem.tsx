/** What is wrong with nexus.toml, while the routing before it holds. */
export function FileProblem({ problem }: { problem: string | null }) {
  if (problem === null) return null;
  return (
    <div role="alert" className="rounded-card border border-red bg-red-wash p-3 text-sm">
      <p className="font-medium break-words text-red">{problem}</p>
      <p className="mt-0.5">
        <code className="font-mono text-xs">nexus.toml</code> is not taken: the routing shown here holds until the file is right.
      </p>
    </div>
  );
}

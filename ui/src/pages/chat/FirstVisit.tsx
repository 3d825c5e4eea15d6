import { useState } from 'react';

import { freshKey } from '../../api/key';
import { Failure } from '../../design/states';
import { BUILD_FROM_FILE } from './description';
import { ThreadList } from './ThreadList';
import type { Saying } from './queries';

interface Example {
  title: string;
  says: string;
  file?: { name: string; load: () => Promise<{ default: string }> };
  outcome: string;
}

const EXAMPLES: readonly Example[] = [
  {
    title: 'Build a weather module',
    says: BUILD_FROM_FILE,
    file: { name: 'weather.openapi.yaml', load: () => import('../../../../examples/weather.openapi.yaml?raw') },
    outcome: 'From an API description: built exactly, proven in the sandbox, and a card for you to answer.',
  },
  {
    title: 'Build a notes module',
    says: BUILD_FROM_FILE,
    file: { name: 'notes.openapi.yaml', load: () => import('../../../../examples/notes.openapi.yaml?raw') },
    outcome: 'One that also writes: each write asks you first.',
  },
  { title: 'What can you do?', says: 'What can you do?', outcome: 'The tools there are now, and how to add more.' },
];

/** A new conversation: what to try, one click away; on a phone the former conversations below. */
export function FirstVisit({ send }: { send: (saying: Saying) => Promise<void> }) {
  const [busy, hold] = useState(false);
  const [failed, fail] = useState<unknown>(null);
  const tryOut = async ({ says, file }: Example) => {
    hold(true);
    fail(null);
    try {
      const files = file === undefined ? [] : [new File([(await file.load()).default], file.name, { type: 'application/yaml' })];
      await send({ key: freshKey(), text: says, files });
    } catch (error) {
      fail(error);
    } finally {
      hold(false);
    }
  };
  return (
    <div className="mx-auto max-w-3xl px-4 py-8 sm:px-6 sm:py-14">
      <h1 className="text-xl font-semibold tracking-tight">What do you need that nobody has built yet?</h1>
      <p className="mt-2 max-w-prose text-soft">
        Say a wish, or drop or paste an API description below. NEXUS builds the tool, proves it in a sandbox, and installs nothing
        before you have approved exactly those bytes.
      </p>
      {failed !== null && <Failure error={failed} />}
      <h2 className="mt-8 text-sm font-medium text-soft">Try one</h2>
      <ul className="mt-2 divide-y divide-line rounded-card border border-line bg-sheet">
        {EXAMPLES.map((example) => (
          <li key={example.title}>
            <button
              type="button"
              disabled={busy}
              onClick={() => void tryOut(example)}
              className="block w-full px-4 py-3 text-left hover:bg-raised disabled:opacity-50"
            >
              <span className="font-medium">{example.title}</span>
              <span className="block text-sm text-soft">{example.outcome}</span>
            </button>
          </li>
        ))}
      </ul>
      <div className="mt-8 overflow-hidden rounded-card border border-line md:hidden">
        <ThreadList open={null} />
      </div>
    </div>
  );
}

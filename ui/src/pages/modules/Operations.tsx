import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';

import type { Schemas } from '../../api/client';
import { TextInput } from '../../design/controls';
import { Operation } from './Operation';
import { chosenIn } from './sections';

/** A longer list is narrowed by typing, not by scrolling. */
const MOST_SHOWN = 100;
const FEW = 12;

export function Operations({ module }: { module: Schemas['InstalledModule'] }) {
  const [sought, seek] = useState('');
  const { operation: open } = chosenIn(useSearch({ strict: false }));
  const go = useNavigate();
  const words = sought.toLowerCase();
  const found = module.operations.filter(({ id, summary, path }) => `${id} ${summary} ${path}`.toLowerCase().includes(words));
  return (
    <section aria-label="Operations">
      {module.operations.length > FEW && (
        <TextInput
          type="search"
          className="mb-3 max-w-80"
          aria-label="Search operations"
          placeholder="Search"
          value={sought}
          onChange={(event) => seek(event.target.value)}
        />
      )}
      <ul className="divide-y divide-line overflow-hidden rounded-card border border-line bg-sheet">
        {found.slice(0, MOST_SHOWN).map((each) => (
          <Operation
            key={each.id}
            module={module.name}
            operation={each}
            isOpen={each.id === open}
            toggle={() =>
              void go({
                to: '/modules/$module/$section',
                params: { module: module.name, section: 'operations' },
                search: each.id === open ? {} : { operation: each.id },
                replace: true,
              })
            }
          />
        ))}
      </ul>
      {found.length > MOST_SHOWN && (
        <p className="mt-2 text-sm text-soft">{found.length - MOST_SHOWN} more: search for the one you want.</p>
      )}
    </section>
  );
}

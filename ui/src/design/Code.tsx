import { lazy, Suspense } from 'react';

import { persistently } from '../connection/persistently';

const Highlighted = lazy(persistently(() => import('./Highlighted')));

/** What the highlighter knows; anything else is shown as it is. */
export type Language = 'python' | 'json' | 'yaml' | 'ini' | 'markdown' | 'bash' | 'javascript' | 'diff' | 'text';

/** Characters. Beyond them colouring costs more than it shows. */
const MOST_HIGHLIGHTED = 200_000;

/** Source as text, highlighted once that is loaded. */
export function Code({ text, language = 'text', label = 'Source' }: { text: string; language?: Language; label?: string }) {
  const isPlain = language === 'text' || text.length > MOST_HIGHLIGHTED;
  return (
    // It scrolls by itself, so the keyboard has to reach it.
    <pre tabIndex={0} role="group" aria-label={label} className="overflow-x-auto rounded-field bg-raised p-3 font-mono text-xs">
      <code>
        {isPlain ? (
          text
        ) : (
          <Suspense fallback={text}>
            <Highlighted text={text} language={language} />
          </Suspense>
        )}
      </code>
    </pre>
  );
}

const BY_ENDING: Record<string, Language> = {
  py: 'python',
  json: 'json',
  yaml: 'yaml',
  yml: 'yaml',
  toml: 'ini',
  ini: 'ini',
  cfg: 'ini',
  md: 'markdown',
  sh: 'bash',
  js: 'javascript',
  diff: 'diff',
  patch: 'diff',
};

export function languageOf(path: string): Language {
  return BY_ENDING[path.slice(path.lastIndexOf('.') + 1).toLowerCase()] ?? 'text';
}

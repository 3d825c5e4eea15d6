import { clsx } from 'clsx';
import { lazy, Suspense } from 'react';

import { persistently } from '../connection/persistently';
import { useScrollStop } from './useScrollStop';

const Highlighted = lazy(persistently(() => import('./Highlighted')));

/** What the highlighter knows; anything else is shown as it is. */
export type Language = 'python' | 'json' | 'yaml' | 'ini' | 'markdown' | 'bash' | 'javascript' | 'diff' | 'text';

/** Characters. Beyond them colouring costs more than it shows. */
const MOST_HIGHLIGHTED = 200_000;

interface CodeProps {
  text: string;
  language?: Language;
  label?: string;
  className?: string;
}

/** Source as text in a box that scrolls, highlighted once that is loaded. */
export function Code({ text, language = 'text', label = 'Source', className }: CodeProps) {
  const stop = useScrollStop<HTMLPreElement>();
  const isPlain = language === 'text' || text.length > MOST_HIGHLIGHTED;
  return (
    <pre {...stop} role="group" aria-label={label} className={clsx('overflow-auto rounded-field bg-raised font-mono text-xs', className)}>
      <code className="block w-fit p-3">
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

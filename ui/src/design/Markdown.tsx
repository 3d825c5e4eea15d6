import { lazy, Suspense } from 'react';

import { persistently } from '../connection/persistently';

const Rendered = lazy(persistently(() => import('./MarkdownRendered')));

/** Markdown that anybody may have written: no HTML of its own, links in http(s) and mail only. The plain text until it is loaded. */
export function Markdown({ text }: { text: string }) {
  return (
    <Suspense fallback={<p className="break-words whitespace-pre-wrap">{text}</p>}>
      <Rendered text={text} />
    </Suspense>
  );
}

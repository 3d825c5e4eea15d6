import { clsx } from 'clsx';
import type { ReactNode } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import breaks from 'remark-breaks';
import gfm from 'remark-gfm';

import Highlighted from './Highlighted';
import { LANGUAGES } from './languages';
import { useScrollStop } from './useScrollStop';

/** What may be wider than the text around it scrolls by itself. */
function Wide({ label, className, children }: { label: string; className?: string; children: ReactNode }) {
  return (
    <div {...useScrollStop<HTMLDivElement>()} role="group" aria-label={label} className={clsx('overflow-x-auto', className)}>
      {children}
    </div>
  );
}

const PARTS: Components = {
  h1: ({ children }) => <h3 className="text-lg font-semibold">{children}</h3>,
  h2: ({ children }) => <h3 className="font-semibold">{children}</h3>,
  h3: ({ children }) => <h3 className="font-semibold">{children}</h3>,
  ul: ({ children }) => <ul className="list-disc space-y-0.5 pl-5">{children}</ul>,
  ol: ({ children }) => <ol className="list-decimal space-y-0.5 pl-5">{children}</ol>,
  a: ({ href, children }) => (
    <a href={href} className="underline" target="_blank" rel="noreferrer">
      {children}
    </a>
  ),
  pre: ({ children }) => (
    <Wide label="Code" className="rounded-field bg-raised">
      <pre className="w-fit p-3 font-mono text-xs">{children}</pre>
    </Wide>
  ),
  code: ({ children, className }) => {
    const language = /language-(\w+)/.exec(className ?? '')?.[1] ?? '';
    const isKnown = language in LANGUAGES && typeof children === 'string';
    return <code className="font-mono text-[0.9em]">{isKnown ? <Highlighted text={children} language={language} /> : children}</code>;
  },
  // An image would be fetched from wherever a text says: its description stands for it.
  img: ({ alt }) => <span>{alt}</span>,
  table: ({ children }) => (
    <Wide label="Table">
      <table className="text-sm [&_td]:border [&_td]:border-line [&_td]:px-2 [&_td]:py-1 [&_th]:border [&_th]:border-line [&_th]:px-2 [&_th]:py-1">
        {children}
      </table>
    </Wide>
  ),
};

export default function MarkdownRendered({ text }: { text: string }) {
  return (
    <div className="space-y-3 break-words">
      <ReactMarkdown remarkPlugins={[gfm, breaks]} components={PARTS}>
        {text}
      </ReactMarkdown>
    </div>
  );
}

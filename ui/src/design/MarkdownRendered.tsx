import ReactMarkdown, { type Components } from 'react-markdown';
import breaks from 'remark-breaks';
import gfm from 'remark-gfm';

import Highlighted from './Highlighted';
import { LANGUAGES } from './languages';

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
    <pre tabIndex={0} className="overflow-x-auto rounded-field bg-raised p-3 font-mono text-xs">
      {children}
    </pre>
  ),
  code: ({ children, className }) => {
    const language = /language-(\w+)/.exec(className ?? '')?.[1] ?? '';
    const isKnown = language in LANGUAGES && typeof children === 'string';
    return <code className="font-mono text-[0.9em]">{isKnown ? <Highlighted text={children} language={language} /> : children}</code>;
  },
  // An image would be fetched from wherever a text says: its description stands for it.
  img: ({ alt }) => <span>{alt}</span>,
  table: ({ children }) => (
    <div className="overflow-x-auto">
      <table className="text-sm [&_td]:border [&_td]:border-line [&_td]:px-2 [&_td]:py-1 [&_th]:border [&_th]:border-line [&_th]:px-2 [&_th]:py-1">
        {children}
      </table>
    </div>
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

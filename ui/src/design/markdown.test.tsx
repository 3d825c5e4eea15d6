import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';

import MarkdownRendered from './MarkdownRendered';

const html = (text: string) => renderToStaticMarkup(<MarkdownRendered text={text} />);

describe('Markdown', () => {
  it('shows what a text says in HTML as text, and never as HTML', () => {
    expect(html('<script>hit()</script> <img src=x onerror=hit()>')).not.toMatch(/<script|<img/);
  });

  it('links nowhere but to pages and mail', () => {
    expect(html('[x](javascript:hit()) [y](data:text/html,hit)')).not.toMatch(/javascript:|data:/);
    expect(html('[x](https://example.com)')).toContain('href="https://example.com"');
  });

  it('fetches no picture: its description stands for it', () => {
    expect(html('![a chart](https://tracker.example/x.png)')).toBe('<div class="space-y-3 break-words"><p><span>a chart</span></p></div>');
  });

  it('keeps code, tables and line breaks', () => {
    expect(html('```\na < b\n```')).toContain('a &lt; b');
    expect(html('```python\nreturn 1\n```')).toContain('<span class="hljs-keyword">return</span>');
    expect(html('```rust\nfn main\n```')).toContain('fn main');
    expect(html('|a|b|\n|-|-|\n|1|2|')).toContain('<td>1</td>');
    expect(html('one\ntwo')).toContain('<br/>');
  });
});

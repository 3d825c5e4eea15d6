import { toJsxRuntime } from 'hast-util-to-jsx-runtime';
import { createLowlight } from 'lowlight';
import { useMemo } from 'react';
import { Fragment, jsx, jsxs } from 'react/jsx-runtime';

import { LANGUAGES } from './languages';
import './code.css';

const highlighter = createLowlight(LANGUAGES);

export default function Highlighted({ text, language }: { text: string; language: string }) {
  const tree = useMemo(() => highlighter.highlight(language, text), [language, text]);
  return <>{toJsxRuntime(tree, { Fragment, jsx, jsxs })}</>;
}

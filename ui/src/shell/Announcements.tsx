import { useEffect, useState } from 'react';

import type { LogEvent } from '../api/client';
import { onEvent } from '../connection/feed';
import { textOf } from '../log/frame';
import { detailOf } from '../log/gist';

interface Line {
  number: number;
  words: string;
}

const KEPT = 10;

/**
 * What a screen reader is told, politely: start, tool, approval and end, never each word. A line is added for each, as
 * several may come before the next picture of the screen, and none is to take the place of one that was not read yet.
 */
export function Announcements() {
  const [said, say] = useState<readonly Line[]>([]);
  useEffect(
    () =>
      onEvent((event) => {
        const words = event === null ? '' : wordsFor(event);
        if (words !== '') say((before) => [...before, { number: (before.at(-1)?.number ?? 0) + 1, words }].slice(-KEPT));
      }),
    [],
  );
  return (
    <div role="log" aria-label="What is happening" className="sr-only">
      {said.map(({ number, words }) => (
        <p key={number}>{words}</p>
      ))}
    </div>
  );
}

export function wordsFor({ type, data }: LogEvent): string {
  const text = (name: string) => textOf(data, name);
  switch (type) {
    case 'run.started':
      return `A ${text('kind')} has started.`;
    case 'tool.called':
      return `Calling ${text('tool').replace('__', ': ').replaceAll('_', ' ')}.`;
    case 'approval.requested':
      return `Waiting for your approval: ${text('title')}.`;
    case 'approval.answered':
      return `The card was ${text('answer')}.`;
    case 'message.completed':
      return 'The answer is complete.';
    case 'run.failed':
      return `It failed. ${detailOf(data['error'])}`;
    case 'run.cancelled':
      return 'It was stopped.';
    default:
      return '';
  }
}

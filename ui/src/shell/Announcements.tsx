import { useEffect, useState } from 'react';

import type { LogEvent } from '../api/client';
import { onEvent } from '../connection/feed';
import { textOf } from '../log/frame';
import { detailOf } from '../log/gist';

/** What a screen reader is told, politely: start, tool, approval and end, never each word. */
export function Announcements() {
  const [said, say] = useState('');
  useEffect(
    () =>
      onEvent((event) => {
        const words = event === null ? '' : wordsFor(event);
        if (words !== '') say(words);
      }),
    [],
  );
  return (
    <div role="status" aria-live="polite" aria-label="What is happening" className="sr-only">
      {said}
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

import type { Run } from '../../api/client';
import { textOf } from '../../log/frame';

const KIND: Record<Run['kind'], string> = { turn: 'Turn', call: 'Call', build: 'Build' };

export const STATE = {
  queued: { tone: 'soft', said: 'queued', busy: true },
  running: { tone: 'soft', said: 'running', busy: true },
  waiting: { tone: 'amber', said: 'waits for you', busy: false },
  done: { tone: 'green', said: 'done', busy: false },
  failed: { tone: 'red', said: 'failed', busy: false },
  cancelled: { tone: 'soft', said: 'stopped', busy: false },
  unknown: { tone: 'amber', said: 'outcome unknown', busy: false },
} as const;

/** What a run is about, in a line; `made` is the module of a build that is not over. */
export function subjectOf({ kind, input, output }: Run, made = ''): string {
  const call = input['call'] as { tool?: string } | undefined;
  const about = textOf(input, 'text') || call?.tool || textOf(output ?? {}, 'module') || textOf(input, 'name') || made;
  return about === '' ? KIND[kind] : `${KIND[kind]}: ${about}`;
}

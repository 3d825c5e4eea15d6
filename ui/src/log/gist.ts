import type { LogEvent } from '../api/client';
import { textOf } from './frame';

/** What an event tells, in a few words; empty where its type says it all. */
export function gist({ type, data }: LogEvent): string {
  const text = (name: string) => textOf(data, name);
  switch (type) {
    case 'run.started':
    case 'run.resumed':
      return text('kind');
    case 'run.failed':
    case 'step.failed':
      return [text('node'), detailOf(data['error'])].filter(Boolean).join(': ');
    case 'step.started':
    case 'step.finished':
      return Number(data['attempt'] ?? 1) > 1 ? `${text('node')}, attempt ${Number(data['attempt'])}` : text('node');
    case 'build.stage':
      return [text('stage'), numbersOf(data['detail'])].filter(Boolean).join(': ');
    case 'tool.called':
      return text('tool');
    case 'tool.returned':
      return `${text('tool')} ${data['ok'] === true ? 'succeeded' : 'failed'}`;
    case 'decision.made':
      return `${text('subject')}: ${text('state')}, rank ${text('rank')}`;
    case 'approval.requested':
      return text('title');
    case 'approval.answered':
      return [text('answer'), text('reason')].filter(Boolean).join(': ');
    case 'message.delta':
      return text('text');
    case 'message.completed':
      return text('text').split('\n', 1)[0] ?? '';
    case 'model.called':
      return `${text('purpose')}: ${text('provider')} ${text('model')}`;
    case 'draft.validated':
      return data['passed'] === true ? 'passed' : 'not passed';
    default:
      return [text('module'), typeof data['version'] === 'number' ? `version ${data['version']}` : ''].filter(Boolean).join(' ');
  }
}

export function detailOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'detail' in error ? String(error.detail) : '';
}

/** The numbers of a detail, as `6 cases, 6 passed`. */
function numbersOf(detail: unknown): string {
  if (typeof detail !== 'object' || detail === null) return '';
  return Object.entries(detail)
    .filter((entry): entry is [string, number] => typeof entry[1] === 'number')
    .map(([name, value]) => `${value} ${name.replaceAll('_', ' ')}`)
    .join(', ');
}

import { EventSourceParserStream } from 'eventsource-parser/stream';

import { isProblem, type LogEvent, type Problem } from '../api/client';

/** The service sends a comment every 15 s; after three missed ones the stream is as good as cut. */
const SILENCE_MS = 45_000;

export type StreamNews =
  | { type: 'OPENED'; head: number; after: number }
  | { type: 'EVENT'; event: LogEvent }
  | { type: 'DENIED'; problem: Problem }
  | { type: 'REPLACED'; head: number };

/**
 * Follow `/v1/events` beyond `after`, or from now on where it is null, until the stream ends or `signal` aborts.
 * Rejects when it cannot be opened; resolves when it was cut.
 */
export async function follow(after: number | null, tell: (news: StreamNews) => void, signal: AbortSignal): Promise<void> {
  const probe = await fetch(`/v1/events?limit=1&after=${after ?? 0}`, {
    headers: { accept: 'application/json' },
    cache: 'no-store',
    signal,
  });
  if (!probe.ok) {
    refused(await problemOf(probe), tell);
    return;
  }
  const { as_of: newest, items } = (await probe.json()) as { as_of: number; items: unknown[] };
  const from = after ?? newest;
  // The newest event may be one that is not ours to see: where nothing is to come, nothing is caught up with.
  const head = items.length === 0 ? from : newest;
  const abort = new AbortController();
  const either = AbortSignal.any([signal, abort.signal]);
  const response = await fetch(`/v1/events?after=${from}`, {
    headers: { accept: 'text/event-stream' },
    cache: 'no-store',
    signal: either,
  });
  if (!response.ok || response.body === null) {
    refused(await problemOf(response), tell);
    return;
  }
  tell({ type: 'OPENED', head, after: from });
  let silence = setTimeout(() => abort.abort(), SILENCE_MS);
  const heard = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      clearTimeout(silence);
      silence = setTimeout(() => abort.abort(), SILENCE_MS);
      controller.enqueue(chunk);
    },
  });
  const messages = response.body
    .pipeThrough(heard)
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
    .getReader();
  try {
    for (let next = await messages.read(); !next.done; next = await messages.read()) {
      tell({ type: 'EVENT', event: JSON.parse(next.value.data) as LogEvent });
    }
  } finally {
    clearTimeout(silence);
  }
}

function refused(problem: Problem, tell: (news: StreamNews) => void): void {
  if (problem.status === 401 || problem.status === 403) tell({ type: 'DENIED', problem });
  else if (problem.code === 'cursor_ahead') tell({ type: 'REPLACED', head: Number(problem['as_of']) });
  else throw new Error(problem.detail);
}

async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  if (isProblem(body)) return body;
  throw new Error(`The service answered ${response.status}.`);
}

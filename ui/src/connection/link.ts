import { freshKey } from '../api/key';
import type { Hub } from './hub';
import type { FromHub, FromTab } from './wire';

type Listener = (message: FromHub) => void;

/** This tab's end: joined while the page is shown or in the background, away while it lies in the back-forward cache. */
export function openLink(listen: Listener): () => void {
  const say = reach(listen);
  const join = () => say({ kind: 'join' });
  const leave = () => say({ kind: 'leave' });
  const nudge = () => {
    if (document.visibilityState === 'visible') say({ kind: 'nudge' });
  };
  join();
  window.addEventListener('pageshow', (event) => {
    if (event.persisted) join();
  });
  window.addEventListener('pagehide', leave);
  document.addEventListener('visibilitychange', nudge);
  return nudge;
}

function reach(listen: Listener): (message: FromTab) => void {
  if (typeof SharedWorker !== 'undefined') return overWorker(listen);
  return 'locks' in navigator ? overChannel(listen) : alone(listen);
}

function overWorker(listen: Listener): (message: FromTab) => void {
  const worker = new SharedWorker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'nexus-events' });
  worker.port.addEventListener('message', (message: MessageEvent<FromHub>) => listen(message.data));
  worker.port.start();
  return (message) => worker.port.postMessage(message);
}

/** A message on the channel that all tabs hear: an answer names the tab that it is for, a question the one that asks. */
type OnChannel = (FromHub & { to?: string }) | (FromTab & { from: string });

/** Without SharedWorker the tab that holds the lock leads, and the others hear it over a channel. */
function overChannel(listen: Listener): (message: FromTab) => void {
  // Begun at once: a tab may come to lead while the service is away. Beside a SharedWorker no tab needs it.
  const machine = import('./hub');
  const channel = new BroadcastChannel('nexus-events');
  const name = freshKey();
  const post = (message: OnChannel) => channel.postMessage(message);
  let hub: Hub | null = null;
  let last: number | null = null;
  const hear: Listener = (message) => {
    if (message.kind !== 'standing') last = message.kind === 'event' ? message.event.id : message.since;
    listen(message);
  };
  channel.addEventListener('message', ({ data: said }: MessageEvent<OnChannel>) => {
    if ('from' in said) hub?.take(said, (answer) => post({ ...answer, to: said.from }));
    else if (said.to === undefined || said.to === name) hear(said);
  });
  void navigator.locks.request('nexus-events', async () => {
    const { Hub } = await machine;
    // Where another tab led before, the stream goes on from what was heard of it: what happens in between is not missed.
    hub = new Hub(
      (message) => {
        hear(message);
        post(message);
      },
      globalThis,
      last,
    );
    // The lock is held as long as this tab lives; then the next one leads.
    await new Promise<never>(() => undefined);
  });
  return (message) => {
    if (hub !== null) hub.take(message, hear);
    else post({ ...message, from: name });
  };
}

/** Locks too are missing where the page came over plain http from another machine: each tab has a stream of its own. */
function alone(listen: Listener): (message: FromTab) => void {
  const hub = import('./hub').then(({ Hub }) => new Hub(listen, globalThis));
  return (message) => void hub.then((held) => held.take(message));
}

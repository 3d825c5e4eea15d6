import type { Hub } from './hub';
import type { FromHub, FromTab } from './wire';

type Listener = (message: FromHub) => void;

/** This tab's end: joined while the page is shown or in the background, away while it lies in the back-forward cache. */
export function openLink(listen: Listener): () => void {
  const say = typeof SharedWorker === 'undefined' ? overChannel(listen) : overWorker(listen);
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

function overWorker(listen: Listener): (message: FromTab) => void {
  const worker = new SharedWorker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'nexus-events' });
  worker.port.addEventListener('message', (message: MessageEvent<FromHub>) => listen(message.data));
  worker.port.start();
  return (message) => worker.port.postMessage(message);
}

/** Without SharedWorker the tab that holds the lock leads, and the others hear it over a channel. */
function overChannel(listen: Listener): (message: FromTab) => void {
  const channel = new BroadcastChannel('nexus-events');
  let hub: Hub | null = null;
  channel.addEventListener('message', (message: MessageEvent<FromHub | FromTab>) => {
    const said = message.data;
    if (said.kind === 'join' || said.kind === 'leave' || said.kind === 'nudge') hub?.take(said);
    else listen(said);
  });
  void navigator.locks.request('nexus-events', async () => {
    // Only a tab that leads needs the machine; elsewhere it runs in the SharedWorker.
    const { Hub } = await import('./hub');
    hub = new Hub((message) => {
      listen(message);
      channel.postMessage(message);
    }, globalThis);
    // The lock is held as long as this tab lives; then the next one leads.
    await new Promise<never>(() => undefined);
  });
  return (message) => {
    if (hub !== null) hub.take(message);
    else channel.postMessage(message);
  };
}

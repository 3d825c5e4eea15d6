import { untilReachable } from './feed';

const ASK_AGAIN_MS = 1000;
/** A part for which the page was loaded anew so recently does not come at all. */
const RECENT_MS = 60_000;

/** A part of the page that does not come although the service answers, as when the page on the disk was half replaced. */
export class LostPart extends Error {}

/**
 * Loads a part of the page where it is first needed. A service that is away only delays it. A part that was lost on the
 * way comes with the page loaded anew: browsers remember that it failed. Rejects with `LostPart` when it does not.
 */
export function persistently<T>(load: () => Promise<T>): () => Promise<T> {
  return async () => {
    await untilReachable();
    try {
      return await load();
    } catch (error) {
      await untilAnswering();
      const attempted = `nexus-reload: ${String(error)}`;
      if (Date.now() - Number(sessionStorage.getItem(attempted)) < RECENT_MS) throw new LostPart(String(error));
      sessionStorage.setItem(attempted, String(Date.now()));
      location.reload();
      return new Promise<never>(() => undefined);
    }
  };
}

/** Asks until somebody answers: the connection may not have noticed yet that it is lost, or never have stood. */
async function untilAnswering(): Promise<void> {
  for (;;) {
    try {
      await fetch('/healthz', { cache: 'no-store' });
      return;
    } catch {
      await new Promise((later) => setTimeout(later, ASK_AGAIN_MS));
    }
  }
}

/**
 * Loads a part before it is needed, once the service is there. A part that is lost now is only missed when it is needed:
 * nobody asked for it yet, so the page stays as it is.
 */
export async function ahead(load: () => Promise<unknown>): Promise<void> {
  await untilReachable();
  await load().catch(() => undefined);
}

import { untilReachable } from './feed';

const NOTICED_MS = 500;
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
      // The connection may not have noticed yet that it is lost.
      await new Promise((later) => setTimeout(later, NOTICED_MS));
      await untilReachable();
      const attempted = `nexus-reload: ${String(error)}`;
      if (Date.now() - Number(sessionStorage.getItem(attempted)) < RECENT_MS) throw new LostPart(String(error));
      sessionStorage.setItem(attempted, String(Date.now()));
      location.reload();
      return new Promise<never>(() => undefined);
    }
  };
}

/**
 * Loads a part before it is needed, once the service is there. A part that is lost now is only missed when it is needed:
 * nobody asked for it yet, so the page stays as it is.
 */
export async function ahead(load: () => Promise<unknown>): Promise<void> {
  await untilReachable();
  await load().catch(() => undefined);
}

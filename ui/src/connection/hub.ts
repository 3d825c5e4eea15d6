import { createActor, type Actor } from 'xstate';

import { connectionMachine, standingOf } from './machine';
import type { FromHub, FromTab } from './wire';

/**
 * Holds the one stream of a browser and tells every tab what comes. It runs in the SharedWorker, or in the tab that
 * leads where there is none.
 */
export class Hub {
  readonly #actor: Actor<typeof connectionMachine>;
  readonly #tell: (message: FromHub) => void;

  /** `last`: the event after which the stream begins, null for those from now on. */
  constructor(
    tell: (message: FromHub) => void,
    scope: EventTarget & { navigator: { onLine: boolean } },
    last: number | null = null,
  ) {
    this.#tell = tell;
    this.#actor = createActor(connectionMachine, { input: { online: scope.navigator.onLine, last } });
    this.#actor.on('tell', ({ message }) => tell(message));
    let said = '';
    this.#actor.subscribe((state) => {
      const standing = standingOf(state);
      if (standing === said) return;
      said = standing;
      tell({ kind: 'standing', standing, problem: state.context.problem });
    });
    scope.addEventListener('online', () => this.#actor.send({ type: 'ONLINE' }));
    scope.addEventListener('offline', () => this.#actor.send({ type: 'OFFLINE' }));
    this.#actor.start();
  }

  /** What a tab says. A tab that joins hears where things stand; `answer` goes to it alone. */
  take(message: FromTab, answer: (message: FromHub) => void = this.#tell): void {
    if (message.kind === 'nudge') this.#actor.send({ type: 'NUDGE' });
    if (message.kind !== 'join') return;
    const state = this.#actor.getSnapshot();
    answer({ kind: 'standing', standing: standingOf(state), problem: state.context.problem });
    if (state.context.last !== null) answer({ kind: 'welcome', since: state.context.last });
  }

  stop(): void {
    this.#actor.stop();
  }
}

import type { LogEvent } from '../api/client';
import { EMPTY, frameOf, sharing, type Frame } from './frame';

/**
 * The log of a run and its sub-runs as a film: `whole` is its newest picture, `frame` the one that is looked at. It
 * takes events in any order, as often as they come, and stays where it was scrubbed to while the run goes on.
 */
export class Film {
  readonly #ids = new Set<number>();
  readonly #watchers = new Set<() => void>();
  #events: readonly LogEvent[] = [];
  #unsorted: LogEvent[] = [];
  #at: number | null = null;
  #due = false;
  whole: Frame = EMPTY;
  frame: Frame = EMPTY;
  /** When the event that is looked at happened, null while it follows the run. */
  time: string | null = null;

  /** All events, in order. */
  get events(): readonly LogEvent[] {
    return this.#events;
  }

  /** The event that is looked at, null while it follows the run. */
  get at(): number | null {
    return this.#at;
  }

  add(events: readonly LogEvent[]): void {
    for (const event of events) {
      if (this.#ids.has(event.id)) continue;
      this.#ids.add(event.id);
      this.#unsorted.push(event);
    }
    if (this.#unsorted.length > 0) this.#develop();
  }

  /** Look at the moment after the event `at`; null follows the run. */
  scrub(at: number | null): void {
    if (at === this.#at) return;
    this.#at = at;
    this.#show();
  }

  watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  /** Many events may come between two pictures of the screen: one development serves them all. */
  #develop(): void {
    if (this.#due) return;
    this.#due = true;
    requestAnimationFrame(() => {
      this.#due = false;
      const fresh = this.#unsorted;
      this.#unsorted = [];
      this.#events = [...this.#events, ...fresh].sort((one, other) => one.id - other.id);
      this.whole = this.#sharing(frameOf(this.#events));
      this.#show();
    });
  }

  #show(): void {
    const seen = this.#at === null ? this.#events : this.#until(this.#at);
    this.time = this.#at === null ? null : (seen.at(-1)?.ts ?? null);
    this.frame = this.#at === null ? this.whole : this.#sharing(frameOf(seen));
    this.#watchers.forEach((watcher) => watcher());
  }

  /** A step that is as it was in either picture is the same object: neither the run's going on nor scrubbing shows it anew. */
  #sharing(next: Frame): Frame {
    return sharing(this.whole, sharing(this.frame, next));
  }

  #until(id: number): readonly LogEvent[] {
    const end = this.#events.findIndex((event) => event.id > id);
    return end === -1 ? this.#events : this.#events.slice(0, end);
  }
}

import type { LogEvent, Problem } from '../api/client';

/** Where the connection to the event log stands. One of these words is always on the screen. */
export type Standing = 'offline' | 'connecting' | 'catching up' | 'live' | 'signed out';

/** What the hub says to every tab. `since`: the event before the first one that this tab will be told of. */
export type FromHub =
  | { kind: 'welcome'; since: number }
  | { kind: 'standing'; standing: Standing; problem: Problem | null }
  | { kind: 'event'; event: LogEvent }
  /** The log is another one (a restored or a new database): nothing that was seen holds any longer. */
  | { kind: 'reset'; since: number };

/** What a tab says to the hub. */
export type FromTab =
  | { kind: 'join' }
  | { kind: 'leave' }
  /** Something suggests that the service can be reached again: try now. */
  | { kind: 'nudge' };

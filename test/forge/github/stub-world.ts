import type { IncomingMessage } from "node:http";

/** A thing as the stub keeps it. */
export type Item = Record<string, unknown>;

/** One request as it arrived. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Item;
  /** What was answered. */
  status: number;
}

/** An answer instead of the real one; `after` lets the real work be done first, so that only the answer is lost. */
export interface Fault {
  readonly matches: RegExp;
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  readonly after?: boolean;
  readonly cut?: boolean;
  times?: number;
}

/** Just enough of GitHub to see what the forge asks and what it leaves behind. */
export interface Stub {
  readonly url: string;
  readonly seen: Seen[];
  readonly faults: Fault[];
  /** Answers instead of everything else, for what one test alone needs. */
  special: ((seen: Seen) => readonly [number, unknown, Record<string, string>?] | undefined) | undefined;
  readonly comments: Item[];
  readonly issues: Item[];
  readonly pulls: Item[];
  readonly statuses: Item[];
  readonly runs: Item[];
  readonly reactions: Item[];
  readonly refs: Map<string, string>;
  readonly commits: Map<string, Item>;
  readonly deployments: Item[];
  permission: string;
  /** Whom the token belongs to. */
  login: string;
  writes(): readonly Seen[];
  close(): Promise<void>;
}

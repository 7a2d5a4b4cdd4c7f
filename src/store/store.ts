import type { InventoryEntry } from "../core/inventory.ts";
import type { JsonObject } from "../core/json.ts";

/** One pass as history remembers it. */
export interface PassRecord {
  /** Grows by one with every pass of the fleet. */
  readonly number: number;
  readonly fleet: string;
  readonly wake: string;
  readonly commit: string;
  readonly planId: string;
  /** `invalid`, `refused`, `settled`, `applied`, `failed`. */
  readonly outcome: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Counts, refusals, problems and failures in the report's JSON shape. */
  readonly details: JsonObject;
}

/** One drift incident: opened when first seen, resolved when it ends. */
export interface Incident {
  readonly fleet: string;
  readonly address: string;
  readonly openedAt: string;
  readonly lastSeenAt: string;
  readonly resolvedAt: string | undefined;
  /** How many times it came back after it had ended. */
  readonly flaps: number;
  readonly details: JsonObject;
}

/** One thing that somebody asked for, and what became of it. */
export interface AuditRecord {
  /** Stable id of the request, such as a comment's: the same request is written once. */
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Who asked, as the forge calls them. */
  readonly actor: string;
  /** The request, e.g. `approve 1a2b3c4d5e6f`. */
  readonly action: string;
  /** Where it was asked, e.g. `pull request 7`. */
  readonly subject: string;
  /** `done`, or why not. */
  readonly result: string;
}

/** What the daemon remembers. Losing it loses nothing: the next pass rebuilds it from markers and Git. */
export interface Store {
  inventory(fleet: string): Promise<readonly InventoryEntry[]>;
  /** Writes or overwrites one entry; durable when the promise resolves. */
  put(fleet: string, entry: InventoryEntry): Promise<void>;
  /** Several at once, in one transaction. */
  putAll(fleet: string, entries: readonly InventoryEntry[]): Promise<void>;
  forget(fleet: string, address: string): Promise<void>;

  /** Small facts by name: `last-applied-commit`, `last-good-commit`, … */
  fact(fleet: string, name: string): Promise<string | undefined>;
  setFact(fleet: string, name: string, value: string): Promise<void>;
  /** Every fact whose name begins so, by name. */
  factsUnder(fleet: string, prefix: string): Promise<ReadonlyMap<string, string>>;
  dropFact(fleet: string, name: string): Promise<void>;

  /** Writes a request down once; says whether it is new. The oldest past the limit of history are dropped. */
  addAudit(fleet: string, record: AuditRecord): Promise<boolean>;
  /** Newest first. */
  audit(fleet: string, limit: number): Promise<readonly AuditRecord[]>;
  /** Says what became of a request. */
  finishAudit(fleet: string, id: string, result: string): Promise<void>;

  /** Adds a pass and drops the oldest past the limit of history; gives its number. */
  addPass(pass: Omit<PassRecord, "number">): Promise<number>;
  /** Newest first. */
  passes(fleet: string, limit: number): Promise<readonly PassRecord[]>;

  /** Incidents that are open, by address. */
  openIncidents(fleet: string): Promise<readonly Incident[]>;
  /** Opens or refreshes an incident; one that was resolved counts a flap. */
  seeIncident(fleet: string, address: string, details: JsonObject, atIso: string): Promise<Incident>;
  resolveIncident(fleet: string, address: string, atIso: string): Promise<void>;

  /** Takes the right to apply. Throws StoreError `locked` while another living process holds it. */
  lock(): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** The store cannot serve: `locked`, `corrupt`, `too-new`, `unavailable`. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: string;

  constructor(message: string, facts: { code: string; cause?: unknown }) {
    super(message, { cause: facts.cause });
    this.code = facts.code;
  }
}

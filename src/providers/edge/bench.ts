import type { JsonObject } from "../../core/json.ts";
import type { Client } from "./client.ts";
import type { Discovery } from "./discovery.ts";
import type { KnownKind } from "./kinds.ts";
import { fieldOf, textOf } from "./object.ts";

/** What carrying out an order needs. */
export interface Bench {
  readonly provider: string;
  readonly client: Client;
  readonly discovery: Discovery;
  readonly kinds: readonly KnownKind[];
  /** How long a kind may take to become ready or to be gone. */
  readonly readyTimeoutMs: (kind: KnownKind) => number;
  readonly pollIntervalMs: number;
  readonly settleTimeoutMs: number;
  readonly forceConflicts: boolean;
  readonly nowMs: () => number;
}

/** One object on the server: where it is and how its kind behaves. */
export interface Place {
  readonly kind: KnownKind;
  readonly path: string;
  /** `Network default/prod`. */
  readonly title: string;
  readonly key: string;
}

/** The object as it is now; undefined when it is gone. */
export function read(bench: Bench, place: Place, signal: AbortSignal): Promise<JsonObject | undefined> {
  const { path, title, key } = place;
  return bench.client.call({ method: "GET", path, doing: `read ${title}`, resource: key }, signal);
}

/** Whether somebody has asked for its deletion. */
export function isDeleting(object: JsonObject): boolean {
  return textOf(fieldOf(object, "metadata"), "deletionTimestamp") !== "";
}

/** The server's identity of this incarnation. */
export function uidIn(object: JsonObject): string {
  return textOf(fieldOf(object, "metadata"), "uid");
}

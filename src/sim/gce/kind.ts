import type { JsonObject } from "../../core/json.ts";
import type { Call } from "./call.ts";
import type { Work } from "./operations.ts";
import type { Place } from "./reference.ts";
import type { Stored } from "./resource-table.ts";
import type { World } from "./world.ts";

/** What an insert adds to its operation. */
export type InsertWork = Partial<Pick<Work, "type" | "first" | "steps" | "effect" | "fields" | "warnings">>;

/** One kind of resource: how it is checked and filled, what keeps it from being deleted, and what goes with it. */
export interface ResourceKind {
  /** Service of the published description. */
  readonly service: string;
  /** Segment in paths, and the key in aggregated lists. */
  readonly collection: string;
  /** `kind` of one resource, such as `compute#disk`. */
  readonly kind: string;
  /** The word in messages: `The network resource '…' is already being used by '…'`. */
  readonly label: string;
  /** Path parameter that names one. */
  readonly parameter: string;
  /** Checks a new body and fills in what the server fills; the common fields are added around it. */
  readonly make: (call: Call, place: Place) => JsonObject;
  /** Runs when it is stored: other resources that come with it, and what its operation does on the way. */
  readonly created?: (call: Call, stored: Stored) => InsertWork;
  /** Path of something that uses it; that keeps it from being deleted. */
  readonly userOf?: (world: World, stored: Stored) => string | undefined;
  /** Whether the refusal comes at once or inside the operation. */
  readonly refusal?: "request" | "operation";
  /** Refuses requests while another operation works on it. */
  readonly exclusive?: boolean;
  /** Runs before it goes away for good. */
  readonly removed?: (world: World, stored: Stored) => void;
  /** The body as it is served, where it tells about other resources. */
  readonly shown?: (world: World, stored: Stored) => JsonObject;
  /** Checks and fills a body after a patch; without it there is no patch. */
  readonly patched?: (call: Call, stored: Stored, merged: JsonObject) => JsonObject;
  /** Irregular operation types. */
  readonly types?: {
    readonly insert?: string;
    readonly delete?: string;
    readonly patch?: string | ((call: Call) => string);
  };
  /** Operations that are done at once. */
  readonly immediate?: readonly ("setLabels" | "patch")[];
  /** Whether a patch must carry the current fingerprint. */
  readonly needsFingerprint?: boolean;
  readonly labelled?: boolean;
}

import type { Json, JsonObject } from "./json.ts";
import type { Source } from "./problem.ts";

/**
 * The name people read: `<provider>/<kind>/<namespace>/<name>`, e.g. `gcp/instance/default/web-us-dfw-0`.
 * Unique in a fleet; the same commit always gives the same addresses.
 */
export type Address = string;

/** Which rollout a resource belongs to. Members of one group change one at a time (or `width` at a time). */
export interface Group {
  /** e.g. `default/web-us-dfw`: namespace and name of the deployment. */
  readonly name: string;
  /** Place in the group, from 0. */
  readonly ordinal: number;
  /** How many members may change side by side; 1 unless the manifest widens it. */
  readonly width: number;
  /** How long one member may take to get ready before the rollout stops; absent takes the configured time. */
  readonly progressDeadlineMs?: number;
}

/** One thing a provider can make, with its spec and the manifest lines that caused it. */
export interface Resource {
  readonly address: Address;
  /** Name of the configured provider (`gcp`, `edge`, …): the row in the provider table that carries it out. */
  readonly provider: string;
  /** Provider's own word: `network`, `subnetwork`, `firewall`, `instance`, … */
  readonly kind: string;
  /** Short stable hash of (fleet, kind, namespace, name): the identity that markers carry. */
  readonly uid: string;
  /** What the provider's world calls it: unique within it, e.g. `projects/p/zones/z/instances/web-us-dfw-0`. Pairs with Observed.key. */
  readonly key: string;
  /** The part of the provider's world that must be listed to see it: a project id, a namespace. */
  readonly realm: string;
  /**
   * Everything the provider needs to make and to compare it. References to other resources stand inside it as
   * `{"$ref": "<address>", "value": "<what the provider writes>"}`; dependencies are derived from them.
   */
  readonly spec: JsonObject;
  /** What stands once this is ready, in domain words that cross providers, e.g. `network default/prod`, `presence default/prod@default/dfw`. */
  readonly provides: readonly string[];
  /** What must be ready first although the spec does not name it. Every resource of any provider that provides one of these goes first. */
  readonly needs: readonly string[];
  /** Where it was declared: the manifest that caused it. */
  readonly source: Source;
  /** Field path of the spec → manifest line that decides it; a path without an entry falls back to `source`. */
  readonly fieldSources: Readonly<Record<string, Source>>;
  /** Field path of the spec → parts of manifests that it is rendered from; for fields that no single line decides. */
  readonly fieldIngredients?: Readonly<Record<string, readonly Ingredient[]>>;
  /** `<Kind> <namespace>/<name>` of the manifest that caused it, and the location it stands in (empty when global). */
  readonly owner: string;
  readonly location: string;
  readonly group?: Group;
  /** The manifest asks that it never be deleted or replaced. */
  readonly protected: boolean;
  /** The manifest asks to take over a thing of this key that is not ours. */
  readonly adopt: boolean;
  /** Nobody can mark such a thing after it was made: one that was taken over stays ours as long as its manifest asks for it. */
  readonly unmarkable?: boolean;
  /** What it holds would be lost with it: it is never replaced. */
  readonly irreplaceable?: boolean;
}

/** A part of a manifest. */
export interface Ingredient {
  /** What the manifest is known by in every commit. */
  readonly manifest: string;
  readonly path: readonly (string | number)[];
}

/** Proof of ownership, carried by every made thing: as labels, or as short JSON in its description. */
export interface Marker {
  readonly fleet: string;
  readonly uid: string;
  readonly address: Address;
  /** specHash of what was last applied. */
  readonly spec: string;
  /** Commit that was last applied, at least 12 hex digits. */
  readonly commit: string;
  /** The manifest asked that it never be deleted or replaced. */
  readonly protected?: boolean;
}

/** How far a thing is, in words common to all providers. */
export type Phase = "pending" | "ready" | "stopped" | "deleting" | "failed";

/** One statement that a thing makes about itself, in its world's own words. */
export interface StatusCondition {
  readonly type: string;
  /** `True`, `False` or `Unknown`. */
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** What people want to know of a living thing; shown in the fleet table, never compared. */
export interface Status {
  readonly phase: Phase;
  /** The provider's own word, e.g. `RUNNING`. */
  readonly detail: string;
  /** Addresses people would connect to: `{internal: "10.128.0.2", external: "34.1.2.3"}` or `{range: "10.128.0.0/20"}`. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Absent where a world has none. */
  readonly conditions?: readonly StatusCondition[];
}

/** The same thing as the provider sees it now, cut down to what is compared and shown. */
export interface Observed {
  readonly provider: string;
  readonly kind: string;
  readonly key: string;
  readonly realm: string;
  /** The provider's own incarnation id; differs after delete and create under one name. */
  readonly id: string;
  /** Absent when the thing is not ours. A marker of another fleet is present and foreign. */
  readonly marker?: Marker;
  /** Live values in the shape of Resource.spec (references as their plain `value`), normalised so that equal means equal. */
  readonly state: JsonObject;
  readonly status: Status;
  /**
   * Address block this thing holds, so that allocations never move: key `<namespace>/<network>@<location>`. `meant`: it only keeps the
   * block in mind, and counts where nothing holds one.
   */
  readonly allocation?: { readonly key: string; readonly block: string; readonly meant?: true };
}

/** What a field difference costs. */
export type Force = "nothing" | "restart" | "replace";

/** One difference between what is wanted and what is. Values are redacted before they get here. */
export interface FieldChange {
  readonly path: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
  readonly forces: Force;
  /** Manifest line that decides the field, when known. */
  readonly source?: Source;
  /** What was written otherwise since the last applied commit, for a field that is rendered from many. */
  readonly written?: readonly Written[];
}

/** One difference between a manifest and what it was at the last applied commit. */
export interface Written {
  /** `ConfigMap default/settings`. */
  readonly manifest: string;
  /** Field path in the manifest; members of lists by their names where they have any. */
  readonly path: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
  readonly source: Source;
}

import type { JsonObject } from "./json.ts";
import type { Address, Group, Status } from "./resource.ts";

/** One owned thing as we remember it. The inventory is the intention; the marker on the thing is the proof. */
export interface InventoryEntry {
  readonly address: Address;
  readonly provider: string;
  readonly kind: string;
  readonly uid: string;
  readonly key: string;
  readonly realm: string;
  readonly owner: string;
  readonly location: string;
  /** `applying` is written before the call, `applied` after it, `deleting` before a delete. */
  readonly phase: "applying" | "applied" | "deleting";
  /** Commit and spec last applied (or being applied). */
  readonly commit: string;
  readonly specHash: string;
  /** While `applying`: the specHash that was applied before, so that drift whose correction failed is still known as drift. */
  readonly appliedHash?: string;
  /** While a member of a rollout is `applying`: since when, so that its deadline survives the daemon. */
  readonly applyingSince?: string;
  readonly spec: JsonObject;
  readonly dependsOn: readonly Address[];
  readonly protected: boolean;
  readonly group?: Group;
  /** The provider's incarnation id when last seen; empty before the first answer. */
  readonly id: string;
  /** As last seen, for `status`. */
  readonly status?: Status;
}

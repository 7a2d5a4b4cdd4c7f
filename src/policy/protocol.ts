import type { JsonObject } from "../core/json.ts";
import type { Budgets } from "./budgets.ts";
import type { Finding, PolicySet } from "./policy-set.ts";
import type { Manifests } from "./subject.ts";

/** What a worker is started with. */
export interface Start {
  readonly set: PolicySet;
  readonly budgets: Budgets;
  /** Four numbers both threads see: `place` says which is which. */
  readonly state: SharedArrayBuffer;
}

/** Where the shared numbers stand: steps taken so far, the policy that runs (-1: none), the manifest it judges. */
export const place = { steps: 0, policy: 1, manifest: 2, size: 4 } as const;

/** What a worker is asked. */
export type Request =
  | { readonly kind: "manifests"; readonly manifests: readonly Manifests[]; readonly skip: readonly string[] }
  | { readonly kind: "plan"; readonly view: JsonObject; readonly now: string; readonly skip: readonly string[] };

/** What a worker answers. */
export interface Reply {
  /** Findings with the index of their manifest; 0 for a plan. */
  readonly findings: readonly (readonly [index: number, finding: Finding])[];
  /** Units spent, a row of all policies for each manifest; empty for a plan. */
  readonly spent: Float64Array;
}

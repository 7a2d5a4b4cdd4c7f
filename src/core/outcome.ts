import type { Action, Plan, Refusal } from "./change.ts";
import type { Doer } from "./drift.ts";
import type { MemberStatus } from "./members.ts";
import type { NetworkPlan } from "./network.ts";
import type { Problem } from "./problem.ts";
import type { Address, Phase, StatusCondition } from "./resource.ts";
import type { Stranger } from "./strangers.ts";

/** How a pass ended. */
export type OutcomeKind = "invalid" | "refused" | "settled" | "applied" | "failed";

/** What became of one change. */
export interface ChangeResult {
  readonly address: Address;
  readonly action: Action;
  /** `skipped`: something it depends on failed or is held. */
  readonly state: "done" | "failed" | "skipped";
  /** Why it failed or was skipped; empty when done. */
  readonly message: string;
  /** The provider error's code, when it failed. */
  readonly code: string;
  /** Whether trying again may help without anybody changing anything. */
  readonly retryable: boolean;
  readonly durationMs: number;
}

/** A thing that is wanted but not there yet, and what it waits for. */
export interface Pending {
  readonly address: Address;
  readonly waitsFor: Address;
  readonly message: string;
}

/** One line of the fleet table: a thing as last seen. */
export interface FleetRow {
  readonly address: Address;
  readonly provider: string;
  readonly kind: string;
  readonly name: string;
  readonly owner: string;
  readonly location: string;
  readonly phase: Phase | "absent";
  /** The provider's own word, e.g. `RUNNING`. */
  readonly detail: string;
  readonly addresses: Readonly<Record<string, string>>;
  readonly conditions?: readonly StatusCondition[];
  /** Why it is not as wanted; empty when it is. */
  readonly note: string;
}

/** One pass, with everything a reporter needs. */
export interface Outcome {
  readonly kind: OutcomeKind;
  readonly fleet: string;
  /** The repository's label. */
  readonly repository: string;
  readonly commit: string;
  readonly commitSubject: string;
  /** Manifests in the commit. */
  readonly manifests: number;
  readonly problems: readonly Problem[];
  /** Texts of the files that problems are in, for excerpts; never one that holds a Secret. */
  readonly sources: ReadonlyMap<string, string>;
  readonly plan: Plan | undefined;
  readonly refusals: readonly Refusal[];
  /** Who lifted the refusals of this plan; absent when nobody had to. */
  readonly approvedBy?: string;
  readonly results: readonly ChangeResult[];
  readonly pending: readonly Pending[];
  readonly table: readonly FleetRow[];
  /** What came of each workload, network and location over all clouds and control planes; absent where nothing was expanded. */
  readonly members?: readonly MemberStatus[];
  /** The address plan of each network; absent where nothing was expanded. */
  readonly networks?: readonly NetworkPlan[];
  /** Who changed what drifted, where its world tells. */
  readonly doers?: ReadonlyMap<Address, Doer>;
  /** What nobody manages but stands in our networks; absent where nothing was planned. */
  readonly strangers?: readonly Stranger[];
  /** What stopped the pass as a whole (a repository or provider that cannot be reached); empty otherwise. */
  readonly failure: string;
  /** Whether looking again later may help without anybody changing anything. */
  readonly retryable: boolean;
}

import type { Problem } from "../core/problem.ts";
import type { LoadedPolicies } from "./policies.ts";

/** A policy that cannot be understood must not be passed over in silence: the daemon does not start with it. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
  readonly problems: readonly Problem[];
  readonly sources: ReadonlyMap<string, string>;

  constructor(loaded: LoadedPolicies) {
    super("The policies are not valid.");
    this.problems = loaded.problems;
    this.sources = loaded.sources;
  }
}

/** Catalogs of the operator cannot be understood: nothing is judged by half of them. */
export class CatalogError extends Error {
  override readonly name = "CatalogError";
  readonly problems: readonly Problem[];
  readonly sources: ReadonlyMap<string, string>;

  constructor(message: string, problems: readonly Problem[], sources: ReadonlyMap<string, string>) {
    super(message);
    this.problems = problems;
    this.sources = sources;
  }
}

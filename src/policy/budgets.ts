import type { Action, Finding, Policy } from "./policy-set.ts";

/** What evaluating may cost. */
export interface Budgets {
  /** Units for one policy over one manifest. */
  readonly manifestUnits: number;
  /** Units for one policy over one plan. */
  readonly planUnits: number;
  /** Units for one policy over all manifests of a check. */
  readonly checkUnits: number;
}

/** About a tenth of a second, two seconds and ten seconds of one processor. */
export const defaultBudgets: Budgets = { manifestUnits: 1_000_000, planUnits: 20_000_000, checkUnits: 100_000_000 };

/** How bad a violation is under a binding's actions. */
export function severityOf(actions: readonly Action[]): Finding["severity"] {
  if (actions.includes("Deny")) return "error";
  return actions.includes("Warn") ? "warning" : "info";
}

/** How bad it is that a policy could not be evaluated: as bad as a violation, but nothing is stopped under Ignore. */
export function faultSeverity(failurePolicy: "Fail" | "Ignore", actions: readonly Action[]): Finding["severity"] {
  const severity = severityOf(actions);
  return failurePolicy === "Ignore" && severity === "error" ? "warning" : severity;
}

/** A policy that was stopped. Other policies go on. */
export function exceeded(policy: Policy, actions: readonly Action[], reason: string): Finding {
  const effect = policy.failurePolicy === "Fail" ? "" : " It is passed over.";
  return {
    policy: policy.name,
    kind: "exceeded",
    severity: faultSeverity(policy.failurePolicy, actions),
    message: `The policy was stopped: ${reason}.${effect}`,
    hint: "Nest fewer loops, or narrow what the policy matches.",
    path: [],
    changes: [],
  };
}

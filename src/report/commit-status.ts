import type { Outcome } from "../core/outcome.ts";
import { problemCounts } from "./problems.ts";
import { countOf, cut, visible } from "./text.ts";
import { ownPart, plannedText } from "./words.ts";

/** What a mark on a commit says, before a forge has cut it to its own size. */
export interface Mark {
  readonly state: "pending" | "success" | "failure" | "error";
  readonly description: string;
}

/** Longest description every forge takes. */
const longest = 140;

function mark(state: Mark["state"], description: string): Mark {
  return { state, description: cut(visible(description), longest) };
}

/** Whether the manifests are right, whatever they would do. */
export function checkMark(outcome: Outcome): Mark {
  const errors = outcome.problems.filter(({ severity }) => severity === "error").length;
  const counts = outcome.problems.length === 0 ? "nothing to object to" : problemCounts(outcome.problems);
  return mark(errors > 0 ? "failure" : "success", `${countOf(outcome.manifests, "manifest")}: ${counts}`);
}

/** What a merge will do. A refused plan fails unless somebody lifted exactly that. */
export function planMark(outcome: Outcome, facts: { readonly withheld: string; readonly approvedBy: string }): Mark {
  const { plan } = outcome;
  // Where this status is required, nothing gets in that was never planned.
  if (facts.withheld !== "") return mark("failure", facts.withheld);
  if (plan === undefined)
    return mark("failure", outcome.failure === "" ? "There is no plan: the manifests are not valid" : outcome.failure);
  const shown = outcome.refusals.length > 0 ? plan : ownPart(plan);
  const what = `${plannedText(shown)} (plan ${plan.planId})`;
  if (outcome.refusals.length > 0) {
    if (facts.approvedBy !== "") return mark("success", `Allowed by ${facts.approvedBy}: ${what}`);
    return mark("failure", `Refused by ${outcome.refusals.map(({ rule }) => rule).join(", ")}: ${what}`);
  }
  if (outcome.failure !== "") return mark("error", `Incomplete: ${outcome.failure}`);
  return mark("success", what);
}

/** What applying a commit came to. */
export function applyMark(outcome: Outcome): Mark {
  const planId = outcome.plan === undefined ? "" : ` (plan ${outcome.plan.planId})`;
  const done = outcome.results.filter(({ state }) => state === "done").length;
  switch (outcome.kind) {
    case "applied":
      return mark("success", `Applied: ${countOf(done, "change")} done${planId}`);
    case "settled":
      return mark("success", `Everything is as this commit wants${planId}`);
    case "invalid":
      return mark("failure", `Not applied: ${problemCounts(outcome.problems)}`);
    case "refused":
      return mark("failure", `Refused by ${outcome.refusals.map(({ rule }) => rule).join(", ")}${planId}`);
    case "failed": {
      const failed = outcome.results.filter(({ state }) => state === "failed");
      const why = failed[0]?.message ?? outcome.pending[0]?.message ?? outcome.failure;
      const state = outcome.retryable ? "pending" : "failure";
      return mark(
        state,
        `${countOf(done, "change")} done, ${failed.length} failed${outcome.retryable ? ", trying again" : ""}: ${why}`,
      );
    }
  }
}

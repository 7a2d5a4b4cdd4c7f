import type { EffectDifference } from "../core/effects.ts";
import type { Outcome } from "../core/outcome.ts";
import { applyMarkdown } from "./markdown.ts";
import { blocks, fold } from "./markdown-parts.ts";
import { codeSpan } from "./markdown-text.ts";
import { membersMarkdown } from "./members.ts";
import { differenceLines } from "./review.ts";
import { countOf, shortCommit } from "./text.ts";

/** What became of a merged pull request. */
export interface AppliedReport {
  readonly outcome: Outcome;
  /** How many commits later the one stands that was applied; 0 when it is the merge itself. */
  readonly carried: number;
  /** `unseen`: it is in place, but the pass that did it is not remembered. */
  readonly verdict: "as-reviewed" | "differs" | "unknown" | "unseen";
  readonly difference: EffectDifference;
  readonly reviewedPlanId: string;
  /** The comment that stood here before the merge, to be folded below. */
  readonly reviewed: string;
}

/** The comment of a merged pull request: whether what was done is what was reviewed, then what was done, then what was reviewed. */
export function appliedMarkdown(report: AppliedReport): string {
  const { outcome, carried, reviewed } = report;
  const members = outcome.members ?? [];
  const later =
    carried === 0
      ? ""
      : `Together with ${countOf(carried, "later commit")}, at ${codeSpan(shortCommit(outcome.commit))}.`;
  return blocks([
    comparison(report),
    later,
    applyMarkdown(outcome).trimEnd(),
    membersMarkdown(members.filter((one) => one.ready < one.wanted || one.drifted > 0 || one.unseen)),
    fold("Workloads, networks and locations", membersMarkdown(members)),
    fold("What was reviewed", reviewed.trimEnd()),
  ]);
}

function comparison({ outcome, verdict, difference, reviewedPlanId }: AppliedReport): string {
  const plan = reviewedPlanId === "" ? "" : ` (plan ${codeSpan(reviewedPlanId)})`;
  if (outcome.kind === "invalid" || outcome.kind === "refused") return `**Not applied**${plan}: see below.`;
  if (verdict === "unknown") return "**There is no memory of what was reviewed** to compare with.";
  if (verdict === "unseen")
    return `**In place**${plan}: nothing is left to do. What an earlier pass did is not remembered.`;
  if (verdict === "as-reviewed") return `**Applied as reviewed**${plan}.`;
  return [`**What was done differs from what was reviewed**${plan}:`, "", ...differenceLines(difference)].join("\n");
}

import type { Change } from "../../src/core/change.ts";
import { countActions } from "../../src/core/plan.ts";
import type { ReviewReport } from "../../src/report/review.ts";
import { change, outcome } from "./samples.ts";

/** A review of nothing in particular. */
export function report(facts: Partial<ReviewReport> = {}): ReviewReport {
  return {
    ...{ number: 7, headCommit: "1a2b3c4d5e6f", baseBranch: "main", outcome: outcome({ results: [] }) },
    ...{ withheld: "", previous: undefined, drifted: [], approvedBy: "", pageUrl: "", lineUrl: () => "" },
    ...facts,
  };
}

/** The review of a plan with these changes. */
export function planned(changes: readonly Change[]): ReviewReport {
  const plan = {
    planId: "aaaaaaaaaaaa",
    effectId: "b",
    fleet: "example",
    commit: "c",
    changes,
    counts: countActions(changes),
  };
  return report({ outcome: outcome({ plan }) });
}

/** What somebody might try who may write manifests. */
export const hostile = `</details>\`\`\`\n@everyone #1 https://evil.example <img src=x> \u202eabc \u{1f4a3} ${"x".repeat(10_000)}`;

/** One replacement with a text of somebody's in it. */
export function replacing(index: number, text: string): Change {
  const source = { file: "web.yaml", line: 12, column: 3 };
  return change({
    address: `gcp/instance/default/web-us-dfw-${index}`,
    action: "replace",
    reason: text,
    group: { name: "default/web-us-dfw", ordinal: index, width: 1 },
    fields: [{ path: "zone", before: `a${index}`, after: text, forces: "replace", source }],
  });
}

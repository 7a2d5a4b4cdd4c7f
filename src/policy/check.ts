import type { Refusal } from "../core/change.ts";
import { type Problem, sortProblems } from "../core/problem.ts";
import { type PolicyDocument, textOfPath } from "./document.ts";
import type { Finding, PolicySet } from "./policy-set.ts";
import type { Manifests } from "./subject.ts";

/** A manifest to be judged, with the document that its problems point into: for a removed one, what it was. */
export interface Judged extends Manifests {
  readonly document: Pick<PolicyDocument, "at">;
}

/** What policies say about a plan: why it may not be applied, and what is only shown. */
export interface PlanVerdict {
  readonly refusals: readonly Refusal[];
  readonly problems: readonly Problem[];
}

/** What a policy found as a problem of the manifest. */
export function problemOf(finding: Finding, document: Pick<PolicyDocument, "at">): Problem {
  return {
    ...document.at(finding.path),
    severity: finding.severity,
    rule: finding.kind === "exception" ? "policy/exception" : `policy/${finding.policy}`,
    path: textOfPath(finding.path),
    message: finding.message,
    hint: finding.hint,
  };
}

/** Errors of plan policies refuse the plan; the rest are problems at the policy's own place. */
export function verdictOf(findings: readonly Finding[], set: PolicySet): PlanVerdict {
  const refusals = findings
    .filter(({ severity }) => severity === "error")
    .map(({ policy, message, changes }) => ({ rule: `policy/${policy}`, message, changes }));
  const problems = findings
    .filter(({ severity }) => severity !== "error")
    .map((finding) => {
      const source = set.policies.find(({ name }) => name === finding.policy)?.source;
      return problemOf(finding, { at: () => source ?? { file: "", line: 1, column: 1 } });
    });
  return { refusals, problems: sortProblems(problems) };
}

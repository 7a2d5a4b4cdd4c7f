import type { Plan, Refusal } from "../core/change.ts";
import { type Problem, sortProblems } from "../core/problem.ts";
import { type PolicyDocument, textOfPath } from "./document.ts";
import { type Budgets, createJudge, defaultBudgets } from "./judge.ts";
import { planView, type Surroundings } from "./plan-view.ts";
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

/** Judges manifests in this thread: for tests and tools that stand no deadline. Budgets hold all the same. */
export function checkManifestsHere(
  set: PolicySet,
  judged: readonly Judged[],
  budgets: Budgets = defaultBudgets,
): readonly Problem[] {
  const judge = createJudge(set, budgets);
  return sortProblems(
    judged.flatMap((one) =>
      judge.manifest(one, new Set(), () => undefined).map((finding) => problemOf(finding, one.document)),
    ),
  );
}

/** Judges a plan in this thread. `now` is a moment such as `2026-02-28T12:00:00Z`. */
export function checkPlanHere(set: PolicySet, plan: Plan, now: string, surroundings: Surroundings = {}): PlanVerdict {
  const judge = createJudge(set);
  return verdictOf(
    judge.plan(planView(plan, surroundings), now, new Set(), () => undefined),
    set,
  );
}

import type { Plan } from "../core/change.ts";
import { type Problem, sortProblems } from "../core/problem.ts";
import { type Budgets, defaultBudgets } from "./budgets.ts";
import { type Judged, type PlanVerdict, problemOf, verdictOf } from "./check.ts";
import { createJudge } from "./judge.ts";
import { planView, type Surroundings } from "./plan-view.ts";
import type { PolicySet } from "./policy-set.ts";

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

import type { Refusal } from "./core/change.ts";
import { type Problem, type Severity, sortProblems } from "./core/problem.ts";
import type { PlanVerdict } from "./policy/check.ts";
import type { PolicyEngine } from "./policy/door.ts";

/** What judges manifests and plans. */
export type PolicyJudge = Pick<PolicyEngine, "checkManifests" | "checkPlan">;

/** One set of policies among several that judge the same commit. */
export interface Sitting {
  readonly judge: PolicyJudge;
  /** Whether it judges manifests at all, and so knows whom a manifest may be excused from. */
  readonly judgesManifests: boolean;
  /** The commit it stands in where the judged commit changes it; empty for what is in force after it too. */
  readonly until: string;
}

const rank: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

/**
 * Several sets of policies as one judge: each for itself, nothing of one counts for another, and what two say alike is said
 * once, as bad as the worse of them. `said` is told with every commit.
 */
export function judgeTogether(sittings: readonly Sitting[], said: readonly Problem[]): PolicyJudge {
  return {
    async checkManifests(judged) {
      const all: (readonly [Sitting, readonly Problem[]])[] = [];
      for (const one of sittings) all.push([one, await one.judge.checkManifests(judged)]);
      const found = new Map<string, Problem>();
      const unknown = new Map<string, number>();
      for (const [sitting, problems] of all) {
        for (const problem of problems) {
          const key = keyOf(problem);
          if (isUnknownPolicy(problem)) unknown.set(key, (unknown.get(key) ?? 0) + 1);
          const known = found.get(key);
          if (known === undefined || rank[problem.severity] < rank[known.severity])
            found.set(key, sitting.until === "" ? problem : { ...problem, hint: lasting(problem.hint, sitting.until) });
        }
      }
      // Only what no set knows is unknown.
      const sets = sittings.filter(({ judgesManifests }) => judgesManifests).length;
      const told = [...found].filter(([key, one]) => !isUnknownPolicy(one) || unknown.get(key) === sets);
      return sortProblems([...said, ...told.map(([, problem]) => problem)]);
    },
    async checkPlan(plan, now, surroundings) {
      const verdicts: (readonly [Sitting, PlanVerdict])[] = [];
      for (const one of sittings) verdicts.push([one, await one.judge.checkPlan(plan, now, surroundings)]);
      const refusals = new Map<string, Refusal>();
      const problems = new Map<string, Problem>();
      for (const [{ until }, verdict] of verdicts) {
        for (const refusal of verdict.refusals) {
          const key = `${refusal.rule}\n${refusal.message}`;
          const message = until === "" ? refusal.message : `${refusal.message} ${lastingNote(until)}`;
          if (!refusals.has(key)) refusals.set(key, { ...refusal, message });
        }
        for (const problem of verdict.problems)
          if (!problems.has(keyOf(problem))) problems.set(keyOf(problem), problem);
      }
      return { refusals: [...refusals.values()], problems: sortProblems([...problems.values()]) };
    },
  };
}

function keyOf({ file, line, column, rule, path, message }: Problem): string {
  return [file, line, column, rule, path, message].join("\n");
}

function isUnknownPolicy({ rule, message }: Problem): boolean {
  return rule === "policy/exception" && message.startsWith("There is no policy ");
}

function lasting(hint: string, until: string): string {
  return `${hint} ${lastingNote(until)}`.trim();
}

function lastingNote(until: string): string {
  return `The policy says so at ${until.slice(0, 8)}; what a commit changes of it counts for the commits after.`;
}

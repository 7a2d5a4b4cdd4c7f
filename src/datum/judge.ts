import { hasErrors, sortProblems } from "../core/problem.ts";
import type { Checker, CheckResult, ParsedFile } from "./check.ts";
import { expandFleet } from "./expand.ts";

/**
 * Everything that can be said of files without looking at any world: every check, and where they all pass what expansion
 * finds (generated names that clash or are too long, ranges that are too small).
 */
export function judgeFiles(checker: Checker, files: readonly ParsedFile[]): CheckResult {
  const checked = checker.check(files);
  if (hasErrors(checked.problems)) return checked;
  const { problems } = expandFleet(checked.documents, { fleet: "", allocations: new Map() });
  return { ...checked, problems: sortProblems([...checked.problems, ...problems]) };
}

import { hasErrors, type Problem, sortProblems } from "../core/problem.ts";
import type { Checker, CheckResult, ParsedFile } from "./check.ts";
import type { Document } from "./document.ts";
import { expandFleet } from "./expand.ts";
import { suspectsOf } from "./suspects.ts";

/**
 * Everything that can be said of files without looking at any world: every check, and what expansion finds (generated names
 * that clash or are too long, ranges that are too small). Where something is wrong already, only names and keys are told of what the
 * schema allows, for the rest may follow from what is wrong.
 */
export function judgeFiles(checker: Checker, files: readonly ParsedFile[]): CheckResult {
  const checked = checker.check(files);
  const isSound = !hasErrors(checked.problems);
  const told = isSound ? expandFleet(checked.documents, nowhere).problems : nameProblems(checked);
  return { ...checked, problems: sortProblems([...checked.problems, ...told]) };
}

const nowhere = { fleet: "", allocations: new Map() } as const;

/** What is wrong with generated names, and with keys that are read, where something else is wrong too. */
export function nameProblems(checked: CheckResult): readonly Problem[] {
  const suspects = suspectsOf(withoutFaulty(checked));
  if (suspects.length === 0) return [];
  const { problems } = expandFleet(suspects, nowhere);
  return problems.filter(({ rule }) => /^(names\/|workload\/configmap-key$)/.test(rule));
}

/** Faults of shape and of names: names that are generated of them would be told wrongly, or told twice. */
const faults = /^(schema|names|manifest|generation|yaml)\/|^workload\/placement-|^workload\/city-codes$/;

/** The documents in whose lines no such fault is told. */
function withoutFaulty({ documents, problems }: CheckResult): readonly Document[] {
  const lines = new Map<string, number[]>();
  for (const { file, line, rule, severity } of problems as readonly Problem[]) {
    if (severity === "error" && faults.test(rule)) lines.set(file, [...(lines.get(file) ?? []), line]);
  }
  if (lines.size === 0) return documents;
  return documents.filter((document, index) => {
    if (!lines.has(document.file)) return true;
    const [first, end] = [document.at([]).line, documents[index + 1]];
    const last = end?.file === document.file ? end.at([]).line : Number.POSITIVE_INFINITY;
    return !(lines.get(document.file) ?? []).some((line) => line >= first && line < last);
  });
}

/** Where a value was written: a file of the repository, line and column counted from 1. */
export interface Source {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** How bad a problem is: an error stops the commit, a warning and an info are only shown. */
export type Severity = "error" | "warning" | "info";

/** Bad input as a value: what is wrong, where, and what to do. Never an exception. */
export interface Problem extends Source {
  readonly severity: Severity;
  /** Stable id, `<family>/<name>` in kebab case, e.g. `schema/unknown-field`. */
  readonly rule: string;
  /** Field path inside the document, e.g. `spec.placements[0].cityCodes[1]`; empty for the whole document. */
  readonly path: string;
  readonly message: string;
  /** One sentence that says how to put it right; empty when nothing useful can be said. */
  readonly hint: string;
}

/** Says whether any problem stops the commit. */
export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === "error");
}

/** Sorts by file, line, column, rule, path and message, and drops exact repeats, so that the same input gives the same output. */
export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  const sorted = [...problems].sort(compareProblems);
  return sorted.filter((problem, index) => index === 0 || compareProblems(sorted[index - 1] as Problem, problem) !== 0);
}

function compareProblems(left: Problem, right: Problem): number {
  return (
    compareText(left.file, right.file) ||
    left.line - right.line ||
    left.column - right.column ||
    compareText(left.rule, right.rule) ||
    compareText(left.path, right.path) ||
    compareText(left.message, right.message)
  );
}

/** Orders text by code unit: the same on every machine, whatever its locale. */
export function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

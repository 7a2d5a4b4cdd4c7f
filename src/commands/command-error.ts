import type { Problem } from "../core/problem.ts";

/** A command cannot go on and says why: wrong configuration, wrong flags. Printed as it is, exit code 1. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  /** What is wrong in a file, when that is the reason. */
  readonly problems: readonly Problem[];
  /** The file's text, for excerpts. */
  readonly sources: ReadonlyMap<string, string>;

  constructor(message: string, problems: readonly Problem[] = [], sources: ReadonlyMap<string, string> = new Map()) {
    super(message);
    this.problems = problems;
    this.sources = sources;
  }
}

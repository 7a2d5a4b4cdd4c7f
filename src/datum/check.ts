import type { Problem } from "../core/problem.ts";
import type { Document } from "./document.ts";

/** How one document of a repository ends. */
export type Disposition = "managed" | "reference" | "unmanaged" | "unknown" | "not-a-manifest";

/** One file after parsing: depends on its path and bytes alone, so it may be cached by blob id. */
export interface ParsedFile {
  readonly file: string;
  readonly documents: readonly Document[];
  readonly problems: readonly Problem[];
  /** Every document of the file, also those that gave no Document. */
  readonly dispositions: readonly Disposition[];
  /** Documents whose kind is not known: what they were meant to be is not missing. Absent where there are none. */
  readonly strangers?: readonly Stranger[];
}

/** What can be said of a document whose kind is not known. */
export interface Stranger {
  readonly name: string;
  /** Whether it may have been meant to be a Location, and give a city. */
  readonly isPlace: boolean;
}

/** All files of a commit after every check. */
export interface CheckResult {
  /** Documents that carry a manifest, defaults applied, in order of file and index. */
  readonly documents: readonly Document[];
  /** All problems at once, sorted. */
  readonly problems: readonly Problem[];
  readonly counts: Readonly<Record<Disposition, number>>;
}

/** Checks bytes of a repository. Both steps are pure; neither throws for any input. */
export interface Checker {
  parse(file: string, bytes: Uint8Array): ParsedFile;
  check(files: readonly ParsedFile[]): CheckResult;
}

import type { RepositoryLimits } from "../../src/repo/limits.ts";
import type { Repository } from "../../src/repo/repository.ts";

/** A repository under test and a work tree whose commits reach it. */
export interface RepositoryWorld {
  readonly repository: Repository;
  readonly workTree: string;
  /** Brings all branches and tags of the work tree to where the repository looks; what is gone is removed there. */
  publish(): Promise<void>;
  /** Packs the objects where the repository looks. */
  pack(): Promise<void>;
  close(): Promise<void>;
}

/** Runs a test in a world of its own. */
export type InWorld = (
  title: string,
  body: (world: RepositoryWorld) => Promise<void>,
  limits?: Partial<RepositoryLimits>,
) => void;

import { hasErrors, type Problem, sortProblems } from "../core/problem.ts";
import type { PolicyDocument } from "../policy/document.ts";
import { parsePolicies } from "../policy/parse.ts";
import type { PolicySet } from "../policy/policy-set.ts";
import { policyDocuments } from "../policy-files.ts";
import { isManifestPath } from "../read.ts";
import { folderFiles } from "../repo/index.ts";

/** Policies as they were read, and what is wrong with them. */
export interface LoadedPolicies {
  readonly set: PolicySet;
  readonly problems: readonly Problem[];
  /** Texts of the files, for excerpts. */
  readonly sources: ReadonlyMap<string, string>;
}

/** Reads the daemon's policies from files and folders of the disk. */
export async function loadPolicies(paths: readonly string[]): Promise<LoadedPolicies> {
  const { documents, problems: unread, sources } = await loadPolicyDocuments(paths);
  const { set, problems } = parsePolicies(documents);
  return { set, problems: sortProblems([...unread, ...problems]), sources };
}

/** Every document of files and folders, with the place of every node, and what could not be read. */
export async function loadPolicyDocuments(paths: readonly string[]): Promise<{
  readonly documents: readonly PolicyDocument[];
  readonly problems: readonly Problem[];
  readonly sources: ReadonlyMap<string, string>;
}> {
  const files = paths.length === 0 ? [] : await folderFiles(paths, { accept: isManifestPath });
  return {
    ...policyDocuments(files),
    sources: new Map(files.map((file) => [file.path, new TextDecoder().decode(file.bytes)])),
  };
}

/** A policy that cannot be understood must not be passed over in silence: the daemon does not start with it. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
  readonly problems: readonly Problem[];
  readonly sources: ReadonlyMap<string, string>;

  constructor(loaded: LoadedPolicies) {
    super("The policies are not valid.");
    this.problems = loaded.problems;
    this.sources = loaded.sources;
  }
}

/** Says whether the daemon may run with these policies. */
export function isUsable(loaded: LoadedPolicies): boolean {
  return !hasErrors(loaded.problems);
}

import { hasErrors, type Problem, sortProblems } from "../core/problem.ts";
import type { PolicyDocument } from "../policy/document.ts";
import { emptyPolicySet, type PolicySet } from "../policy/policy-set.ts";
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
  if (paths.length === 0) return { set: emptyPolicySet, problems: [], sources: new Map() };
  // The language is large; who has no policies never loads it.
  const { parsePolicies } = await import("../policy/parse.ts");
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

/** Says whether the daemon may run with these policies. */
export function isUsable(loaded: LoadedPolicies): boolean {
  return !hasErrors(loaded.problems);
}

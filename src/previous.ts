import type { Assumed, Plan } from "./core/change.ts";
import { newlyAssumed } from "./datum/assumed.ts";
import type { Document } from "./datum/document.ts";
import { type Earlier, earlierOf } from "./datum/earlier.ts";
import { placesOf } from "./datum/targets.ts";
import { readManifests } from "./read.ts";
import { RepositoryError } from "./repo/repository.ts";

type Reading = Parameters<typeof readManifests>;

/** The documents of the last applied commit; none where nobody remembers it. What did not change is in the cache. */
export async function previousDocuments(
  judges: Reading[0],
  question: Reading[1] & { readonly previous?: string | undefined },
  documents: readonly Document[],
): Promise<Earlier> {
  const { previous, commit } = question;
  if (previous === undefined) return earlierOf([], documents);
  const found = previous === commit ? documents : await readDocuments(judges, question, previous);
  return earlierOf(found, documents);
}

async function readDocuments(judges: Reading[0], question: Reading[1], commit: string): Promise<readonly Document[]> {
  try {
    const files = await readManifests(judges, { ...question, commit, onProgress: () => undefined });
    return judges.checker.check(files.parsed).documents;
  } catch (error) {
    // History may have been rewritten or cut short: then everything counts as new, which is what a first commit is.
    if (error instanceof RepositoryError) return [];
    throw error;
  }
}

/** City codes by the names of locations, as a commit says them. */
export function citiesOf(documents: readonly Document[]): ReadonlyMap<string, string> {
  return new Map(placesOf(documents).map(({ name, cityCode }) => [name, cityCode]));
}

/** Defaults that manifests newly rely on, of those whose things a plan makes or changes. */
export function assumedIn(plan: Plan, documents: readonly Document[], before: Earlier): readonly Assumed[] {
  const moving = plan.changes.filter(({ action }) => action !== "keep" && action !== "delete");
  const owners = new Set(moving.map(({ resource }) => resource?.owner));
  return newlyAssumed(documents, before).filter(({ owner }) => owners.has(owner));
}

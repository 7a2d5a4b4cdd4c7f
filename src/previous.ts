import type { Assumed, Plan } from "./core/change.ts";
import { newlyAssumed } from "./datum/assumed.ts";
import { type Document, identityOf } from "./datum/document.ts";
import { placesOf } from "./datum/targets.ts";
import { readManifests } from "./read.ts";
import { RepositoryError } from "./repo/repository.ts";

type Reading = Parameters<typeof readManifests>;

/** The same list is asked for in each pass until something is applied. */
const identities = new WeakMap<readonly Document[], ReadonlyMap<string, Document>>();

/** The documents of the last applied commit by identity; none where nobody remembers it. What did not change is in the cache. */
export async function previousDocuments(
  judges: Reading[0],
  question: Reading[1] & { readonly previous?: string | undefined },
  documents: readonly Document[],
): Promise<ReadonlyMap<string, Document>> {
  const { previous, commit } = question;
  if (previous === undefined) return new Map();
  const found = previous === commit ? documents : await readDocuments(judges, question, previous);
  const known = identities.get(found) ?? new Map(found.map((document) => [identityOf(document), document]));
  identities.set(found, known);
  return known;
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
export function citiesOf(documents: ReadonlyMap<string, Document>): ReadonlyMap<string, string> {
  return new Map(placesOf([...documents.values()]).map(({ name, cityCode }) => [name, cityCode]));
}

/** Defaults that manifests newly rely on, of those whose things a plan makes or changes. */
export function assumedIn(
  plan: Plan,
  documents: readonly Document[],
  before: ReadonlyMap<string, Document>,
): readonly Assumed[] {
  const moving = plan.changes.filter(({ action }) => action !== "keep" && action !== "delete");
  const owners = new Set(moving.map(({ resource }) => resource?.owner));
  return newlyAssumed(documents, before).filter(({ owner }) => owners.has(owner));
}

import type { Assumed } from "../core/change.ts";
import { canonical } from "../core/json.ts";
import { type Document, identityOf } from "./document.ts";

/** `Network default/prod`: how people call a manifest. */
export function ownerOf({ kind, namespace, name }: Pick<Document, "kind" | "namespace" | "name">): string {
  return namespace === "" ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/**
 * What each document leaves to defaults and did not leave to the same default before: what a reviewer has not seen yet.
 * `before` holds the documents of the last applied commit by identity.
 */
export function newlyAssumed(
  documents: readonly Document[],
  before: ReadonlyMap<string, Document>,
): readonly Assumed[] {
  return documents.flatMap((document): readonly Assumed[] => {
    const old = before.get(identityOf(document))?.defaults ?? [];
    const known = new Set(old.map(({ path, value }) => `${path} ${canonical(value)}`));
    const fields = (document.defaults ?? []).filter(({ path, value }) => !known.has(`${path} ${canonical(value)}`));
    return fields.length === 0 ? [] : [{ owner: ownerOf(document), source: document.at([]), fields }];
  });
}

import type { Assumed } from "../core/change.ts";
import { canonical } from "../core/json.ts";
import type { Document } from "./document.ts";
import type { Earlier } from "./earlier.ts";

/** `Network default/prod`: how people call a manifest. */
export function ownerOf({ kind, namespace, name }: Pick<Document, "kind" | "namespace" | "name">): string {
  return namespace === "" ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/**
 * What each document leaves to defaults and did not leave to the same default at the last applied commit: what a reviewer has not
 * seen yet.
 */
export function newlyAssumed(documents: readonly Document[], before: Pick<Earlier, "of">): readonly Assumed[] {
  return documents.flatMap((document): readonly Assumed[] => {
    const old = before.of(document);
    if (old === document) return [];
    const known = new Set((old?.defaults ?? []).map(({ path, value }) => `${path} ${canonical(value)}`));
    const fields = (document.defaults ?? []).filter(({ path, value }) => !known.has(`${path} ${canonical(value)}`));
    return fields.length === 0 ? [] : [{ owner: ownerOf(document), source: document.at([]), fields }];
  });
}

import { isObject, type Json } from "../core/json.ts";

/** The word of Kubernetes for lists whose entries differ in some fields. */
export const listKeys = "x-kubernetes-list-map-keys";

/** An entry that has the key of one above it. */
export interface Doubled {
  readonly index: number;
  readonly first: number;
  /** The last of the key's fields: where the problem is shown. */
  readonly key: string;
  readonly text: string;
}

/** Entries of a list that repeat the key of an earlier one. Entries without a key are somebody else's problem. */
export function findDoubled(keys: readonly string[], list: readonly Json[]): readonly Doubled[] {
  const seen = new Map<string, number>();
  const doubled: Doubled[] = [];
  for (const [index, entry] of list.entries()) {
    if (!isObject(entry)) continue;
    const parts = keys.map((key) => entry[key]);
    if (parts.some((part) => part === undefined || part === null || part === "")) continue;
    const id = JSON.stringify(parts);
    const first = seen.get(id);
    const key = keys.at(-1);
    if (first === undefined) seen.set(id, index);
    else if (key !== undefined) doubled.push({ index, first, key, text: parts.map(String).join(" ") });
  }
  return doubled;
}

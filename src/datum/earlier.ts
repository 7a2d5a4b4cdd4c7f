import { type Document, identityOf } from "./document.ts";

/** The documents of the last applied commit, beside those of now. */
export interface Earlier {
  readonly documents: readonly Document[];
  /** Those that stand no more. */
  readonly removed: readonly Document[];
  /** What a document of now was: itself where it did not change; undefined where it is new. */
  of(document: Document): Document | undefined;
}

/**
 * Compares two commits. A document that did not change is the same object in both: only the few others are looked for by name, for
 * to look up each of ten thousand names in every pass would cost more than all checks of what changed.
 */
export function earlierOf(was: readonly Document[], now: readonly Document[]): Earlier {
  const before = new Set(was);
  const present = was === now ? before : new Set(now);
  const left = new Map<string, Document>();
  for (const document of was) if (!present.has(document)) left.set(identityOf(document), document);
  const removed = new Map(left);
  for (const document of now) if (!before.has(document)) removed.delete(identityOf(document));
  return {
    documents: was,
    removed: [...removed.values()],
    of: (document) => (before.has(document) ? document : left.get(identityOf(document))),
  };
}

import { isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from "yaml";
import type { Path } from "./document.ts";

/** One place of a file as programs name it. */
export interface Located {
  /** Place of the document in its file, from 0. */
  readonly index: number;
  readonly path: Path;
  readonly shape: "scalar" | "list" | "map";
}

/** The field whose name or value, or the item, begins at a line and column (from 1); undefined where none does. */
export function locate(text: string, place: { readonly line: number; readonly column: number }): Located | undefined {
  const lineCounter = new LineCounter();
  const parsed = parseAllDocuments(text, { schema: "core", lineCounter, prettyErrors: false, logLevel: "silent" });
  const documents = Array.isArray(parsed) ? parsed.filter((document) => document.contents !== null) : [];
  const isThere = (offset: number | undefined): boolean => {
    if (offset === undefined) return false;
    const { line, col } = lineCounter.linePos(offset);
    return line === place.line && col === place.column;
  };
  for (const [index, document] of documents.entries()) {
    // Between braces, as in JSON, a document begins before its first field.
    const { contents } = document;
    if (isMap(contents) && contents.flow === true && isThere(contents.range?.[0]))
      return { index, path: [], shape: "map" };
    const found = search(document.contents as Node | null, [], isThere);
    if (found !== undefined) return { index, ...found };
  }
  return undefined;
}

type Found = Pick<Located, "path" | "shape">;

function search(node: unknown, path: Path, isThere: (offset: number | undefined) => boolean): Found | undefined {
  if (isMap(node)) {
    for (const { key, value } of node.items) {
      if (!isScalar(key)) continue;
      const inner = [...path, String(key.value)];
      const start = (value as { readonly range?: readonly number[] | null } | null)?.range?.[0];
      // A list or map that begins at its first field is that field's place, not its own.
      if (isThere(key.range?.[0]) || (isScalar(value) && isThere(start)) || (isSeq(value) && isThere(start)))
        return { path: inner, shape: shapeOf(value) };
      const found = search(value, inner, isThere);
      if (found !== undefined) return found;
    }
  } else if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) {
      const inner = [...path, index];
      const found = search(item, inner, isThere);
      if (found !== undefined) return found;
      if (isScalar(item) && isThere(item.range?.[0])) return { path: inner, shape: "scalar" };
    }
  }
  return undefined;
}

function shapeOf(node: unknown): Found["shape"] {
  if (isMap(node)) return "map";
  return isSeq(node) ? "list" : "scalar";
}

import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  parseAllDocuments,
  Scalar,
  stringify,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { canonical, isObject, type Json } from "../core/json.ts";
import { type Path, valueAt } from "./document.ts";

/** One value to be written into one document of a file. */
export interface Edit {
  /** Place of the document in its file, from 0. */
  readonly index: number;
  readonly path: Path;
  /** What shall stand there; undefined takes the field away. */
  readonly value: Json | undefined;
}

/** The text after the edits, or why they could not be made without harm. */
export type Edited = { readonly text: string } | { readonly refusal: string };

/**
 * Writes values into a manifest and leaves every other byte as its author wrote it: comments, order, quotes, indents.
 * The result is read again and must hold exactly the wanted values; where that cannot be had, nothing is changed.
 */
export function editManifest(text: string, edits: readonly Edit[]): Edited {
  let edited = text;
  for (const edit of edits) {
    const before = valuesOf(edited);
    const wanted = before?.[edit.index];
    if (before === undefined || wanted === undefined) return { refusal: "The file cannot be read any more." };
    const expected = before.map((value, index) =>
      index === edit.index ? withValue(value, edit.path, edit.value) : value,
    );
    const next = inTheStyleOf(edited, splice(edited, edit));
    const after = next === undefined ? undefined : valuesOf(next);
    if (next === undefined || after === undefined || canonical(after) !== canonical(expected))
      return { refusal: `${edit.path.join(".")} cannot be written without changing more than that.` };
    edited = next;
  }
  return { text: edited };
}

/** Line ends as the author's editor writes them, where it writes only one kind. */
function inTheStyleOf(before: string, after: string | undefined): string | undefined {
  const isWindows = before.includes("\r\n") && !/(^|[^\r])\n/.test(before);
  return isWindows ? after?.replace(/\r?\n/g, "\r\n") : after;
}

/** What stands in a JSON file stays JSON. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const parseOptions = { schema: "core", keepSourceTokens: true, prettyErrors: false, logLevel: "silent" } as const;

function documentsOf(text: string) {
  const documents = parseAllDocuments(text, parseOptions);
  return Array.isArray(documents) ? documents.filter((document) => document.contents !== null) : [];
}

function valuesOf(text: string): readonly Json[] | undefined {
  try {
    const documents = documentsOf(text);
    if (documents.some(({ errors }) => errors.length > 0)) return undefined;
    return documents.map((document) => document.toJS({ maxAliasCount: 100 }) as Json);
  } catch {
    return undefined;
  }
}

/** The value with one path set or taken away; parents that are missing are made. */
function withValue(whole: Json, path: Path, value: Json | undefined): Json {
  const [step, ...rest] = path;
  if (step === undefined) return value ?? null;
  if (typeof step === "number") {
    const list = Array.isArray(whole) ? [...whole] : [];
    if (rest.length === 0 && value === undefined) list.splice(step, 1);
    else list[step] = withValue(list[step] ?? null, rest, value);
    return list;
  }
  const fields: Record<string, Json> = isObject(whole) ? { ...whole } : {};
  if (rest.length === 0 && value === undefined) delete fields[step];
  else fields[step] = withValue(fields[step] ?? null, rest, value);
  return fields;
}

/** Cuts one value out of the text and another in. Undefined where the shape of the text does not allow it. */
function splice(text: string, { index, path, value }: Edit): string | undefined {
  const document = documentsOf(text)[index];
  if (document === undefined) return undefined;
  const node: unknown = path.length === 0 ? document.contents : document.getIn([...path], true);
  if (value === undefined) return takeAway(text, document.getIn(path.slice(0, -1), true), path.at(-1));
  if (isScalar(node) && node.range) {
    const [start, end] = node.range;
    // A field that says nothing has its value right behind the colon.
    const space = start === end && /[:-]$/.test(text.slice(0, start)) ? " " : "";
    return text.slice(0, start) + space + scalarText(text, node, value) + text.slice(end);
  }
  if ((isMap(node) || isSeq(node)) && node.range) {
    const [start, end] = node.range;
    const isFlow = node.flow === true || ((isMap(node) || isSeq(node)) && node.items.length === 0);
    if (isFlow) return text.slice(0, start) + flowText(text, value) + text.slice(end);
    const inPlace = isSeq(node) && Array.isArray(value) ? spliceItems(text, node, { index, path, value }) : undefined;
    if (inPlace !== undefined) return inPlace;
    const indent = columnOf(text, start);
    const rest = text.slice(end);
    const made = blockText(value, indent).trimStart();
    return `${text.slice(0, start)}${made}${text.slice(start, end).endsWith("\n") ? "\n" : ""}${rest}`;
  }
  return addField(text, document.toJS() as Json, path, value, (parent) => document.getIn([...parent], true));
}

/** A list that became longer, shorter or otherwise item by item, so that the comments of the items that stay are kept. */
function spliceItems(text: string, list: YAMLSeq, { index, path, value }: Edit): string | undefined {
  const before = list.toJS(documentsOf(text)[index] as Document) as Json[];
  const after = value as Json[];
  const isGone = before.map((item) => !after.some((other) => canonical(other) === canonical(item)));
  const kept = before.filter((_, place) => isGone[place] !== true);
  if (after.length === 0) return undefined;
  if (after.length < before.length && canonical(kept) === canonical(after))
    return list.items.reduceRight<string | undefined>(
      (left, item, place) => (isGone[place] === true ? withoutItem(left, item) : left),
      text,
    );
  if (after.length < before.length) return undefined;
  return after.reduce<string | undefined>((made, item, place) => {
    if (made === undefined || (place < before.length && canonical(before[place] as Json) === canonical(item)))
      return made;
    return splice(made, { index, path: [...path, place], value: item });
  }, text);
}

/** The text without the lines of one item. */
function withoutItem(text: string | undefined, item: unknown): string | undefined {
  const range = (item as { readonly range?: readonly number[] | null } | null)?.range;
  if (text === undefined || !range) return undefined;
  const [start = 0, end = 0] = range;
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  if (!/^[ \t]*-[ \t]+$/.test(text.slice(lineStart, start))) return undefined;
  return text.slice(0, lineStart) + text.slice(lineEndAfter(text, end));
}

/** A value in the style of the one it takes the place of. */
function scalarText(text: string, old: Scalar, value: Json): string {
  const [start, end] = old.range as [number, number, number];
  const isBlock = old.type === Scalar.BLOCK_LITERAL || old.type === Scalar.BLOCK_FOLDED;
  if (typeof value !== "string" || isBlock) {
    const ends = isBlock && text.slice(start, end).endsWith("\n") ? "\n" : "";
    return flowText(text, value) + ends;
  }
  if (isJson(text)) return JSON.stringify(value);
  const made = new Scalar(value);
  if (old.type === Scalar.QUOTE_DOUBLE || old.type === Scalar.QUOTE_SINGLE) made.type = old.type;
  return stringify(made, { lineWidth: 0 }).trimEnd();
}

function flowText(whole: string, value: Json): string {
  if (typeof value === "string" && !value.includes("\n") && !isJson(whole))
    return stringify(value, { lineWidth: 0 }).trimEnd();
  return JSON.stringify(value);
}

function blockText(value: Json, indent: number): string {
  const pad = " ".repeat(indent);
  const lines = stringify(value, { lineWidth: 0, indentSeq: false }).trimEnd().split("\n");
  return lines.map((line) => pad + line).join("\n");
}

/** Adds a field that is not there yet to the nearest parent that is. */
function addField(
  text: string,
  whole: Json,
  path: Path,
  value: Json,
  nodeAt: (path: Path) => unknown,
): string | undefined {
  let depth = path.length - 1;
  while (depth > 0 && valueAt(whole, path.slice(0, depth)) === undefined) depth -= 1;
  const parent = nodeAt(path.slice(0, depth));
  const name = path[depth];
  const missing = path
    .slice(depth + 1)
    .reduceRight<Json>((inner, step) => (typeof step === "number" ? [inner] : { [step]: inner }), value);
  if (isSeq(parent) && typeof name === "number" && parent.range) {
    const list = valueAt(whole, path.slice(0, depth));
    if (!Array.isArray(list)) return undefined;
    const last = (parent.items.at(-1) as { readonly range?: readonly number[] | null } | undefined)?.range?.[1];
    if (parent.flow !== true && last !== undefined) {
      const end = lineEndAfter(text, last);
      const before = text.slice(0, end);
      const item = blockText([missing], columnOf(text, parent.range[0]));
      return `${before}${before.endsWith("\n") ? "" : "\n"}${item}\n${text.slice(end)}`;
    }
    return replaceList(text, parent.range, [...list, missing], parent.flow === true || list.length === 0);
  }
  if (!isMap(parent) || typeof name !== "string" || !parent.range) return undefined;
  const last = parent.items.at(-1);
  if (parent.flow === true || last === undefined) {
    return addFlowField(text, parent, `${flowText(text, name)}: ${flowText(text, missing)}`);
  }
  const indent = columnOf(text, keyStart(parent.items[0] as Pair));
  const end = lineEndAfter(text, endOf(last));
  const made = blockText({ [name]: missing }, indent);
  const before = text.slice(0, end);
  return `${before}${before.endsWith("\n") ? "" : "\n"}${made}\n${text.slice(end)}`;
}

/** A field between braces: on a line of its own where the last one has that, else behind it. */
function addFlowField(text: string, parent: YAMLMap, field: string): string | undefined {
  const [start, close] = parent.range as [number, number, number];
  const last = parent.items.at(-1) as Pair | undefined;
  if (last === undefined) return `${text.slice(0, start + 1)}${field}${text.slice(close - 1)}`;
  const end = endOf(last);
  const behind = /^[ \t]*(,?)[ \t]*(?:#[^\n]*)?\r?\n/.exec(text.slice(end));
  const begin = keyStart(last);
  const indent = text.slice(text.lastIndexOf("\n", begin - 1) + 1, begin);
  if (behind === null || indent.trim() !== "") return `${text.slice(0, end)}, ${field}${text.slice(end)}`;
  const [rest, comma] = behind;
  const next = end + rest.length;
  return `${text.slice(0, end)}${comma === "" ? "," : ""}${rest}${indent}${field}${comma}\n${text.slice(next)}`;
}

function replaceList(text: string, [start, end]: readonly number[], list: Json, isFlow: boolean): string | undefined {
  if (start === undefined || end === undefined) return undefined;
  if (isFlow) return text.slice(0, start) + flowText(text, list) + text.slice(end);
  const ends = text.slice(start, end).endsWith("\n") ? "\n" : "";
  return text.slice(0, start) + blockText(list, columnOf(text, start)).trimStart() + ends + text.slice(end);
}

/** Takes a field or an item with its own lines away. */
function takeAway(text: string, parent: unknown, name: string | number | undefined): string | undefined {
  if (!isMap(parent) || parent.flow === true || parent.items.length < 2) return undefined;
  const pair = (parent as YAMLMap).items.find(({ key }) => isScalar(key) && key.value === name);
  if (pair === undefined) return undefined;
  const start = keyStart(pair);
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  // The first field after a list's dash shares its line with the dash.
  if (text.slice(lineStart, start).trim() !== "") return undefined;
  return text.slice(0, lineStart) + text.slice(lineEndAfter(text, endOf(pair)));
}

function keyStart(pair: Pair): number {
  return isScalar(pair.key) && pair.key.range ? pair.key.range[0] : 0;
}

function endOf(pair: Pair): number {
  const node = pair.value as { readonly range?: readonly number[] | null } | null;
  const key = pair.key as { readonly range?: readonly number[] | null };
  return node?.range?.[1] ?? key.range?.[1] ?? 0;
}

/** The start of the line after an offset; a comment behind the value goes with it. */
function lineEndAfter(text: string, offset: number): number {
  if (text[offset - 1] === "\n") return offset;
  const end = text.indexOf("\n", offset);
  return end === -1 ? text.length : end + 1;
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf("\n", offset - 1) + 1);
}

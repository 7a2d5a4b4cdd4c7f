import { isMap, isScalar, isSeq, type Pair, parseAllDocuments, Scalar, stringify, type YAMLMap } from "yaml";
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
    const next = splice(edited, edit);
    const after = next === undefined ? undefined : valuesOf(next);
    if (next === undefined || after === undefined || canonical(after) !== canonical(expected))
      return { refusal: `${edit.path.join(".")} cannot be written without changing more than that.` };
    edited = next;
  }
  return { text: edited };
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
    return text.slice(0, start) + scalarText(text, node, value) + text.slice(end);
  }
  if ((isMap(node) || isSeq(node)) && node.range) {
    const [start, end] = node.range;
    const isFlow = node.flow === true || ((isMap(node) || isSeq(node)) && node.items.length === 0);
    if (isFlow) return text.slice(0, start) + flowText(value) + text.slice(end);
    const indent = columnOf(text, start);
    const rest = text.slice(end);
    const made = blockText(value, indent).trimStart();
    return `${text.slice(0, start)}${made}${text.slice(start, end).endsWith("\n") ? "\n" : ""}${rest}`;
  }
  return addField(text, document.toJS() as Json, path, value, (parent) => document.getIn([...parent], true));
}

/** A value in the style of the one it takes the place of. */
function scalarText(text: string, old: Scalar, value: Json): string {
  const [start, end] = old.range as [number, number, number];
  const isBlock = old.type === Scalar.BLOCK_LITERAL || old.type === Scalar.BLOCK_FOLDED;
  if (typeof value !== "string" || isBlock) {
    const ends = isBlock && text.slice(start, end).endsWith("\n") ? "\n" : "";
    return flowText(value) + ends;
  }
  const made = new Scalar(value);
  if (old.type === Scalar.QUOTE_DOUBLE || old.type === Scalar.QUOTE_SINGLE) made.type = old.type;
  return stringify(made, { lineWidth: 0 }).trimEnd();
}

function flowText(value: Json): string {
  if (typeof value === "string" && !value.includes("\n")) return stringify(value, { lineWidth: 0 }).trimEnd();
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
    return replaceList(text, parent.range, [...list, missing], parent.flow === true || list.length === 0);
  }
  if (!isMap(parent) || typeof name !== "string" || !parent.range) return undefined;
  const last = parent.items.at(-1);
  if (parent.flow === true || last === undefined) {
    const close = text.lastIndexOf("}", parent.range[1]);
    if (close < parent.range[0]) return undefined;
    const comma = parent.items.length === 0 ? "" : ", ";
    return `${text.slice(0, close).trimEnd()}${comma}${flowText(name)}: ${flowText(missing)}${text.slice(close)}`;
  }
  const indent = columnOf(text, keyStart(parent.items[0] as Pair));
  const end = lineEndAfter(text, endOf(last));
  const made = blockText({ [name]: missing }, indent);
  const before = text.slice(0, end);
  return `${before}${before.endsWith("\n") ? "" : "\n"}${made}\n${text.slice(end)}`;
}

function replaceList(text: string, [start, end]: readonly number[], list: Json, isFlow: boolean): string | undefined {
  if (start === undefined || end === undefined) return undefined;
  if (isFlow) return text.slice(0, start) + flowText(list) + text.slice(end);
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

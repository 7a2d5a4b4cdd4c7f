import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  visit,
  type Document as YamlDocument,
} from "yaml";
import type { Json } from "../core/json.ts";
import type { Problem, Source } from "../core/problem.ts";
import { type Path, pathText } from "./document.ts";

/** Bounds of one file. Past them it is a problem, never a crash. */
export const fileLimits = { bytes: 1_048_576, documents: 2_000, depth: 64, nodes: 200_000, aliases: 100 } as const;

/** One document of a file as plain JSON, with the place of every node. */
export interface RawDocument {
  readonly index: number;
  readonly value: Json;
  /** Where a path was written; `key` gives the field's name instead of its value. The nearest parent when it does not exist. */
  at(path: Path, part?: "key" | "value"): Source;
}

/** What a file holds, and what is wrong with its text. */
export interface RawFile {
  readonly documents: readonly RawDocument[];
  readonly problems: readonly Problem[];
}

/** What goes wrong often enough to have a rule of its own; every other fault of the text is `yaml/syntax`. */
const named: Readonly<Record<string, { readonly rule: string; readonly hint: string }>> = {
  DUPLICATE_KEY: { rule: "yaml/duplicate-key", hint: "Keep one of the two." },
  TAB_AS_INDENT: { rule: "yaml/tab-as-indent", hint: "Indent with spaces." },
  TAG_RESOLVE_FAILED: { rule: "yaml/tag", hint: "Remove the tag: manifests hold plain values only." },
  RESOURCE_EXHAUSTION: { rule: "yaml/depth", hint: "Nest less deeply." },
};

/** Reads bytes as YAML 1.2 (JSON is YAML). Never throws. */
export function readYaml(file: string, bytes: Uint8Array): RawFile {
  const fail = (
    rule: string,
    message: string,
    hint: string,
    source: Omit<Source, "file"> = { line: 1, column: 1 },
  ): RawFile => ({
    documents: [],
    problems: [{ severity: "error", rule, file, ...source, path: "", message, hint }],
  });
  if (bytes.length > fileLimits.bytes) {
    return fail(
      "file/too-large",
      `The file has ${bytes.length} bytes; at most ${fileLimits.bytes} are read.`,
      "Split the file.",
    );
  }
  const text = decode(bytes);
  if (typeof text !== "string") return fail("file/encoding", "The file is not valid UTF-8.", "Save it as UTF-8.", text);
  const lines = new LineCounter();
  try {
    const parsed = parseAllDocuments(text, {
      lineCounter: lines,
      // A directive or a tag must not change what a value means: dates, sets and binary data are no JSON.
      schema: "core",
      resolveKnownTags: false,
      merge: true,
      prettyErrors: false,
      logLevel: "silent",
    });
    return collect(file, Array.isArray(parsed) ? parsed : [], lines);
  } catch (error) {
    return fail(
      "yaml/syntax",
      `The file cannot be read as YAML: ${(error as Error).message.split("\n")[0]}.`,
      "Nest less deeply.",
    );
  }
}

/** The text without its byte order mark, or the place of the first byte that is not UTF-8. */
function decode(bytes: Uint8Array): string | Omit<Source, "file"> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    // What can be decoded before the first bad byte tells its place.
    const lenient = new TextDecoder().decode(bytes);
    const before = lenient.slice(0, Math.max(0, lenient.indexOf("\ufffd"))).split("\n");
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }
}

function collect(file: string, parsed: readonly YamlDocument.Parsed[], lines: LineCounter): RawFile {
  const documents: RawDocument[] = [];
  const problems: Problem[] = [];
  const place = (offset: number): Source => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  if (parsed.length > fileLimits.documents) {
    const source = place(parsed[fileLimits.documents]?.range?.[0] ?? 0);
    const message = `The file holds ${parsed.length} documents; at most ${fileLimits.documents} are read.`;
    return {
      documents,
      problems: [{ severity: "error", rule: "file/too-large", ...source, path: "", message, hint: "Split the file." }],
    };
  }
  for (const [index, document] of parsed.entries()) {
    const found = [...document.errors, ...document.warnings].map(({ code, message, pos }) => ({
      severity: "error" as const,
      rule: named[code]?.rule ?? "yaml/syntax",
      ...place(pos[0]),
      path: "",
      message: `${message.split("\n")[0]?.replace(/\.?$/, ".")}`,
      hint: named[code]?.hint ?? "",
    }));
    problems.push(...found);
    if (found.length > 0) continue;
    const at = locator(document, place);
    const { value, fault } = plain(document);
    if (fault === undefined) documents.push({ index, value, at });
    else {
      const { rule, message, hint, offset, path } = fault;
      const source = offset === undefined ? at(path ?? []) : place(offset);
      problems.push({ severity: "error", rule, ...source, path: pathText(path ?? []), message, hint });
    }
  }
  return { documents, problems };
}

interface Fault {
  readonly rule: string;
  readonly message: string;
  readonly hint: string;
  readonly path?: Path;
  readonly offset?: number;
}

const writeOut = "Write the values out instead of using anchors and aliases.";

/** The document's plain value, or why it has none: too many aliases, a cycle, too deep, too many nodes. */
function plain(document: YamlDocument.Parsed): { readonly value: Json; readonly fault?: Fault } {
  const lost = lostAlias(document);
  if (lost !== undefined) return { value: null, fault: lost };
  try {
    const value: unknown = document.toJS({ maxAliasCount: fileLimits.aliases });
    const fault = faultIn(value);
    return fault === undefined ? { value: (value ?? null) as Json } : { value: null, fault };
  } catch (error) {
    const message = `The document cannot be expanded: ${(error as Error).message.split("\n")[0]}.`;
    return { value: null, fault: { rule: "yaml/aliases", message, hint: writeOut } };
  }
}

/** An alias whose anchor stands nowhere above it. */
function lostAlias(document: YamlDocument.Parsed): Fault | undefined {
  let fault: Fault | undefined;
  visit(document, {
    Alias(_, node) {
      if (node.resolve(document) !== undefined) return undefined;
      const message = `There is no anchor &${node.source} above this alias.`;
      fault = { rule: "yaml/aliases", message, hint: writeOut, offset: node.range?.[0] ?? 0 };
      return visit.BREAK;
    },
  });
  return fault;
}

function faultIn(value: unknown): Fault | undefined {
  let nodes = 0;
  const open = new Set<unknown>();
  const path: (string | number)[] = [];
  function check(inner: unknown): Omit<Fault, "path"> | undefined {
    nodes += 1;
    if (nodes > fileLimits.nodes) {
      const message = `The document expands to more than ${fileLimits.nodes} values.`;
      return { rule: "yaml/size", message, hint: "Split the document." };
    }
    if (path.length > fileLimits.depth) {
      const message = `The document nests more than ${fileLimits.depth} levels deep.`;
      return { rule: "yaml/depth", message, hint: "Nest less deeply." };
    }
    if (typeof inner === "number" && !Number.isFinite(inner)) {
      return { rule: "yaml/number", message: `${inner} is no number that a manifest may hold.`, hint: "" };
    }
    if (typeof inner !== "object" || inner === null) return undefined;
    if (open.has(inner))
      return { rule: "yaml/aliases", message: "An anchor of the document contains itself.", hint: writeOut };
    open.add(inner);
    for (const [key, part] of Object.entries(inner)) {
      path.push(Array.isArray(inner) ? Number(key) : key);
      const fault = check(part);
      if (fault !== undefined) return fault;
      path.pop();
    }
    open.delete(inner);
    return undefined;
  }
  const fault = check(value);
  return fault === undefined ? undefined : { ...fault, path: path.slice(0, fileLimits.depth) };
}

function locator(document: YamlDocument.Parsed, place: (offset: number) => Source): RawDocument["at"] {
  return (path, part = "value") => {
    let node: Node | null | undefined = document.contents;
    let offset = node?.range?.[0] ?? 0;
    for (const [depth, step] of path.entries()) {
      const isLast = depth === path.length - 1;
      if (isMap(node)) {
        const pair = node.items.find(
          (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step),
        );
        if (pair === undefined) break;
        const key = pair.key as Node;
        node = pair.value as Node | null;
        const wantsKey = isLast && part === "key";
        offset =
          (!wantsKey && (isScalar(node) || isAlias(node)) && node.range ? node.range[0] : key.range?.[0]) ?? offset;
      } else if (isSeq(node) && typeof step === "number") {
        node = node.items[step] as Node | undefined;
        if (node === undefined) break;
        offset = node.range?.[0] ?? offset;
      } else break;
    }
    return place(offset);
  };
}

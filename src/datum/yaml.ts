import { Composer, LineCounter, Parser } from "yaml";
import type { Json } from "../core/json.ts";
import type { Problem, Source } from "../core/problem.ts";
import type { Path } from "./document.ts";
import { untilDeep } from "./yaml-depth.ts";
import { templated, textFaults, untilGarbage } from "./yaml-faults.ts";
import { type Place, readTree, type TreeLimits } from "./yaml-tree.ts";

/** Bounds of one file. */
export interface FileLimits extends TreeLimits {
  readonly bytes: number;
  readonly documents: number;
}

/** What holds unless an operator says otherwise. Past a bound it is a problem, never a crash. */
export const fileLimits: FileLimits = { bytes: 1_048_576, documents: 2_000, depth: 64, nodes: 200_000 };

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
  /** Documents that gave no value. */
  readonly broken: number;
}

const maxProblems = 50;

/** A directive or a tag must not change what a value means: dates, sets and binary data are no JSON. */
const parserOptions = {
  schema: "core",
  resolveKnownTags: false,
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: "silent",
} as const;

/** Reads bytes as YAML 1.2 (JSON is YAML), UTF-8 with or without a byte order mark. Never throws. */
export function readYaml(file: string, bytes: Uint8Array, limits: FileLimits = fileLimits): RawFile {
  const fail = (rule: string, message: string, hint: string, source: Omit<Source, "file">): RawFile => ({
    documents: [],
    problems: [{ severity: "error", rule, file, ...source, path: "", message, hint }],
    broken: 1,
  });
  const start = { line: 1, column: 1 };
  if (bytes.length > limits.bytes) {
    const message = `The file has ${bytes.length} bytes; at most ${limits.bytes} are read.`;
    return fail("file/too-large", message, "Split the file.", start);
  }
  const text = decode(bytes);
  if (typeof text !== "string") return fail("file/encoding", "The file is not valid UTF-8.", "Save it as UTF-8.", text);
  const lines = new LineCounter();
  try {
    return collect(file, text, lines, limits);
  } catch (error) {
    // The parser promises not to throw; should it break that promise, it is this file's problem and not the daemon's.
    const reason = (error as Error).message.split("\n")[0]?.slice(0, 80);
    return fail("yaml/syntax", `The file cannot be read as YAML: ${reason}.`, "Write it more simply.", start);
  }
}

/** The text without its byte order mark, or the place of the first byte that is not UTF-8. */
function decode(bytes: Uint8Array): string | Omit<Source, "file"> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    // What stands before the first bad byte tells its place; U+FFFD itself may stand in a text rightly.
    const lenient = new TextDecoder().decode(bytes);
    const before = lenient.slice(0, Math.max(0, lenient.indexOf("\ufffd"))).split("\n");
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }
}

function collect(file: string, text: string, lines: LineCounter, limits: FileLimits): RawFile {
  const documents: RawDocument[] = [];
  const problems: Problem[] = [];
  let broken = 0;
  const place = (offset: number): Source => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const say = (rule: string, offset: number, message: string, hint: string): void => {
    if (problems.length < maxProblems) {
      problems.push({ severity: "error", rule, ...place(offset), path: "", message, hint });
    }
  };
  // Not parseAllDocuments: documents past the limit are not even composed, and doubled keys are found in linear time.
  const composer = new Composer(parserOptions);
  let index = 0;
  const sayDepth = (offset: number): void => {
    const message = `The document nests more than ${limits.depth} levels deep.`;
    say("yaml/depth", offset, message, "Nest less deeply.");
    broken += 1;
  };
  const tokens = untilDeep(untilGarbage(new Parser(lines.addNewLine).parse(text)), limits.depth, sayDepth);
  for (const document of composer.compose(tokens, false, text.length)) {
    if (index >= limits.documents) {
      const message = `The file holds more than ${limits.documents} documents.`;
      say("file/too-large", document.range[0], message, "Split the file.");
      return { documents: [], problems, broken: index };
    }
    const before = problems.length;
    for (const { rule, offset, message, hint } of textFaults(document, text)) say(rule, offset, message, hint);
    if (problems.length === before) {
      const tree = readTree(document.contents, limits);
      for (const { rule, offset, message, hint } of templated(tree.faults, text)) say(rule, offset, message, hint);
      if (tree.faults.length === 0) documents.push({ index, value: tree.value, at: locator(tree.place, place) });
    }
    if (problems.length > before) broken += 1;
    index += 1;
  }
  return { documents, problems, broken };
}

function locator(root: Place, place: (offset: number) => Source): RawDocument["at"] {
  return (path, part = "value") => {
    let at = root;
    for (const [depth, step] of path.entries()) {
      if (at.inner === "literal" && typeof step === "number") {
        const { file, line } = place(at.value);
        return { file, line: line + 1 + step, column: 1 };
      }
      const next = innerOf(at, step);
      if (next === undefined) break;
      at = next;
      if (depth === path.length - 1 && part === "key" && at.key >= 0) return place(at.key);
    }
    return place(at.value);
  };
}

function innerOf({ inner }: Place, step: string | number): Place | undefined {
  if (typeof inner !== "object") return undefined;
  if (Array.isArray(inner)) return inner[Number(step)];
  return Object.hasOwn(inner, step) ? (inner as Readonly<Record<string, Place>>)[String(step)] : undefined;
}

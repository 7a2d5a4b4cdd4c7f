import { type CST, isScalar, visit, type Document as YamlDocument } from "yaml";

/** What is wrong with the text of a document, at an offset of the file. */
export interface TextFault {
  readonly rule: string;
  readonly offset: number;
  readonly message: string;
  readonly hint: string;
}

/** What the parser calls a fault → rule and hint; every other code is a plain fault of the syntax. */
const codes: Readonly<Record<string, readonly [rule: string, hint: string]>> = {
  TAB_AS_INDENT: ["yaml/tab-as-indent", "Indent with spaces."],
  TAG_RESOLVE_FAILED: ["yaml/tag", "Remove the tag: manifests hold plain values only."],
  RESOURCE_EXHAUSTION: ["yaml/depth", "Nest less deeply."],
  BAD_ALIAS: ["yaml/aliases", "Name an anchor that stands above."],
};
const plainHint = "Look for a missing quote, bracket, colon or space at that place, or just above it.";

/** The parser's sentences about structure, in the words of somebody who writes lines. */
const sentences: readonly (readonly [said: RegExp, message: string, hint: string])[] = [
  [
    /^All (?:mapping|sequence) items must start at the same column/,
    "The line is not indented like the ones it belongs to.",
    "Indent it by the same number of spaces.",
  ],
  [
    /^Sequence item without - indicator/,
    "The line is indented too little for the item above it, and starts no item.",
    "Indent it like the fields of that item, or begin it with a dash.",
  ],
  [
    /^Implicit keys need to be on a single line/,
    "The line is no field with a value: its colon is missing, or the line below is indented too far.",
    "Add the colon, or indent the line below as this one.",
  ],
  [
    /^Nested mappings are not allowed in compact mappings/,
    "A second field begins on one line.",
    "Put a text that has a colon in quotes, or move the field to a line of its own.",
  ],
  [
    /^Plain value cannot start with/,
    "A value begins with a character that means something else in YAML.",
    "Put the value in quotes.",
  ],
  [
    /^Unexpected scalar at node end/,
    "Something stands behind a value that has ended.",
    "Put all of it in one pair of quotes, or give it a field of its own.",
  ],
  [/^Implicit map keys need to be followed by map values/, "The field has no colon.", "Add the colon."],
  [
    /^Flow sequence in block collection must/,
    "A list that [ opens above is not closed before this line.",
    "Add the closing bracket.",
  ],
  [
    /^Flow map in block collection must/,
    "A map that { opens above is not closed before this line.",
    "Add the closing brace.",
  ],
];

/** Faults of one document that are looked at: garbage has as many as it has characters. */
const examined = 200;

/**
 * The tokens of a text up to where it is garbage: each token that is none costs a fault with a stack, and a megabyte of them
 * would hold everything else up for many seconds. The faults before that are told.
 */
export function* untilGarbage(tokens: Iterable<CST.Token>): Generator<CST.Token, void> {
  let faults = 0;
  for (const token of tokens) {
    if (token.type === "error") faults += 1;
    if (faults > examined) return;
    yield token;
  }
}

/** The faults that the parser found in a document, each once, without those that only follow from one above. */
export function textFaults(document: YamlDocument.Parsed, text: string): readonly TextFault[] {
  const all = [...document.errors, ...document.warnings];
  if (all.length === 0) return [];
  const conflict = conflictIn(text, document.range[0], Math.max(document.range[2], all[0]?.pos[0] ?? 0));
  if (conflict !== undefined) return [conflict];
  const faults: TextFault[] = [];
  const lines: number[] = [];
  for (const { code, message, pos } of all.slice(0, examined)) {
    const follows = code === "BAD_INDENT" && faults.length > 0;
    const fault = faultOf(document, text, code, message, pos[0]);
    const line = text.lastIndexOf("\n", fault.offset - 1);
    // Of a line that was misread, the first fault is the one that helps.
    const same = lines.indexOf(line);
    // A line below that is indented too far also looks like a second field on this one.
    if (faults[same]?.offset === fault.offset && code === "MULTILINE_IMPLICIT_KEY") faults[same] = fault;
    else if (same < 0 && !follows) {
      faults.push(fault);
      lines.push(line);
    }
  }
  return templated(faults, text);
}

function faultOf(document: YamlDocument.Parsed, text: string, code: string, said: string, at: number): TextFault {
  const [rule, hint] = codes[code] ?? ["yaml/syntax", plainHint];
  if (/^Missing closing ["']quote/.test(said)) {
    const offset = openingQuote(document, at);
    return { rule, offset, message: "A quote opens here and is not closed.", hint: "Add the closing quote." };
  }
  const known = sentences.find(([pattern]) => pattern.test(said));
  // The parser names the line's beginning where people look at its first word.
  const offset = known === undefined ? at : at + (/^ */.exec(text.slice(at, at + 1_000))?.[0].length ?? 0);
  if (known !== undefined && rule === "yaml/syntax") return { rule, offset, message: known[1], hint: known[2] };
  // What the parser quotes of the text after a colon may be a secret.
  const sentence =
    said
      .split("\n")[0]
      ?.replace(/: ".*$/, "")
      .replace(/\.?$/, ".") ?? "";
  return { rule, offset, message: sentence, hint };
}

/** Where the quoted text begins that runs to an offset; the offset itself where none does. */
function openingQuote(document: YamlDocument.Parsed, end: number): number {
  let found = end;
  visit(document, (_, node) => {
    if (isScalar(node) && /^QUOTE/.test(node.type ?? "") && (node.range?.[1] ?? 0) >= end)
      found = node.range?.[0] ?? end;
  });
  return found;
}

/** A merge that was committed before anybody decided: one fault instead of one for each of its lines. */
function conflictIn(text: string, start: number, end: number): TextFault | undefined {
  const found = /^(?:<{7}|>{7})(?: .*)?$/m.exec(text.slice(start, end));
  if (found === null) return undefined;
  const hint = "Keep what is meant, and remove the lines of <<<<<<<, ======= and >>>>>>>.";
  return { rule: "yaml/conflict", offset: start + found.index, message: "A merge conflict was committed.", hint };
}

const braces = /\{\{.*?\}\}/;

/** Faults on a line of a template are one: nobody fills it in here. */
export function templated(faults: readonly TextFault[], text: string): readonly TextFault[] {
  for (const { offset } of faults) {
    const start = text.lastIndexOf("\n", offset - 1) + 1;
    const found = braces.exec(text.slice(start, start + 1_000).split("\n")[0] ?? "");
    if (found === null) continue;
    const message = "The file is a template: nothing fills in what stands between {{ and }} here.";
    const hint = "Commit what the template renders to, or leave the template out of the tracked paths.";
    return [{ rule: "yaml/template", offset: start + found.index, message, hint }];
  }
  return faults;
}

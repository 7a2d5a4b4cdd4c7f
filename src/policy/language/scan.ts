/** What the source says that the engine's grammar does not know, by the place where it stands. */
export interface Marks {
  /** Offsets of the dots of `.?field`. */
  readonly optionalDots: ReadonlySet<number>;
  /** Offset of an opening `[` or `{` → indexes of its entries that begin with `?`. */
  readonly optionalEntries: ReadonlyMap<number, ReadonlySet<number>>;
  /** Offset of a dot → the field that was written in backticks after it. */
  readonly quotedFields: ReadonlyMap<number, string>;
}

/** A source that the engine's grammar can read, of the same length, so that every offset stays true. */
export interface Scanned {
  readonly text: string;
  readonly marks: Marks;
}

/** Why an expression cannot be used, and where in it. */
export interface Fault {
  readonly message: string;
  readonly hint: string;
  readonly offset: number;
}

/** Bounds of one expression. */
export const expressionLimits = { characters: 16_384, brackets: 48, depth: 200, nodes: 10_000 } as const;

interface Frame {
  readonly offset: number;
  readonly bracket: string;
  /** Whether `?` may stand before an entry here: lists, maps and indexes, not arguments. */
  readonly takesOptional: boolean;
  index: number;
}

const closing: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/**
 * Blanks out optional marks (`.?x`, `[?k]`, `[?a, b]`, `{?k: v}`) and backticks and remembers their places.
 * The engine parses the rest; what was blanked is put back into its tree.
 */
export function scan(source: string): Scanned | Fault {
  if (source.length > expressionLimits.characters) {
    const message = `The expression has ${source.length} characters; at most ${expressionLimits.characters} are read.`;
    return { message, hint: "Split it into variables.", offset: 0 };
  }
  const characters = source.split("");
  const optionalDots = new Set<number>();
  const optionalEntries = new Map<number, Set<number>>();
  const quotedFields = new Map<number, string>();
  const frames: Frame[] = [];
  let atEntry = false;
  for (let offset = 0; offset < source.length; ) {
    const character = source[offset] ?? "";
    const skipped = skipBlank(source, offset);
    if (skipped > offset) {
      offset = skipped;
      continue;
    }
    const end = endOfString(source, offset);
    if (end !== undefined) {
      atEntry = false;
      offset = end;
      continue;
    }
    const frame = frames.at(-1);
    if (character === "?" && atEntry && frame?.takesOptional === true) {
      const entries = optionalEntries.get(frame.offset) ?? new Set<number>();
      optionalEntries.set(frame.offset, entries.add(frame.index));
      characters[offset] = " ";
    }
    atEntry = false;
    if (closing[character] !== undefined) {
      if (frames.length >= expressionLimits.brackets) {
        const message = `The expression nests brackets more than ${expressionLimits.brackets} deep.`;
        return { message, hint: "Split it into variables.", offset };
      }
      frames.push({ offset, bracket: character, takesOptional: character !== "(", index: 0 });
      atEntry = true;
    } else if (frame !== undefined && character === closing[frame.bracket]) {
      frames.pop();
    } else if (character === "," && frame !== undefined) {
      frame.index += 1;
      atEntry = true;
    } else if (character === ".") {
      offset = readDot(source, characters, offset, optionalDots, quotedFields);
      continue;
    }
    offset += 1;
  }
  return { text: characters.join(""), marks: { optionalDots, optionalEntries, quotedFields } };
}

/** Reads what follows a dot: a `?`, a name in backticks, both or neither. Answers where to go on. */
function readDot(
  source: string,
  characters: string[],
  dot: number,
  optionalDots: Set<number>,
  quotedFields: Map<number, string>,
): number {
  let offset = skipBlank(source, dot + 1);
  if (source[offset] === "?") {
    optionalDots.add(dot);
    characters[offset] = " ";
    offset = skipBlank(source, offset + 1);
  }
  if (source[offset] !== "`") return Math.max(offset, dot + 1);
  const end = source.indexOf("`", offset + 1);
  const name = end < 0 ? "" : source.slice(offset + 1, end);
  if (!/^[A-Za-z0-9_.\-/ ]+$/.test(name)) return dot + 1;
  quotedFields.set(dot, name);
  // A name of the same length that the grammar takes.
  for (let index = offset; index <= end; index += 1) characters[index] = "_";
  return end + 1;
}

/** Past white space and comments. */
function skipBlank(source: string, start: number): number {
  let offset = start;
  for (;;) {
    while (/\s/.test(source[offset] ?? "")) offset += 1;
    if (source[offset] !== "/" || source[offset + 1] !== "/") return offset;
    const newline = source.indexOf("\n", offset);
    offset = newline < 0 ? source.length : newline + 1;
  }
}

/** The offset after a string or a word that starts here; undefined when neither does. A string that never ends ends the source. */
function endOfString(source: string, start: number): number | undefined {
  const word = /[A-Za-z0-9_]+/y;
  word.lastIndex = start;
  const prefix = word.exec(source)?.[0] ?? "";
  const open = start + prefix.length;
  const quote = source[open];
  const isPrefix = prefix === "" || /^(?:[rR][bB]?|[bB][rR]?)$/.test(prefix);
  if (quote === undefined || !isPrefix || (quote !== '"' && quote !== "'")) return prefix === "" ? undefined : open;
  const isRaw = /r/i.test(prefix);
  const mark = source.startsWith(quote.repeat(3), open) ? quote.repeat(3) : quote;
  let offset = open + mark.length;
  while (offset < source.length && !source.startsWith(mark, offset)) {
    offset += source[offset] === "\\" && !isRaw ? 2 : 1;
  }
  return Math.min(source.length, offset + mark.length);
}

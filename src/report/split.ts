/** How much one comment may hold and how many there may be. */
export interface PartLimits {
  readonly maxCodePoints: number;
  readonly maxBytes: number;
  readonly maxParts: number;
}

/** What GitHub takes, with room for the hidden line the forge adds. */
export const commentLimits: PartLimits = { maxCodePoints: 60_000, maxBytes: 240_000, maxParts: 8 };

const foldAhead = 300;

interface Open {
  /** The line that opened the fence; empty outside of one. */
  fence: string;
  /** Summaries of the open `<details>`, outermost first. */
  readonly details: string[];
  /** Head and rule of the table we are in; empty outside of one. */
  table: readonly string[];
}

/**
 * Splits Markdown into parts that each stand alone: fences, folds and tables that a cut would break are closed and opened again.
 * A text that fits is returned as it is. Past `maxParts` the rest is left out and `rest` says where to read it.
 */
export function splitMarkdown(text: string, limits: PartLimits = commentLimits, rest = ""): readonly string[] {
  if (fits(text, limits)) return [text];
  const reserve = 2_000;
  const budget = { maxCodePoints: limits.maxCodePoints - reserve, maxBytes: limits.maxBytes - reserve * 4 };
  const parts: string[] = [];
  const open: Open = { fence: "", details: [], table: [] };
  let lines: string[] = [];
  let used = { codePoints: 0, bytes: 0 };
  const begin = (): void => {
    lines = reopening(open);
    used = sizeOf(lines.join("\n"));
  };
  for (const line of text
    .trimEnd()
    .split("\n")
    .flatMap((each) => pieces(each, budget))) {
    const size = sizeOf(line);
    // A fold that hardly begins before the cut begins after it.
    const ahead = line === "<details>" && used.codePoints > foldAhead ? foldAhead : 1;
    if (
      used.codePoints + size.codePoints + ahead > budget.maxCodePoints ||
      used.bytes + size.bytes + 1 > budget.maxBytes
    ) {
      parts.push([...lines, ...closing(open)].join("\n"));
      begin();
    }
    const previous = lines.at(-1) ?? "";
    lines.push(line);
    used = { codePoints: used.codePoints + size.codePoints + 1, bytes: used.bytes + size.bytes + 1 };
    follow(open, line, previous);
  }
  parts.push(lines.join("\n"));
  return numbered(parts, limits.maxParts, rest);
}

function numbered(parts: readonly string[], maxParts: number, rest: string): readonly string[] {
  const shown = parts.slice(0, maxParts);
  const missing = parts.length - shown.length;
  return shown.map((part, index) => {
    const head = index === 0 ? "" : `_Part ${index + 1} of ${shown.length}_\n\n`;
    const isLast = index === shown.length - 1;
    const left = missing > 0 && isLast ? `\n\n**More does not fit into comments.** ${rest}` : "";
    const tail = isLast ? "" : `\n\n_Goes on in part ${index + 2} of ${shown.length}._`;
    return `${head}${part}${tail}${left}\n`;
  });
}

/** Where we are after a line. */
function follow(open: Open, line: string, previous: string): void {
  const fence = /^ {0,3}(`{3,})/.exec(line)?.[1];
  if (open.fence !== "") {
    const opened = /^ {0,3}(`{3,})/.exec(open.fence)?.[1] ?? "```";
    if (fence !== undefined && fence.length >= opened.length && line.trim() === fence) open.fence = "";
    return;
  }
  if (fence !== undefined) {
    open.fence = line;
    open.table = [];
    return;
  }
  const trimmed = line.trim();
  if (/^<details>/.test(trimmed)) open.details.push("");
  const summary = /<summary>(.*)<\/summary>/.exec(trimmed)?.[1];
  if (summary !== undefined && open.details.length > 0) open.details[open.details.length - 1] = summary;
  if (/<\/details>$/.test(trimmed)) open.details.pop();
  if (/^\|( --- \|)+$/.test(trimmed)) open.table = [previous, line];
  else if (!trimmed.startsWith("|")) open.table = [];
}

function closing(open: Open): readonly string[] {
  const fence = /^ {0,3}(`{3,})/.exec(open.fence)?.[1];
  return [...(fence === undefined ? [] : [fence]), ...open.details.flatMap(() => ["", "</details>"])];
}

function reopening(open: Open): string[] {
  const folds = open.details.flatMap((summary) => [
    "<details>",
    `<summary>${summary.replace(/ \(continued\)$/, "")} (continued)</summary>`,
    "",
  ]);
  return [...folds, ...(open.fence === "" ? [] : [open.fence]), ...open.table];
}

/** A line that no part can hold is cut into pieces. */
function pieces(line: string, budget: Omit<PartLimits, "maxParts">): readonly string[] {
  const longest = Math.floor(budget.maxCodePoints / 2);
  const characters = [...line];
  if (characters.length <= longest) return [line];
  const count = Math.ceil(characters.length / longest);
  return Array.from({ length: count }, (_, index) => characters.slice(index * longest, (index + 1) * longest).join(""));
}

function fits(text: string, limits: PartLimits): boolean {
  const { codePoints, bytes } = sizeOf(text);
  return codePoints <= limits.maxCodePoints && bytes <= limits.maxBytes;
}

function sizeOf(text: string): { readonly codePoints: number; readonly bytes: number } {
  let codePoints = 0;
  let bytes = 0;
  for (const character of text) {
    codePoints += 1;
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return { codePoints, bytes };
}

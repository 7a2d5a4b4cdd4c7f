import { visible } from "./text.ts";

/** Breaks a word for GitHub without anybody seeing it. */
const joint = "\u200b";

/** Text of others inside a Markdown paragraph: no markup, HTML, mention, issue link or bare link survives. */
export function plainText(text: string): string {
  return visible(text)
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/[\\`*_~[\]|$]/g, "\\$&")
    .replace(
      /^(\s*)([-+=#]|\d+[.)])/,
      (_all, space: string, mark: string) => `${space}${mark.slice(0, -1)}\\${mark.slice(-1)}`,
    )
    .replace(/@(?=\w)/g, `@${joint}`)
    .replace(/#(?=\d)/g, `#${joint}`)
    .replace(/\b(GH)-(?=\d)/gi, `$1-${joint}`)
    .replace(/:\/\//g, `:${joint}//`)
    .replace(/\bwww\./gi, (word) => `${word.slice(0, -1)}${joint}.`);
}

/** Text of others inside HTML, such as a summary. */
export function htmlText(text: string): string {
  return plainText(text).replace(/\\([\\`*_~[\]|$+=#.)-])/g, (_all, mark: string) => `&#${mark.charCodeAt(0)};`);
}

/** A code span inside a table. */
export function codeCell(text: string): string {
  return codeSpan(text).replaceAll("|", "\\|");
}

/** A code span that no backtick inside can end. */
export function codeSpan(text: string): string {
  const shown = visible(text);
  if (shown === "") return "";
  const ticks = "`".repeat(longestRun(shown) + 1);
  const gap = /^[` ]|[` ]$/.test(shown) ? " " : "";
  return `${ticks}${gap}${shown}${gap}${ticks}`;
}

/** A fenced block whose fence is longer than any inside it. Lines are kept; everything else that deceives is written out. */
export function fenced(language: string, lines: readonly string[]): string {
  const shown = lines.map(visible);
  const fence = "`".repeat(Math.max(3, longestRun(shown.join("\n")) + 1));
  return [`${fence}${language}`, ...shown, fence].join("\n");
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map((run) => run[0].length));
}

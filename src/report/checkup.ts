import type { Finding, Verdict } from "../core/checkup.ts";
import type { JsonObject } from "../core/json.ts";
import { jsonVersion } from "./json.ts";
import { codeCell, plainText } from "./markdown-text.ts";
import type { Look, Palette } from "./palette.ts";
import { countOf, pad, visible, widthOf, wrap } from "./text.ts";

const signs: Readonly<Record<Verdict, string>> = { good: "✓", doubtful: "!", bad: "✗" };
const colours: Readonly<Record<Verdict, keyof Palette>> = { good: "green", doubtful: "yellow", bad: "red" };
const widestSubject = 52;

/** What was looked at as a table, each fault with how to mend it, and a last line that counts. Commands stand on lines of their own. */
export function checkupText(findings: readonly Finding[], look: Look): string {
  const { palette } = look;
  const width = Math.min(widestSubject, Math.max(0, ...findings.map(({ subject }) => widthOf(visible(subject)))));
  const indent = " ".repeat(width + 4);
  const blocks = findings.map(({ subject, verdict, message, mend }) => {
    const head = `${palette[colours[verdict]](signs[verdict])} ${palette.bold(pad(visible(subject), width))}`;
    const [first = "", ...rest] = wrap(visible(message), Math.max(40, look.width - indent.length));
    const told = rest.map((line) => indent + line);
    return [`${head}  ${first}`, ...told, ...mendLines(mend, indent, look)].join("\n");
  });
  return `${blocks.join("\n")}\n\n${lastLine(findings)}\n`;
}

function mendLines(mend: string, indent: string, { palette, width }: Look): readonly string[] {
  if (mend === "") return [];
  return mend.split("\n").flatMap((line) => {
    // A command must stay one line, so that it can be copied.
    if (isCommand(line)) return [`${indent}${palette.cyan("$")} ${visible(line)}`];
    return wrap(visible(line), Math.max(40, width - indent.length)).map((part) => indent + palette.dim(part));
  });
}

function isCommand(line: string): boolean {
  return /^(gcloud|kubectl|plumbline) /.test(line);
}

function lastLine(findings: readonly Finding[]): string {
  const count = (verdict: Verdict): number => findings.filter((finding) => finding.verdict === verdict).length;
  const [faults, doubts] = [count("bad"), count("doubtful")];
  if (faults > 0) return `${countOf(faults, "thing")} must be mended.`;
  return doubts > 0 ? `Ready, with ${countOf(doubts, "doubt")}.` : "Ready.";
}

/** The same as JSON. */
export function checkupDocument(findings: readonly Finding[]): JsonObject {
  return {
    apiVersion: jsonVersion,
    ready: findings.every(({ verdict }) => verdict !== "bad"),
    findings: findings.map(({ subject, verdict, message, mend }) => ({ subject, verdict, message, mend })),
  };
}

/** The same as a Markdown table. */
export function checkupMarkdown(findings: readonly Finding[]): string {
  const rows = findings.map(({ subject, verdict, message, mend }) => {
    const lines =
      mend === "" ? [] : mend.split("\n").map((line) => (isCommand(line) ? codeCell(line) : plainText(line)));
    return `| ${signs[verdict]} | ${plainText(subject)} | ${[plainText(message), ...lines].join("<br>")} |`;
  });
  return `| | looked at | found |\n|---|---|---|\n${rows.join("\n")}\n\n${lastLine(findings)}\n`;
}

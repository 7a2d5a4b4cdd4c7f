import type { Problem } from "../core/problem.ts";
import { visible } from "./text.ts";

/**
 * Problems as a JUnit report: a suite per file, a case per problem, and one case that passes for a file without any.
 * Errors are failures; warnings and notes pass and say what they say.
 */
export function junitText(files: readonly string[], problems: readonly Problem[]): string {
  const byFile = new Map<string, Problem[]>([...files].map((file) => [file, []]));
  for (const problem of problems) {
    const known = byFile.get(problem.file);
    if (known === undefined) byFile.set(problem.file, [problem]);
    else known.push(problem);
  }
  const suites = [...byFile].map(([file, found]) => suiteOf(file, found));
  const tests = [...byFile.values()].reduce((sum, found) => sum + Math.max(1, found.length), 0);
  const head = `<testsuites name="plumbline validate" tests="${tests}" failures="${failures(problems)}" errors="0">`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${head}\n${suites.join("")}</testsuites>\n`;
}

function failures(problems: readonly Problem[]): number {
  return problems.filter(({ severity }) => severity === "error").length;
}

function suiteOf(file: string, found: readonly Problem[]): string {
  const name = escapeXml(file);
  const cases =
    found.length === 0
      ? `    <testcase classname="${name}" name="valid" file="${name}"/>\n`
      : found.map((problem) => caseOf(problem)).join("");
  const counts = `tests="${Math.max(1, found.length)}" failures="${failures(found)}" errors="0" skipped="0"`;
  return `  <testsuite name="${name}" ${counts}>\n${cases}  </testsuite>\n`;
}

function caseOf({ severity, file, line, column, rule, path, message, hint }: Problem): string {
  const name = `${rule} at ${line}:${column}${path === "" ? "" : ` ${path}`}`;
  const place = `classname="${escapeXml(file)}" name="${escapeXml(name)}" file="${escapeXml(file)}" line="${line}"`;
  const text = `${visible(file)}:${line}:${column}: ${severity}: ${visible(message)}${hint === "" ? "" : `\nhint: ${visible(hint)}`}`;
  const body =
    severity === "error"
      ? `<failure type="${escapeXml(rule)}" message="${escapeXml(message)}">${escapeMarkup(text)}</failure>`
      : `<system-out>${escapeMarkup(text)}</system-out>`;
  return `    <testcase ${place}>\n      ${body}\n    </testcase>\n`;
}

/** Text of one line for an attribute or between tags. What XML cannot hold, and what no eye could see, is written out. */
function escapeXml(text: string): string {
  return escapeMarkup(visible(text));
}

/** XML 1.0 has no way at all to say these two characters; everything else that it cannot hold was made visible before. */
function escapeMarkup(text: string): string {
  return text
    .replace(/[\ufffe\uffff]/g, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&apos;");
}

import type { Problem, Severity } from "../core/problem.ts";
import type { Look } from "./palette.ts";
import { countOf, cut, visible, widthOf, wrap } from "./text.ts";

/** Texts of files by name, for excerpts; a file that is not there is reported without one. */
export type Sources = ReadonlyMap<string, string>;

const colours = { error: "red", warning: "yellow", info: "cyan" } as const;

/** Problems as people read them: place, message, the line itself with the spot marked, and what to do. */
export function problemsText(problems: readonly Problem[], sources: Sources, look: Look): string {
  const { palette } = look;
  const hides = new Set(problems.filter(isAboutSecret).map((problem) => problem.file));
  const linesOf = lineReader(sources);
  const blocks = problems.map((problem) => {
    const colour = colours[problem.severity];
    const place = `${visible(problem.file)}:${problem.line}:${problem.column}`;
    const head = `${palette.bold(palette[colour](problem.severity))} ${palette.bold(place)}  ${palette.dim(visible(problem.rule))}`;
    const path =
      problem.path === "" || problem.message.includes(problem.path) ? "" : `${visible(shortened(problem.path))}: `;
    const message = wrap(path + visible(shortened(problem.message)), look.width - 2).map((line) => `  ${line}`);
    const hint =
      problem.hint === ""
        ? []
        : wrap(visible(problem.hint), look.width - 8).map(
            (line, index) => `  ${index === 0 ? palette.cyan("hint:") : "     "} ${line}`,
          );
    return [
      head,
      ...message,
      ...(isAboutSecret(problem) ? [] : excerpt(problem, linesOf(problem.file), look, hides.has(problem.file))),
      ...hint,
    ].join("\n");
  });
  const excused = exceptionsText(problems);
  return [...blocks, ...(excused === "" ? [] : [excused])].map((block) => `${block}\n`).join("\n");
}

/** How many exceptions from policies were granted. */
export function exceptionCount(problems: readonly Problem[]): number {
  return problems.filter(({ rule, severity }) => rule === "policy/exception" && severity === "info").length;
}

/** A sentence that counts the exceptions from policies; empty when there are none. */
export function exceptionsText(problems: readonly Problem[]): string {
  const count = exceptionCount(problems);
  return count === 0 ? "" : `${countOf(count, "exception")} from policies ${count === 1 ? "is" : "are"} granted.`;
}

/** A secret stands where this problem is: neither its line nor a neighbour may be shown. */
function isAboutSecret(problem: Problem): boolean {
  return problem.rule.endsWith("/secret");
}

/** Characters around a spot that are looked at: a line may have a million, and as many problems. */
const nearby = 1_000;

/** A key or a value may be as long as a file. */
function shortened(text: string): string {
  return text.length <= nearby ? text : `${text.slice(0, nearby)}…`;
}

/** The lines of a file, split once. */
function lineReader(sources: Sources): (file: string) => readonly string[] | undefined {
  const known = new Map<string, readonly string[] | undefined>();
  return (file) => {
    if (!known.has(file)) known.set(file, sources.get(file)?.split(/\r\n|\n|\r/));
    return known.get(file);
  };
}

/** The line before, the line, and a mark under the word at the column. Columns count UTF-16 units, as the parser does. */
function excerpt(
  problem: Problem,
  lines: readonly string[] | undefined,
  look: Look,
  alone: boolean,
): readonly string[] {
  const line = lines?.[problem.line - 1];
  if (line === undefined) return [];
  const at = problem.column - 1;
  const { palette, width } = look;
  const gutter = String(problem.line).length;
  const before = alone ? undefined : lines?.[problem.line - 2]?.slice(0, nearby);
  const room = width - gutter - 5;
  const shown = (number: number, text: string): string =>
    `  ${palette.dim(`${String(number).padStart(gutter)} |`)} ${text}`.trimEnd();
  const prefix = visible(line.slice(Math.max(0, at - nearby), at));
  const word = visible(wordAt(line, problem.column));
  // A long line is shown from shortly before the spot.
  const skipped = widthOf(prefix) + widthOf(word) > room ? Math.max(0, [...prefix].length - 20) : 0;
  const start = skipped === 0 ? "" : "…";
  const head = start + [...prefix].slice(skipped).join("");
  const tail = visible(line.slice(at, at + nearby));
  const marks = "^".repeat(Math.max(1, Math.min(widthOf(word), room - widthOf(head))));
  return [
    ...(before === undefined || before.trim() === ""
      ? []
      : [shown(problem.line - 1, palette.dim(cut(visible(before), room)))]),
    shown(problem.line, cut(head + tail, room)),
    `  ${palette.dim(`${" ".repeat(gutter)} |`)} ${" ".repeat(widthOf(head))}${palette[colours[problem.severity]](marks)}`,
  ];
}

/** The word that begins at a column of a line; empty behind its end. */
export function wordAt(line: string, column: number): string {
  return (
    /^("[^"]*"|'[^']*'|(?:[^\s:,\]}]|:(?=[^\s,\]}"'{[]))+|.)/.exec(line.slice(column - 1, column - 1 + nearby))?.[0] ??
    ""
  );
}

/** `2 errors and 1 warning in 2 files`; `no problems` when there are none. */
export function problemCounts(problems: readonly Problem[]): string {
  if (problems.length === 0) return "no problems";
  const count = (severity: Severity) => problems.filter((problem) => problem.severity === severity).length;
  const parts = (
    [
      [count("error"), "error"],
      [count("warning"), "warning"],
      [count("info"), "note"],
    ] as const
  ).flatMap(([number, word]) => (number === 0 ? [] : [countOf(number, word)]));
  const files = new Set(problems.map((problem) => problem.file)).size;
  const listed = parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
  return `${listed} in ${countOf(files, "file")}`;
}

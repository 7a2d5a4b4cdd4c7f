import type { Problem, Severity } from "../core/problem.ts";
import { visible } from "./text.ts";

const commands: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "notice" };

/** Problems as workflow commands of GitHub Actions: one line each, shown at the lines of the files they are in. */
export function annotationsText(problems: readonly Problem[]): string {
  return problems.map((problem) => `${annotation(problem)}\n`).join("");
}

function annotation({ severity, file, line, column, rule, path, message, hint }: Problem): string {
  const properties = [
    ["file", file],
    ["line", String(line)],
    ["col", String(column)],
    ["title", rule],
  ] as const;
  const written = properties.map(([name, value]) => `${name}=${escapeProperty(value)}`).join(",");
  const place = path === "" || message.includes(path) ? "" : `${visible(path)}: `;
  const text = `${place}${visible(message)}${hint === "" ? "" : `\n${visible(hint)}`}`;
  return `::${commands[severity]} ${written}::${escapeData(text)}`;
}

/** The text behind the second `::`, as the runner reads it back. */
function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** The value of a property, where `:` and `,` would end it. What else cannot be seen is written out. */
function escapeProperty(value: string): string {
  return visible(escapeData(value).replaceAll(":", "%3A").replaceAll(",", "%2C"));
}

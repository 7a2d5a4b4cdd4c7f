import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";

/** One file of the project with its path from the top, `/` between parts. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** One import or re-export of a file. */
export interface Import {
  readonly specifier: string;
  /** The imported file's path for one of ours; undefined for a package. */
  readonly target: string | undefined;
  readonly typeOnly: boolean;
}

const top = fileURLToPath(new URL("../..", import.meta.url));

/** Folders that no rule looks into. */
const skipped = new Set(["node_modules", "dist", "coverage", ".git"]);

/** Names that stand at the top of the project. */
export function topLevelNames(): readonly string[] {
  return readdirSync(top);
}

/** Every file of the project as text. */
export function projectFiles(): readonly SourceFile[] {
  const found: SourceFile[] = [];
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(top, folder), { withFileTypes: true })) {
      const path = posix.join(folder, entry.name);
      if (entry.isDirectory() && !skipped.has(entry.name)) walk(path);
      if (entry.isFile()) found.push({ path, text: readFileSync(join(top, path), "utf8") });
    }
  };
  walk("");
  return found;
}

/** The imports of a file, dynamic ones and `import("…")` types included. */
export function importsOf(file: SourceFile): readonly Import[] {
  const code = withoutComments(file.text);
  const found: Import[] = [];
  const add = (specifier: string | undefined, typeOnly: boolean): void => {
    if (specifier === undefined) return;
    const target = specifier.startsWith(".") ? posix.join(posix.dirname(file.path), specifier) : undefined;
    found.push({ specifier, target, typeOnly });
  };
  for (const match of code.matchAll(/^\s*(?:import|export)\s(type\s)?[^;"'`]*?\sfrom\s+["']([^"']+)["']/gm)) {
    add(match[2], match[1] !== undefined);
  }
  for (const match of code.matchAll(/^\s*import\s+["']([^"']+)["']/gm)) add(match[1], false);
  for (const match of code.matchAll(/\b(?:import|require|require\.resolve)\(\s*["']([^"']+)["']/g))
    add(match[1], false);
  return found;
}

/** The text with comments blanked, line by line, so that line numbers stay. */
export function withoutComments(text: string): string {
  return blank(text, false);
}

/** The text with comments and the content of strings blanked. Code inside `${}` of a template stays. */
export function codeOnly(text: string): string {
  return blank(text, true);
}

const beforeRegex = /(^|[=(,:;!&|?{}[\n]|=>|\breturn|\btypeof|\bcase)\s*$/;

/** A small scanner, not a parser: enough for code that the formatter has laid out. */
function blank(text: string, strings: boolean): string {
  let out = "";
  let at = 0;
  /** Depth of braces inside each open `${`. */
  const templates: number[] = [];
  const hide = (piece: string): string => piece.replace(/[^\n]/g, " ");
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) at += match[0].length;
    return match?.[0];
  };
  const templateText = (): void => {
    const piece = take(/(?:[^`\\$]|\\[\s\S]|\$(?!\{))*/y) ?? "";
    out += strings ? hide(piece) : piece;
    const end = take(/`|\$\{/y) ?? "";
    out += end;
    if (end === "${") templates.push(0);
  };
  while (at < text.length) {
    const comment = take(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/y);
    if (comment !== undefined) {
      out += hide(comment);
      continue;
    }
    const quoted = take(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/y);
    if (quoted !== undefined) {
      out += strings ? `"${hide(quoted.slice(1, -1))}"` : quoted;
      continue;
    }
    if (text[at] === "/" && beforeRegex.test(out.slice(-20))) {
      const regex = take(/\/(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y);
      if (regex !== undefined) {
        out += strings ? hide(regex) : regex;
        continue;
      }
    }
    const char = text[at] ?? "";
    at += 1;
    out += char;
    if (char === "`") templateText();
    const depth = templates.length - 1;
    if (depth < 0) continue;
    if (char === "{") templates[depth] = (templates[depth] ?? 0) + 1;
    if (char === "}" && templates[depth] === 0) {
      templates.pop();
      templateText();
    } else if (char === "}") templates[depth] = (templates[depth] ?? 0) - 1;
  }
  return out;
}

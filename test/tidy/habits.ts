import { startsAs } from "./imports.ts";
import { pureExceptions, pureRooms, topLevel } from "./layers.ts";
import { codeOnly, importsOf, type SourceFile } from "./source.ts";

const maxLines = 300;

/** Files nobody reads as code: what a case holds, what a tool wrote, what the runner's own test needs to be wrong. */
function isMaterial(path: string): boolean {
  return path.startsWith("test/fixtures/") || path.startsWith("test/golden/") || path === "package-lock.json";
}

function isCode(file: SourceFile): boolean {
  return file.path.endsWith(".ts") && /^(src|test)\//.test(file.path) && !isMaterial(file.path);
}

function isTest(file: SourceFile): boolean {
  return isCode(file) && file.path.endsWith(".test.ts");
}

/** Each line of code that a pattern finds, as `path:line: what`. */
function linesWith(file: SourceFile, code: string, pattern: RegExp, what: string): readonly string[] {
  return code.split("\n").flatMap((line, index) => (pattern.test(line) ? [`${file.path}:${index + 1}: ${what}`] : []));
}

/** Files that have outgrown their room. */
export function sizeFaults(files: readonly SourceFile[]): readonly string[] {
  return files.filter(isCode).flatMap((file) => {
    const lines = file.text.trimEnd().split("\n").length;
    return lines > maxLines ? [`${file.path} has ${lines} lines, more than ${maxLines}`] : [];
  });
}

const impureWords: readonly (readonly [RegExp, string])[] = [
  [/(?<![.\w$])Date\.now\b|(?<![.\w$])new Date\(\s*\)|(?<![.\w$])performance\b/, "a pure room knows no clock"],
  [/(?<![.\w$])Math\.random\b|(?<![.\w$])crypto\b|\brandomUUID\b|\brandomBytes\b/, "a pure room knows no chance"],
  [/(?<![.\w$])console\b/, "a pure room does not log"],
  [/(?<![.\w$])(?:async|await)\b(?!\s*[?:,])|(?<![.\w$])Promise\b/, "a pure room does not wait"],
  [
    /(?<![.\w$])(?:setTimeout|setInterval|setImmediate|queueMicrotask|fetch|globalThis|eval)\b/,
    "a pure room does no IO",
  ],
];

/** What a pure room does that only the world's side may do. */
export function purityFaults(files: readonly SourceFile[]): readonly string[] {
  return files.filter(isCode).flatMap((file) => {
    const path = file.path.replace(/^src\//, "");
    if (path === file.path || !pureRooms.some((room) => startsAs(path, room))) return [];
    const allowed = pureExceptions.find(([name]) => name === path)?.[1];
    if (allowed === "worker") return [];
    const code = codeOnly(file.text);
    const words = impureWords.flatMap(([pattern, what]) => linesWith(file, code, pattern, what));
    const modules = importsOf(file)
      .filter(({ specifier, typeOnly }) => specifier.startsWith("node:") && !typeOnly)
      .filter(({ specifier }) => !(allowed === "crypto" && specifier === "node:crypto" && hashesOnly(code)))
      .map(({ specifier }) => `${file.path} is pure and may not import ${specifier}`);
    return [...words, ...modules];
  });
}

function hashesOnly(code: string): boolean {
  return /^import \{ createHash(?:, scryptSync)? \} from/m.test(code);
}

/** Code beside main.ts that touches the process it runs in. */
export function processFaults(files: readonly SourceFile[]): readonly string[] {
  return files
    .filter((file) => isCode(file) && file.path.startsWith("src/") && file.path !== "src/main.ts")
    .flatMap((file) => [
      ...linesWith(file, codeOnly(file.text), /(?<![.\w$])process\s*(?:\.|\[|\))/, "only src/main.ts touches process"),
      ...importsOf(file)
        .filter(({ specifier }) => specifier === "node:process")
        .map(() => `${file.path}: only src/main.ts touches process`),
    ]);
}

/** Exported declarations without a doc comment. A type that is read off the value above it shares that one's. */
export function docFaults(files: readonly SourceFile[]): readonly string[] {
  const isOurs = (path: string): boolean => /^(src|test\/support|test\/contract)\//.test(path);
  return files
    .filter((file) => isCode(file) && isOurs(file.path))
    .flatMap((file) => {
      const lines = file.text.split("\n");
      return lines.flatMap((line, index) => {
        if (!/^export (?:declare |abstract |async )*(?:function\*? |const |let |class |interface |type )\w/.test(line))
          return [];
        if (/^export type \w+ = (?:\(typeof \w+\)\[number\]|keyof typeof \w+);$/.test(line)) return [];
        const before = lines[index - 1]?.trimEnd() ?? "";
        const isOverload = /^export (?:async )?function /.test(before) && before.endsWith(";");
        return before.endsWith("*/") || isOverload ? [] : [`${file.path}:${index + 1}: no doc comment`];
      });
    });
}

/** Test files that could be green by accident. */
export function testFaults(files: readonly SourceFile[]): readonly string[] {
  return files.filter(isTest).flatMap((file) => {
    const code = codeOnly(file.text);
    const usesContract = importsOf(file).some(({ target }) => target?.startsWith("test/contract/"));
    const runs = /\.run\(\);\s*$/.test(code) || (usesContract && /^\w+\(/m.test(code));
    return [
      ...(runs ? [] : [`${file.path} does not end with .run()`]),
      ...linesWith(file, code, /\.(?:only|skip)\(/, "a test is left out"),
      ...importsOf(file)
        .filter(({ specifier }) => specifier === "uvu")
        .map(() => `${file.path} imports uvu itself; test/support/suite.ts gives deadlines`),
    ];
  });
}

// Put together here, so that this file does not hold them.
const laterWords = new RegExp(
  `\\b(?:${["TO-DO", "FIX-ME", "X-XX", "HA-CK"].join("|").replaceAll("-", "")})\\b(?!.*#\\d)`,
);
const machinePaths = new RegExp(`(?<![\\w.*-])/(?:${["work", "root", "farm"].join("|")})/`);

/** Words that put work off without saying where it is written down. */
export function laterFaults(files: readonly SourceFile[]): readonly string[] {
  return files
    .filter((file) => !isMaterial(file.path))
    .flatMap((file) => linesWith(file, file.text, laterWords, "put off without an issue number"));
}

/** Paths of the machine something was made on. */
export function machineFaults(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) => linesWith(file, file.text, machinePaths, "a path of one machine"));
}

/** Names that say nothing, and names nobody knows at the top. */
export function nameFaults(files: readonly SourceFile[], top: readonly string[]): readonly string[] {
  const empty = files
    .filter((file) => isCode(file) && /(?:^|\/)(?:utils?|helpers?|common|misc|shared)(?:\.ts$|\/)/.test(file.path))
    .map((file) => `${file.path}: a name that says nothing`);
  return [...empty, ...top.filter((name) => !topLevel.includes(name)).map((name) => `${name} is not known at the top`)];
}

import { type CelValue, celList } from "@bufbuild/cel";
import { RE2JS } from "@bufbuild/re2";
import { charge } from "../language/meter.ts";
import { findMatch } from "./find.ts";
import { method, type Overload, plain } from "./overload.ts";

/** Compiled expressions, the oldest forgotten first: one policy asks the same of ten thousand manifests. */
const compiled = new Map<string, RE2JS>();
const mostCompiled = 256;
const longestPattern = 1_024;

/** Compiles with RE2, whose time grows with the text and never with the number of ways to match it. */
export function compilePattern(pattern: string): RE2JS {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  if (pattern.length > longestPattern) {
    throw new Error(`a regular expression may have ${longestPattern} characters, not ${pattern.length}`);
  }
  const made = RE2JS.compile(pattern);
  const oldest = compiled.keys().next().value;
  if (compiled.size >= mostCompiled && oldest !== undefined) compiled.delete(oldest);
  compiled.set(pattern, made);
  return made;
}

/** RE2 walks the text once per state of the expression at worst. */
function pay(text: string, pattern: string): void {
  if (!charge((text.length * pattern.length) >> 5)) throw new Error("the cost limit is exceeded");
}

function matches(text: string, pattern: string): boolean {
  pay(text, pattern);
  return compilePattern(pattern).test(text);
}

function findAll(text: string, pattern: string, limit: number): readonly string[] {
  const expression = compilePattern(pattern);
  const spend = (units: number): void => {
    if (!charge(units)) throw new Error("the cost limit is exceeded");
  };
  const found: string[] = [];
  let lastEnd = -1;
  for (let from = 0; from <= text.length && (limit < 0 || found.length < limit); ) {
    const match = findMatch(expression, text, from, spend);
    if (match === undefined) break;
    // An empty match right after another one is none.
    if (match.end > match.start || match.start !== lastEnd) found.push(text.slice(match.start, match.end));
    lastEnd = match.end;
    from = match.end > match.start ? match.end : match.end + ((text.codePointAt(match.end) ?? 0) > 0xffff ? 2 : 1);
  }
  return found;
}

const listOf = (found: readonly string[]): CelValue => celList(found);

/** Regular expressions: the standard's `matches` and Kubernetes' `find` and `findAll`. */
export const regexFunctions: readonly Overload[] = [
  method("matches", ["text", "text"], matches),
  plain("matches", ["text", "text"], matches),
  method("find", ["text", "text"], (text: string, pattern: string) => findAll(text, pattern, 1)[0] ?? ""),
  method("findAll", ["text", "text"], (text: string, pattern: string) => listOf(findAll(text, pattern, -1))),
  method("findAll", ["text", "text", "integer"], (text: string, pattern: string, limit: bigint) =>
    listOf(findAll(text, pattern, Number(limit))),
  ),
];

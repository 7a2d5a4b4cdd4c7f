import type { Json, JsonObject } from "../../core/json.ts";
import { isObject } from "../../core/json.ts";
import { invalidValue } from "./failure.ts";

/** Says whether a resource is wanted. */
export type Filter = (body: JsonObject) => boolean;

/** Reads a list filter in either language: `name eq 'a.*'`, or `labels.owner:* AND status = RUNNING`. */
export function readFilter(text: string): Filter {
  if (text.length > 10_000) throw invalidValue("filter", `${text.slice(0, 60)}…`, "The filter is too long.");
  const tokens = tokenize(text);
  const parser = createParser(text, tokens);
  return parser.whole();
}

interface Token {
  readonly text: string;
  readonly quoted: boolean;
}

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const pattern = /\s+|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([()])|(!=|<=|>=|=|<|>|:)|([^\s()=!<>:"']+)/gy;
  while (pattern.lastIndex < text.length) {
    const last = tokens.at(-1);
    if (last?.quoted === false && (last.text === "eq" || last.text === "ne")) {
      const bare = barePattern(text, pattern.lastIndex);
      if (bare !== undefined) {
        tokens.push({ text: bare.text, quoted: true });
        pattern.lastIndex = bare.end;
        continue;
      }
    }
    const found = pattern.exec(text);
    if (found === null) throw invalidValue("filter", text, "Invalid list filter expression.");
    const quoted = found[1] ?? found[2];
    if (quoted !== undefined) tokens.push({ text: quoted, quoted: true });
    else if (found[0].trim() !== "") tokens.push({ text: found[0], quoted: false });
  }
  return tokens;
}

/** A pattern without quotes goes on to the next space or the parenthesis that closes what stands around it. */
function barePattern(text: string, from: number): { readonly text: string; readonly end: number } | undefined {
  let start = from;
  while (/\s/.test(text[start] ?? "")) start += 1;
  let depth = 0;
  let end = start;
  for (; end < text.length && !/[\s"']/.test(text[end] ?? ""); end += 1) {
    if (text[end] === "(") depth += 1;
    if (text[end] === ")") depth -= 1;
    if (depth < 0) break;
  }
  return end === start ? undefined : { text: text.slice(start, end), end };
}

function createParser(text: string, tokens: readonly Token[]) {
  let at = 0;
  let depth = 0;
  const fail = (): Error => invalidValue("filter", text, "Invalid list filter expression.");
  const isWord = (...words: readonly string[]): boolean => {
    const token = tokens[at];
    return token !== undefined && !token.quoted && words.includes(token.text);
  };
  const either = (): Filter => {
    const parts = [all()];
    while (isWord("OR", "or")) {
      at += 1;
      parts.push(all());
    }
    return parts.length === 1 ? (parts[0] as Filter) : (body) => parts.some((part) => part(body));
  };
  const all = (): Filter => {
    const parts = [one()];
    while (at < tokens.length && !isWord(")", "OR", "or")) {
      if (isWord("AND", "and")) at += 1;
      parts.push(one());
    }
    return parts.length === 1 ? (parts[0] as Filter) : (body) => parts.every((part) => part(body));
  };
  const one = (): Filter => {
    if (isWord("NOT", "not")) {
      at += 1;
      const inner = one();
      return (body) => !inner(body);
    }
    if (!isWord("(")) return comparison();
    depth += 1;
    if (depth > 50) throw fail();
    at += 1;
    const inner = either();
    if (!isWord(")")) throw fail();
    at += 1;
    depth -= 1;
    return inner;
  };
  const comparison = (): Filter => {
    const [field, operator, value] = [tokens[at], tokens[at + 1], tokens[at + 2]];
    if (field === undefined || operator === undefined || operator.quoted || value === undefined) throw fail();
    at += 3;
    const test = compare(operator.text, value);
    if (test === undefined) throw fail();
    const path = field.text.split(".");
    return (body) => test(valuesAt(body, path));
  };
  const whole = (): Filter => {
    if (tokens.length === 0) return () => true;
    const filter = either();
    if (at !== tokens.length) throw fail();
    return filter;
  };
  return { whole };
}

type Test = (values: readonly Json[]) => boolean;

function compare(operator: string, value: Token): Test | undefined {
  const wanted = value.quoted ? value.text.replace(/\\(["'])/g, "$1") : value.text;
  switch (operator) {
    case "eq":
    case "ne": {
      const pattern = expression(wanted);
      const matches: Test = (values) => values.some((one) => pattern.test(shown(one)));
      return operator === "eq" ? matches : (values) => !matches(values);
    }
    case "=":
      return (values) => values.some((one) => equals(one, wanted, value.quoted));
    case "!=":
      return (values) => !values.some((one) => equals(one, wanted, value.quoted));
    case ":":
      return (values) =>
        wanted === "*" ? values.length > 0 : values.some((one) => has(shown(one).toLowerCase(), wanted.toLowerCase()));
    case "<":
      return (values) => values.some((one) => order(one, wanted) < 0);
    case ">":
      return (values) => values.some((one) => order(one, wanted) > 0);
    case "<=":
      return (values) => values.some((one) => order(one, wanted) <= 0);
    case ">=":
      return (values) => values.some((one) => order(one, wanted) >= 0);
    default:
      return undefined;
  }
}

/** The pattern must match the whole field. */
function expression(text: string): RegExp {
  try {
    return new RegExp(`^(?:${text})$`);
  } catch {
    throw invalidValue("filter", text, "Invalid list filter expression.");
  }
}

/** A field of a list counts for each of its items; labels whose keys hold dots are not told apart. */
function valuesAt(value: Json | undefined, path: readonly string[]): readonly Json[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap((item) => valuesAt(item, path));
  const [first, ...rest] = path;
  if (first === undefined) return isObject(value) && Object.keys(value).length === 0 ? [] : [value];
  return isObject(value) && Object.hasOwn(value, first) ? valuesAt(value[first], rest) : [];
}

function shown(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function equals(value: Json, wanted: string, quoted: boolean): boolean {
  const text = shown(value);
  if (text === wanted) return true;
  if (typeof value === "number") return value === Number(wanted);
  return !quoted && wanted.includes("*") && has(text, wanted);
}

/** `a*` begins, `*a` ends, `a` is somewhere in it. */
function has(text: string, wanted: string): boolean {
  const bare = wanted.replaceAll("*", "");
  if (wanted.endsWith("*") && !wanted.startsWith("*")) return text.startsWith(bare);
  if (wanted.startsWith("*") && !wanted.endsWith("*")) return text.endsWith(bare);
  return text.includes(bare);
}

function order(value: Json, wanted: string): number {
  const [left, right] = [Number(value), Number(wanted)];
  if (Number.isFinite(left) && Number.isFinite(right)) return left - right;
  const text = shown(value);
  return text < wanted ? -1 : text > wanted ? 1 : 0;
}

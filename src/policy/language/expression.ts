import { type CelResult, type CelValue, isCelError, parse, plan } from "@bufbuild/cel";
import { compilePattern } from "../functions/regex.ts";
import { language } from "./environment.ts";
import { type Chain, inspect, type Vocabulary } from "./inspect.ts";
import { isExceeded } from "./meter.ts";
import { rewrite } from "./rewrite.ts";
import { type Fault, scan } from "./scan.ts";
import { childrenOf, type Expression } from "./tree.ts";

/** What names at the root stand for. */
export type Bindings = Readonly<Record<string, CelValue>>;

/** How an evaluation ended. */
export type Answer =
  | { readonly kind: "value"; readonly value: CelValue }
  | { readonly kind: "error"; readonly message: string; readonly offset: number | undefined }
  | { readonly kind: "exceeded" };

/** An expression ready to be evaluated any number of times. */
export interface Compiled {
  /** Names it speaks of, each with the fields behind it. */
  readonly chains: readonly Chain[];
  run(bindings: Bindings): Answer;
}

/** Compiles an expression, or says what is wrong with it and where. Never throws. */
export function compile(source: string, vocabulary: Vocabulary): Compiled | Fault {
  if (source.trim() === "")
    return { message: "The expression is empty.", hint: "Write one that answers true or false.", offset: 0 };
  const scanned = scan(source);
  if ("message" in scanned) return scanned;
  const { environment, functions } = language();
  try {
    const parsed = parse(scanned.text);
    const positions = parsed.sourceInfo?.positions ?? {};
    const offsetOf = (node: Expression): number => positions[node.id.toString()] ?? 0;
    // Before anything walks the tree without a bound: depth and size.
    const deep = tooDeep(parsed.expr, offsetOf);
    if (deep !== undefined) return deep;
    const facts = inspect(rewrite(parsed.expr, scanned.marks, positions), vocabulary, functions, offsetOf);
    if ("message" in facts) return facts;
    const badPattern = patternFault(parsed.expr, offsetOf);
    if (badPattern !== undefined) return badPattern;
    const planned = plan(environment, rewrite(parsed.expr, scanned.marks, positions));
    return {
      chains: facts.chains,
      run: (bindings) => answerOf(() => planned(bindings as never), positions),
    };
  } catch (error) {
    return syntaxFault(error);
  }
}

function answerOf(run: () => CelResult, positions: Readonly<Record<string, number>>): Answer {
  let result: CelResult;
  try {
    result = run();
  } catch (error) {
    // The engine answers errors as values; only a stack that is too deep comes this way.
    return { kind: "error", message: (error as Error).message, offset: undefined };
  }
  if (isExceeded()) return { kind: "exceeded" };
  if (!isCelError(result)) return { kind: "value", value: result };
  const offset = result.exprId === undefined ? undefined : positions[result.exprId.toString()];
  return { kind: "error", message: messageOf(result), offset };
}

/** The engine says `unknown` when the reason is in the cause. */
function messageOf(error: Error): string {
  const text = error.message || (error.cause instanceof Error ? error.cause.message : "it cannot be evaluated");
  return text.split("\n")[0] ?? text;
}

function syntaxFault(error: unknown): Fault {
  const { message, location } = error as Error & {
    readonly location?: { readonly start?: { readonly offset?: number } };
  };
  const plain = message.replace(/^<input>:\d+:\d+: /, "").split("\n")[0] ?? "";
  const found = /found (.{1,20}?) but/.exec(plain)?.[1];
  const text = found === undefined ? `The expression cannot be read: ${plain.slice(0, 200)}.` : `Unexpected ${found}.`;
  const hint = "Look for a missing quote, bracket or operator at that place, or just before it.";
  return { message: text, hint, offset: location?.start?.offset ?? 0 };
}

function tooDeep(expression: Expression, offsetOf: (node: Expression) => number): Fault | undefined {
  // A stack of our own: the tree may be deeper than the machine's.
  const open: { readonly node: Expression; readonly depth: number }[] = [{ node: expression, depth: 0 }];
  let nodes = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    nodes += 1;
    if (next.depth > mostDepth || nodes > mostNodes) {
      const message = "The expression is nested too deeply or too large.";
      return { message, hint: "Split it into variables.", offset: offsetOf(next.node) };
    }
    for (const child of childrenOf(next.node)) open.push({ node: child, depth: next.depth + 1 });
  }
  return undefined;
}

const mostDepth = 150;
const mostNodes = 8_000;

/** A pattern that is written out and wrong is told before anything is evaluated. */
function patternFault(node: Expression, offsetOf: (node: Expression) => number): Fault | undefined {
  const { exprKind } = node;
  if (exprKind.case === "callExpr" && /^(?:matches|find|findAll)$/.test(exprKind.value.function)) {
    const { target, args } = exprKind.value;
    const pattern = args[target === undefined ? 1 : 0];
    const constant = pattern?.exprKind.case === "constExpr" ? pattern.exprKind.value.constantKind : undefined;
    if (pattern !== undefined && constant?.case === "stringValue") {
      try {
        compilePattern(constant.value);
      } catch (error) {
        const message = `The regular expression is wrong: ${(error as Error).message}.`;
        return { message, hint: "Patterns are RE2: no look-around, no back-references.", offset: offsetOf(pattern) };
      }
    }
  }
  for (const child of childrenOf(node)) {
    const fault = patternFault(child, offsetOf);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Line and column of an offset, both from 1. */
export function placeOf(source: string, offset: number): { readonly line: number; readonly column: number } {
  const before = source.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

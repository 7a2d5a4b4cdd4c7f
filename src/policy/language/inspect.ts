import { nearest } from "../../core/nearest.ts";
import type { FunctionTable } from "./environment.ts";
import { expressionLimits, type Fault } from "./scan.ts";
import { chainOf, childrenOf, type Expression, pathOf } from "./tree.ts";

/** What an expression may speak of. */
export interface Vocabulary {
  /** Names that stand at the root, e.g. `object`. */
  readonly roots: readonly string[];
  /** Names under `variables`, those declared before the expression. */
  readonly variables: readonly string[];
  /** The fields of roots whose form is known; a root that is left out may have any. */
  readonly fields?: Readonly<Record<string, Form>>;
}

/** The form of a value that is always the same: its fields, or what its items have. `any` is not looked into. */
export type Form = "any" | { readonly fields: Readonly<Record<string, Form>> } | { readonly items: Form };

/** What an expression speaks of. */
export interface Facts {
  /** Ways from a root to a field: `object.spec.replicas`, in order of their writing. */
  readonly chains: readonly Chain[];
}

/** A root's name and the fields and indexes behind it. */
export type Chain = readonly (string | number)[];

const typeNames = new Set("bool bytes double int list map null_type string type uint".split(" "));
const missing: Readonly<Record<string, string>> = {
  authorizer: "There is no cluster here whose permissions could be asked.",
  self: "Policies say `object`; `self` belongs to the rules of custom resource definitions.",
  oldSelf: "Policies say `oldObject`; `oldSelf` belongs to the rules of custom resource definitions.",
};

/** Names that loops declare, with the form of what they stand for. */
type Locals = ReadonlyMap<string, Form>;

function formAt(form: Form, steps: Chain): Form {
  const [step, ...others] = steps;
  if (step === undefined || form === "any") return form;
  const inner = "items" in form ? form.items : Object.hasOwn(form.fields, step) ? form.fields[step] : "any";
  return formAt(inner ?? "any", others);
}

/** The first field of a way that its form does not have. */
function strangeField(form: Form, chain: Chain): { readonly message: string; readonly hint: string } | undefined {
  for (const [index, step] of chain.entries()) {
    const inner = formAt(form, chain.slice(1, index));
    if (index === 0 || inner === "any" || "items" in inner || Object.hasOwn(inner.fields, step)) continue;
    const known = Object.keys(inner.fields);
    const near = nearest(String(step), known);
    const hint = near === undefined ? `Known are ${known.join(", ")}.` : `Did you mean ${near}?`;
    return { message: `${chain.slice(0, index).join(".")} has no field ${String(step)}.`, hint };
  }
  return undefined;
}

/** Finds names and functions nobody declared, before anything is evaluated. */
export function inspect(
  expression: Expression,
  vocabulary: Vocabulary,
  functions: FunctionTable,
  offsetOf: (node: Expression) => number,
): Fault | Facts {
  const chains: Chain[] = [];
  let nodes = 0;

  function fault(node: Expression, message: string, hint: string): Fault {
    return { message, hint, offset: offsetOf(node) };
  }

  function walk(node: Expression, local: Locals, depth: number): Fault | undefined {
    nodes += 1;
    if (depth > expressionLimits.depth || nodes > expressionLimits.nodes) {
      return fault(node, "The expression is nested too deeply or too large.", "Split it into variables.");
    }
    const chain = pathOf(node);
    if (chain !== undefined) return walkChain(node, chain, local);
    const { exprKind } = node;
    if (exprKind.case === "callExpr") {
      const unknown = checkCall(node, exprKind.value, local);
      // A wrong name before the dot explains more than the wrong function after it.
      if (unknown !== undefined) return first(childrenOf(node), local, depth) ?? unknown;
      // The target of `optional.of(x)` is a part of the function's name.
      if (isQualified(exprKind.value, local, functions)) return first(exprKind.value.args, local, depth);
    }
    if (exprKind.case === "structExpr" && exprKind.value.messageName !== "") {
      return fault(node, `Values of the type ${exprKind.value.messageName} cannot be made here.`, "Use a map.");
    }
    if (exprKind.case === "comprehensionExpr") {
      const { iterRange, accuInit, accuVar, iterVar, loopCondition, loopStep, result } = exprKind.value;
      const inner = new Map([...local, [accuVar, "any"], [iterVar, itemForm(iterRange, local)]] as const);
      return first([iterRange, accuInit], local, depth) ?? first([loopCondition, loopStep, result], inner, depth);
    }
    return first(childrenOf(node), local, depth);
  }

  function first(all: readonly (Expression | undefined)[], local: Locals, depth: number) {
    for (const node of all) {
      const found = node === undefined ? undefined : walk(node, local, depth + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  function walkChain(written: Expression, chain: Chain, local: Locals): Fault | undefined {
    const root = String(chain[0]);
    const node = rootOf(written);
    const second = chain[1] === undefined ? undefined : String(chain[1]);
    if (chain.length > expressionLimits.depth) return fault(node, "The expression is nested too deeply.", "");
    const form = local.get(root) ?? vocabulary.fields?.[root];
    const strange = form === undefined ? undefined : strangeField(form, chain);
    if (strange !== undefined) return fault(node, strange.message, strange.hint);
    if (local.has(root) || typeNames.has(root) || /^google\.protobuf\./.test(chain.join("."))) return undefined;
    if (!vocabulary.roots.includes(root)) {
      const near = nearest(
        root,
        [...vocabulary.roots, ...local.keys()].filter((name) => !name.startsWith("@")),
      );
      const hint = missing[root] ?? (near === undefined ? knownRoots(vocabulary) : `Did you mean ${near}?`);
      return fault(node, `Nothing is called ${root} here.`, hint);
    }
    if (root === "variables" && second !== undefined && !vocabulary.variables.includes(second)) {
      const near = nearest(second, vocabulary.variables);
      const hint = near === undefined ? "A variable may be used after its declaration." : `Did you mean ${near}?`;
      return fault(node, `No variable ${second} is declared before this expression.`, hint);
    }
    chains.push(chain);
    return undefined;
  }

  /** The form of what a loop goes over, where that is a list of a known form. */
  function itemForm(range: Expression | undefined, local: Locals): Form {
    const chain = range === undefined ? undefined : pathOf(range);
    if (chain === undefined) return "any";
    const root = String(chain[0]);
    const form = formAt(local.get(root) ?? vocabulary.fields?.[root] ?? "any", chain.slice(1));
    return form !== "any" && "items" in form ? form.items : "any";
  }

  function checkCall(
    node: Expression,
    call: Extract<Expression["exprKind"], { case: "callExpr" }>["value"],
    local: Locals,
  ): Fault | undefined {
    if (isQualified(call, local, functions)) return undefined;
    const isMethod = call.target !== undefined;
    const takes = functions.takes(call.function, isMethod);
    const written = `${isMethod ? "." : ""}${call.function}()`;
    if (takes.length === 0) {
      const near = nearest(call.function, functions.names(isMethod));
      const other = functions.takes(call.function, !isMethod).length > 0;
      const hint = other
        ? `Write it as ${isMethod ? `${call.function}(x)` : `x.${call.function}()`}.`
        : near === undefined
          ? ""
          : `Did you mean ${near}?`;
      return fault(node, `There is no function ${written}.`, hint);
    }
    if (takes.includes(call.args.length)) return undefined;
    const counts = [...takes].sort((left, right) => left - right).join(" or ");
    return fault(node, `${written} takes ${counts} arguments, not ${call.args.length}.`, "");
  }

  const found = walk(expression, new Map(), 0);
  return found ?? { chains };
}

/** The name at the beginning of a path. */
function rootOf(node: Expression): Expression {
  const inner = childrenOf(node)[0];
  return inner === undefined ? node : rootOf(inner);
}

/** Whether a call is of a function whose name has dots, such as `optional.of`. */
function isQualified(
  call: Extract<Expression["exprKind"], { case: "callExpr" }>["value"],
  local: Locals,
  functions: FunctionTable,
): boolean {
  const chain = chainOf(call.target);
  if (chain === undefined || local.has(chain[0] ?? "")) return false;
  return functions.takes([...chain, call.function].join("."), false).includes(call.args.length);
}

function knownRoots(vocabulary: Vocabulary): string {
  return `Known are ${vocabulary.roots.join(", ")}.`;
}

import { expandMacro } from "./macros.ts";
import type { Marks } from "./scan.ts";
import { childrenOf, type Expression, nodesAt } from "./tree.ts";

/** Where each node of a tree was written. */
export type Positions = Readonly<Record<string, number>>;

/**
 * Puts what the engine's grammar does not know back into its tree (optional access, quoted and escaped fields, macros),
 * and gives every loop a meter, so that no expression runs longer than its budget.
 */
export function rewrite(expression: Expression, marks: Marks, positions: Positions): Expression {
  const walk = (node: Expression): Expression => {
    const inner = mapChildren(node, walk);
    const offset = positions[node.id.toString()] ?? -1;
    return access(inner, offset, marks) ?? inner;
  };
  return meterLoops(walk(expression));
}

/** A copy of a node whose children went through a function. */
function mapChildren(node: Expression, walk: (child: Expression) => Expression): Expression {
  const { exprKind } = node;
  switch (exprKind.case) {
    case "selectExpr": {
      const operand = exprKind.value.operand;
      const value = operand === undefined ? exprKind.value : { ...exprKind.value, operand: walk(operand) };
      return { ...node, exprKind: { case: "selectExpr", value } };
    }
    case "callExpr": {
      const { target } = exprKind.value;
      const args = exprKind.value.args.map(walk);
      const value = { ...exprKind.value, args, ...(target === undefined ? {} : { target: walk(target) }) };
      return { ...node, exprKind: { case: "callExpr", value } };
    }
    case "listExpr": {
      const value = { ...exprKind.value, elements: exprKind.value.elements.map(walk) };
      return { ...node, exprKind: { case: "listExpr", value } };
    }
    case "structExpr": {
      const entries = exprKind.value.entries.map((entry) => ({
        ...entry,
        ...(entry.keyKind.case === "mapKey"
          ? { keyKind: { case: "mapKey" as const, value: walk(entry.keyKind.value) } }
          : {}),
        ...(entry.value === undefined ? {} : { value: walk(entry.value) }),
      }));
      return { ...node, exprKind: { case: "structExpr", value: { ...exprKind.value, entries } } };
    }
    case "comprehensionExpr": {
      const { iterRange, accuInit, loopCondition, loopStep, result } = exprKind.value;
      const value = {
        ...exprKind.value,
        ...(iterRange === undefined ? {} : { iterRange: walk(iterRange) }),
        ...(accuInit === undefined ? {} : { accuInit: walk(accuInit) }),
        ...(loopCondition === undefined ? {} : { loopCondition: walk(loopCondition) }),
        ...(loopStep === undefined ? {} : { loopStep: walk(loopStep) }),
        ...(result === undefined ? {} : { result: walk(result) }),
      };
      return { ...node, exprKind: { case: "comprehensionExpr", value } };
    }
    default:
      return node;
  }
}

/** One node with its marks applied; undefined when it stays as it is. */
function access(node: Expression, offset: number, marks: Marks): Expression | undefined {
  const { exprKind, id } = node;
  const make = nodesAt(id);
  const optional = marks.optionalEntries.get(offset);
  switch (exprKind.case) {
    case "selectExpr": {
      const { operand, testOnly } = exprKind.value;
      const field = marks.quotedFields.get(offset) ?? unescapeField(exprKind.value.field);
      if (operand !== undefined && marks.optionalDots.has(offset) && !testOnly) {
        return make.call("@optSelect", operand, make.text(field));
      }
      return { ...node, exprKind: { case: "selectExpr", value: { ...exprKind.value, field } } };
    }
    case "callExpr": {
      const { args } = exprKind.value;
      if (exprKind.value.function !== "_[_]" || optional === undefined) return expandMacro(id, exprKind.value);
      return make.call("@optSelect", ...args);
    }
    case "listExpr":
    case "structExpr": {
      if (optional === undefined) return undefined;
      const indexes = [...optional].map(make.integer);
      return make.call("@optEntries", node, make.list(...indexes));
    }
    default:
      return undefined;
  }
}

/** `foo__dash__bar` → `foo-bar`: how names that CEL cannot write are written in Kubernetes. */
function unescapeField(field: string): string {
  if (!field.includes("__")) return field;
  const keyword = /^__([a-z]+)__$/.exec(field)?.[1];
  if (keyword !== undefined && keywords.has(keyword)) return keyword;
  return field.replace(/__(underscores|dot|dash|slash)__/g, (_, word: string) => escapes[word] ?? "");
}

const escapes: Readonly<Record<string, string>> = { underscores: "__", dot: ".", dash: "-", slash: "/" };
const keywords = new Set(
  "true false null in as break const continue else for function if import let loop package namespace return var void while".split(
    " ",
  ),
);

/** Gives every loop's condition a meter, and lists that loops collect a form that does not grow by copying. */
function meterLoops(node: Expression): Expression {
  const inner = mapChildren(node, meterLoops);
  if (inner.exprKind.case !== "comprehensionExpr") return inner;
  const loop = inner.exprKind.value;
  const { loopCondition, loopStep } = loop;
  if (loopCondition === undefined || loopStep === undefined) return inner;
  const make = nodesAt(inner.id);
  const weight = make.integer(countNodes(loopStep));
  const value = {
    ...loop,
    loopCondition: make.call("@meter", loopCondition, weight),
    loopStep: appending(loopStep, loop.accuVar),
  };
  return { ...inner, exprKind: { case: "comprehensionExpr", value } };
}

/** `result + [x]` → `@append(result, x)`: the engine's way nests as deep as the list is long. */
function appending(step: Expression, result: string): Expression {
  if (step.exprKind.case !== "callExpr") return step;
  const { args } = step.exprKind.value;
  const name = step.exprKind.value.function;
  if (name === "_?_:_") {
    const value = { ...step.exprKind.value, args: args.map((arg, at) => (at === 0 ? arg : appending(arg, result))) };
    return { ...step, exprKind: { case: "callExpr", value } };
  }
  const [list, added] = args;
  const isResult = list?.exprKind.case === "identExpr" && list.exprKind.value.name === result;
  if (name !== "_+_" || !isResult || added?.exprKind.case !== "listExpr") return step;
  const [element, ...others] = added.exprKind.value.elements;
  if (element === undefined || others.length > 0) return step;
  return nodesAt(step.id).call("@append", list, element);
}

/** Nodes of a tree, inner loops counted once: their own meters count their rounds. */
function countNodes(node: Expression): number {
  if (node.exprKind.case === "comprehensionExpr") return 2;
  return childrenOf(node).reduce((sum, child) => sum + countNodes(child), 1);
}

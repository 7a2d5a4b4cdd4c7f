import type { parse } from "@bufbuild/cel";

/** The engine's tree of one expression. */
export type Expression = NonNullable<ReturnType<typeof parse>["expr"]>;

type Kind = Expression["exprKind"];

/** The parts of a loop: what every macro over lists and maps becomes. */
export interface Fold {
  readonly over: Expression;
  readonly item: string;
  readonly result: string;
  readonly start: Expression;
  readonly while: Expression;
  readonly step: Expression;
  readonly answer: Expression;
}

/** Makes nodes of the tree; each carries the id of the node it replaces, so that errors keep their place. */
export function nodesAt(id: bigint) {
  const node = (exprKind: Kind): Expression => ({ $typeName: "cel.expr.Expr", id, exprKind });
  const constant = (constantKind: Extract<Kind, { case: "constExpr" }>["value"]["constantKind"]): Expression =>
    node({ case: "constExpr", value: { $typeName: "cel.expr.Constant", constantKind } });
  return {
    text: (value: string) => constant({ case: "stringValue", value }),
    integer: (value: number) => constant({ case: "int64Value", value: BigInt(value) }),
    truth: (value: boolean) => constant({ case: "boolValue", value }),
    name: (name: string) => node({ case: "identExpr", value: { $typeName: "cel.expr.Expr.Ident", name } }),
    call: (name: string, ...args: Expression[]) =>
      node({ case: "callExpr", value: { $typeName: "cel.expr.Expr.Call", function: name, args } }),
    list: (...elements: Expression[]) =>
      node({ case: "listExpr", value: { $typeName: "cel.expr.Expr.CreateList", elements, optionalIndices: [] } }),
    emptyMap: () =>
      node({ case: "structExpr", value: { $typeName: "cel.expr.Expr.CreateStruct", messageName: "", entries: [] } }),
    fold: (fold: Fold) =>
      node({
        case: "comprehensionExpr",
        value: {
          $typeName: "cel.expr.Expr.Comprehension",
          iterVar: fold.item,
          iterVar2: "",
          iterRange: fold.over,
          accuVar: fold.result,
          accuInit: fold.start,
          loopCondition: fold.while,
          loopStep: fold.step,
          result: fold.answer,
        },
      }),
  };
}

/** The nodes right below one. */
export function childrenOf(expression: Expression): readonly Expression[] {
  const { exprKind } = expression;
  const all = (...nodes: readonly (Expression | undefined)[]) => nodes.filter((node) => node !== undefined);
  switch (exprKind.case) {
    case "selectExpr":
      return all(exprKind.value.operand);
    case "callExpr":
      return all(exprKind.value.target, ...exprKind.value.args);
    case "listExpr":
      return exprKind.value.elements;
    case "structExpr":
      return exprKind.value.entries.flatMap(({ keyKind, value }) =>
        all(keyKind.case === "mapKey" ? keyKind.value : undefined, value),
      );
    case "comprehensionExpr": {
      const { iterRange, accuInit, loopCondition, loopStep, result } = exprKind.value;
      return all(iterRange, accuInit, loopCondition, loopStep, result);
    }
    default:
      return [];
  }
}

/** `a.b.c` when the node is such a chain of names; undefined otherwise. */
export function chainOf(expression: Expression | undefined): readonly string[] | undefined {
  const kind = expression?.exprKind;
  if (kind?.case === "identExpr") return [kind.value.name];
  if (kind?.case !== "selectExpr" || kind.value.testOnly) return undefined;
  const parent = chainOf(kind.value.operand);
  return parent === undefined ? undefined : [...parent, kind.value.field];
}

/** The name a node is, when it is a name alone. */
export function nameOf(expression: Expression | undefined): string | undefined {
  return expression?.exprKind.case === "identExpr" ? expression.exprKind.value.name : undefined;
}

/** `object.spec.?list[0]` as a path, when the node is a way from a name to a field; undefined otherwise. */
export function pathOf(expression: Expression | undefined): readonly (string | number)[] | undefined {
  const kind = expression?.exprKind;
  if (kind?.case === "identExpr") return [kind.value.name];
  if (kind?.case === "selectExpr") {
    const parent = pathOf(kind.value.operand);
    return parent === undefined ? undefined : [...parent, kind.value.field];
  }
  if (kind?.case !== "callExpr" || !/^(?:_\[_\]|@optSelect)$/.test(kind.value.function)) return undefined;
  const [container, key] = kind.value.args;
  const parent = pathOf(container);
  const constant = key?.exprKind.case === "constExpr" ? key.exprKind.value.constantKind : undefined;
  if (parent === undefined || constant === undefined) return undefined;
  if (constant.case === "stringValue") return [...parent, constant.value];
  return constant.case === "int64Value" ? [...parent, Number(constant.value)] : undefined;
}

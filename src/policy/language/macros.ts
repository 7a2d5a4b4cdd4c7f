import { type Expression, nameOf, nodesAt } from "./tree.ts";

const loopResult = "@loop";
const pair = "@pair";

type Call = Extract<Expression["exprKind"], { case: "callExpr" }>["value"];

/**
 * Expands the macros that the engine does not know: `cel.bind`, `optMap`, `optFlatMap` and the ones with two loop variables.
 * Answers undefined for any other call. Arguments must be rewritten already.
 */
export function expandMacro(id: bigint, call: Call): Expression | undefined {
  const { target, args } = call;
  const [first, second, third, fourth] = args;
  const one = nameOf(first);
  if (target === undefined || one === undefined || second === undefined) return undefined;
  if (call.function === "bind" && nameOf(target) === "cel" && third !== undefined && args.length === 3) {
    return bind(id, one, second, third);
  }
  if (args.length === 2 && (call.function === "optMap" || call.function === "optFlatMap")) {
    return overOptional(id, target, one, second, call.function === "optFlatMap");
  }
  const two = nameOf(second);
  if (two === undefined || third === undefined || args.length > 4) return undefined;
  const within = (body: Expression) => withPair(id, one, two, body);
  const filter = fourth === undefined ? undefined : within(third);
  const step = overPairs[call.function]?.(id, within(fourth ?? third), filter);
  return step === undefined ? undefined : step(nodesAt(id).call("@pairs", target));
}

/** `name` stands for a value inside the body: a loop that never runs, whose result variable is the name. */
function bind(id: bigint, name: string, value: Expression, body: Expression): Expression {
  const make = nodesAt(id);
  return make.fold({
    over: make.list(),
    item: "@none",
    result: name,
    start: value,
    while: make.truth(false),
    step: make.name(name),
    answer: body,
  });
}

function overOptional(id: bigint, target: Expression, name: string, body: Expression, isFlat: boolean): Expression {
  const make = nodesAt(id);
  const value = bind(id, name, make.call("@optValue", make.name("@optional")), body);
  const some = isFlat ? value : make.call("optional.of", value);
  const chosen = make.call("_?_:_", make.call("@optHas", make.name("@optional")), some, make.call("optional.none"));
  return bind(id, "@optional", target, chosen);
}

/** The two loop variables out of one `[key or index, value]`. */
function withPair(id: bigint, one: string, two: string, body: Expression): Expression {
  const make = nodesAt(id);
  const part = (index: number) => make.call("_[_]", make.name(pair), make.integer(index));
  return bind(id, one, part(0), bind(id, two, part(1), body));
}

type Expand = (
  id: bigint,
  body: Expression,
  filter: Expression | undefined,
) => ((over: Expression) => Expression) | undefined;

const overPairs: Readonly<Record<string, Expand>> = {
  all: (id, body, filter) => (filter === undefined ? truthLoop(id, body, true) : undefined),
  exists: (id, body, filter) => (filter === undefined ? truthLoop(id, body, false) : undefined),
  existsOne: (id, body, filter) => (filter === undefined ? countLoop(id, body) : undefined),
  exists_one: (id, body, filter) => (filter === undefined ? countLoop(id, body) : undefined),
  transformList: (id, body, filter) => {
    const make = nodesAt(id);
    return collectLoop(id, make.list(), make.call("@append", make.name(loopResult), body), filter);
  },
  transformMap: (id, body, filter) => {
    const make = nodesAt(id);
    const key = make.call("_[_]", make.name(pair), make.integer(0));
    return collectLoop(id, make.emptyMap(), make.call("@put", make.name(loopResult), key, body), filter);
  },
  transformMapEntry: (id, body, filter) => {
    const make = nodesAt(id);
    return collectLoop(id, make.emptyMap(), make.call("@merge", make.name(loopResult), body), filter);
  },
};

function truthLoop(id: bigint, body: Expression, isAll: boolean) {
  const make = nodesAt(id);
  const result = make.name(loopResult);
  const goesOn = isAll ? result : make.call("!_", result);
  return (over: Expression) =>
    make.fold({
      over,
      item: pair,
      result: loopResult,
      start: make.truth(isAll),
      while: make.call("@not_strictly_false", goesOn),
      step: make.call(isAll ? "_&&_" : "_||_", result, body),
      answer: result,
    });
}

function countLoop(id: bigint, body: Expression) {
  const make = nodesAt(id);
  const result = make.name(loopResult);
  return (over: Expression) =>
    make.fold({
      over,
      item: pair,
      result: loopResult,
      start: make.integer(0),
      while: make.truth(true),
      step: make.call("_?_:_", body, make.call("_+_", result, make.integer(1)), result),
      answer: make.call("_==_", result, make.integer(1)),
    });
}

function collectLoop(id: bigint, start: Expression, step: Expression, filter: Expression | undefined) {
  const make = nodesAt(id);
  const result = make.name(loopResult);
  return (over: Expression) =>
    make.fold({
      over,
      item: pair,
      result: loopResult,
      start,
      while: make.truth(true),
      step: filter === undefined ? step : make.call("_?_:_", filter, step, result),
      answer: result,
    });
}

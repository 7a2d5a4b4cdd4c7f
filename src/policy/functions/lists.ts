import { type CelList, type CelValue, celEnv, celList, isCelError, isCelList, parse, plan } from "@bufbuild/cel";
import { charge } from "../language/meter.ts";
import { method, type Overload, plain } from "./overload.ts";

// The engine's own operators decide what is equal, smaller and a sum, for every type it knows.
const operators = celEnv();
const operator = (text: string) => {
  const run = plan(operators, parse(text));
  return (left: CelValue, right: CelValue): CelValue => {
    const result = run({ left, right } as never);
    if (isCelError(result)) throw result;
    return result;
  };
};
const equals = operator("left == right");
const less = operator("left < right");
const plus = operator("left + right");

/** Equality of the language: across numeric types, deep for lists and maps. */
export function isEqual(left: CelValue, right: CelValue): boolean {
  return left === right || equals(left, right) === true;
}

function isLess(left: CelValue, right: CelValue): boolean {
  if (typeof left === "bigint" && typeof right === "bigint") return left < right;
  return less(left, right) === true;
}

function isSorted(list: CelList): boolean {
  const items = [...list];
  return items.every((item, index) => index === 0 || !isLess(item, items[index - 1] as CelValue));
}

function sum(list: CelList): CelValue {
  const [first, ...others] = [...list];
  return first === undefined ? 0n : others.reduce<CelValue>(plus, first);
}

function least(name: string, isBetter: (left: CelValue, right: CelValue) => boolean) {
  return (list: CelList): CelValue => {
    const [first, ...others] = [...list];
    if (first === undefined) throw new Error(`${name} of an empty list`);
    return others.reduce<CelValue>((best, item) => (isBetter(item, best) ? item : best), first);
  };
}

function indexOf(list: CelList, wanted: CelValue): bigint {
  return BigInt([...list].findIndex((item) => isEqual(item, wanted)));
}

function lastIndexOf(list: CelList, wanted: CelValue): bigint {
  const items = [...list];
  return BigInt(items.findLastIndex((item) => isEqual(item, wanted)));
}

function distinct(list: CelList): CelList {
  const kept: CelValue[] = [];
  for (const item of list) {
    if (!charge(1 + kept.length)) throw new Error("the cost limit is exceeded");
    if (!kept.some((other) => isEqual(other, item))) kept.push(item);
  }
  return celList(kept);
}

function flatten(list: CelList, depth: bigint): CelList {
  if (depth < 0n) throw new Error("flatten of a negative depth");
  const items: CelValue[] = [];
  for (const item of list) {
    if (!charge(1)) throw new Error("the cost limit is exceeded");
    if (isCelList(item) && depth > 0n) items.push(...flatten(item, depth - 1n));
    else items.push(item);
  }
  return celList(items);
}

function slice(list: CelList, start: bigint, end: bigint): CelList {
  if (start < 0n || end > BigInt(list.size) || start > end) throw new Error(`slice(${start}, ${end}) is out of bounds`);
  return celList([...list].slice(Number(start), Number(end)));
}

function sort(list: CelList): CelList {
  return celList([...list].sort((left, right) => (isLess(left, right) ? -1 : isLess(right, left) ? 1 : 0)));
}

function range(count: bigint): CelList {
  if (count < 0n || !charge(Number(count))) throw new Error(`lists.range(${count}) is out of bounds`);
  return celList(Array.from({ length: Number(count) }, (_, index) => BigInt(index)));
}

const contains = (outer: CelList, inner: CelList): boolean => {
  if (!charge(outer.size * inner.size)) throw new Error("the cost limit is exceeded");
  const items = [...outer];
  return [...inner].every((item) => items.some((other) => isEqual(other, item)));
};

/** Kubernetes' list library, the list and set extensions of CEL. */
export const listFunctions: readonly Overload[] = [
  method("isSorted", ["list"], isSorted),
  method("sum", ["list"], sum),
  method("min", ["list"], least("min", isLess)),
  method(
    "max",
    ["list"],
    least("max", (left, right) => isLess(right, left)),
  ),
  method("indexOf", ["list", "any"], indexOf),
  method("lastIndexOf", ["list", "any"], lastIndexOf),
  method("distinct", ["list"], distinct),
  method("flatten", ["list"], (list: CelList) => flatten(list, 1n)),
  method("flatten", ["list", "integer"], flatten),
  method("reverse", ["list"], (list: CelList) => celList([...list].reverse())),
  method("slice", ["list", "integer", "integer"], slice),
  method("sort", ["list"], sort),
  plain("lists.range", ["integer"], range),
  plain("sets.contains", ["list", "list"], contains),
  plain(
    "sets.equivalent",
    ["list", "list"],
    (left: CelList, right: CelList) => contains(left, right) && contains(right, left),
  ),
  plain("sets.intersects", ["list", "list"], (left: CelList, right: CelList) => {
    if (!charge(left.size * right.size)) throw new Error("the cost limit is exceeded");
    const items = [...left];
    return [...right].some((item) => items.some((other) => isEqual(other, item)));
  }),
];

import {
  type CelList,
  type CelMap,
  type CelValue,
  celError,
  celList,
  celMap,
  isCelList,
  isCelMap,
} from "@bufbuild/cel";
import { charge } from "../language/meter.ts";
import { type Overload, plain } from "./overload.ts";

const growing = new WeakMap<object, CelValue[]>();
const filling = new WeakMap<object, Map<string, CelValue>>();

/** Adds to the list that a loop collects. Only the loop holds it, so it grows in place. */
function append(list: CelList, value: CelValue): CelList {
  const items = growing.get(list);
  if (items !== undefined) {
    items.push(value);
    return list;
  }
  const begun = [...list, value];
  const made = celList(begun);
  growing.set(made, begun);
  return made;
}

function fillable(map: CelMap): readonly [made: CelMap, entries: Map<string, CelValue>] {
  const known = filling.get(map);
  if (known !== undefined) return [map, known];
  const entries = new Map<string, CelValue>();
  const made = celMap(entries);
  filling.set(made, entries);
  return [made, entries];
}

function put(map: CelMap, key: CelValue, value: CelValue): CelMap {
  const [made, entries] = fillable(map);
  if (entries.has(key as string)) throw new Error(`the key ${String(key)} is there already`);
  entries.set(key as string, value);
  return made;
}

function merge(map: CelMap, added: CelMap): CelMap {
  let made = map;
  for (const [key, value] of added.entries()) made = put(made, key as CelValue, value as CelValue);
  return made;
}

/** What loops with two variables run over: `[index, value]` of a list, `[key, value]` of a map. */
function pairs(container: CelValue): CelList {
  if (isCelList(container)) return celList([...container].map((value, index) => celList([BigInt(index), value])));
  if (isCelMap(container)) return celList([...container.entries()].map(([key, value]) => celList([key, value])));
  throw new Error("only lists and maps have items");
}

/** Says whether a loop goes on: never once the budget is spent. */
function goesOn(condition: CelValue, weight: CelValue): CelValue {
  return charge(Number(weight)) ? condition : (celError("the cost limit is exceeded") as unknown as CelValue);
}

/** What rewritten loops call; nobody can write these names. */
export const loopFunctions: readonly Overload[] = [
  plain("@append", ["list", "any"], append),
  plain("@put", ["map", "any", "any"], put),
  plain("@merge", ["map", "map"], merge),
  plain("@pairs", ["any"], pairs),
  plain("@meter", ["any", "integer"], goesOn),
];

import {
  type CelEnv,
  type CelFunc,
  type CelResult,
  type CelValue,
  celEnv,
  celError,
  isCelError,
  isCelList,
  isCelMap,
} from "@bufbuild/cel";
import { strings } from "@bufbuild/cel/ext";
import { allFunctions } from "../functions/all.ts";
import type { OwnFunction } from "../functions/overload.ts";
import { charge, longestText } from "./meter.ts";

/** The functions that expressions may call. */
export interface FunctionTable {
  /** Numbers of arguments a name takes, as a method (`x.f()`) or as a function; empty when there is none. */
  takes(name: string, isMethod: boolean): readonly number[];
  /** Names people may write, for suggestions. */
  names(isMethod: boolean): readonly string[];
}

/** The language of policies: the engine with the Kubernetes libraries on top, every call metered. */
export interface Language {
  readonly environment: CelEnv;
  readonly functions: FunctionTable;
}

let made: Language | undefined;

/** The one language of all policies; made once, it holds no state of an evaluation. */
export function language(): Language {
  made ??= makeLanguage();
  return made;
}

function makeLanguage(): Language {
  // Ours come first: they answer for the engine's where those differ from upstream.
  const inner = celEnv({ funcs: [...(allFunctions as unknown as readonly CelFunc[]), ...strings] });
  const metered = new Map<string, Group>();
  const find = (name: string): Group | undefined => {
    const known = metered.get(name);
    if (known !== undefined) return known;
    const group = inner.funcs.find(name) as Group | undefined;
    if (group === undefined) return undefined;
    const wrapped = meterGroup(group);
    metered.set(name, wrapped);
    return wrapped;
  };
  // The planner reads the functions, the registry and the namespace of an environment, nothing else.
  const environment = {
    namespace: inner.namespace,
    registry: inner.registry,
    variables: inner.variables,
    funcs: { find },
  } as unknown as CelEnv;
  return { environment, functions: tableOf([...inner.funcs] as unknown as readonly OwnFunction[]) };
}

interface Group {
  readonly name: string;
  call(id: number, target: CelValue | undefined, args: CelValue[]): CelResult | undefined;
}

/** A function whose every call costs what its arguments and its result weigh. What loops call in each round walks nothing. */
function meterGroup(group: Group): Group {
  const walks = !/^@(?:append|put|meter|opt)/.test(group.name);
  return {
    name: group.name,
    call(id, target, args) {
      let cost = 1 + (target === undefined ? 0 : weightOf(target));
      if (walks) for (const arg of args) cost += weightOf(arg);
      if (!charge(cost)) return celError("the cost limit is exceeded", id);
      if (deep.has(group.name) && !payDeep(args)) return celError("the cost limit is exceeded", id);
      if (lengthOf(group.name, target, args) > longestText) {
        charge(Number.MAX_SAFE_INTEGER);
        return celError("the cost limit is exceeded", id);
      }
      const result = group.call(id, target, args);
      if (typeof result !== "string") return result;
      if (result.length > longestText) charge(Number.MAX_SAFE_INTEGER);
      return charge(result.length >> 4) ? result : celError("the cost limit is exceeded", id);
    },
  };
}

/** How long a text a function would make, where it may be far longer than what it is given; 0 for any other. */
function lengthOf(name: string, target: CelValue | undefined, [first, second]: readonly CelValue[]): number {
  if (name === "replace" && typeof target === "string" && typeof first === "string" && typeof second === "string") {
    const places = first === "" ? target.length + 1 : target.split(first).length - 1;
    return target.length + places * Math.max(0, second.length - first.length);
  }
  if (name !== "join" || target === undefined || !isCelList(target)) return 0;
  let length = target.size * (typeof first === "string" ? first.length : 0);
  for (const part of target) if (typeof part === "string") length += part.length;
  return length;
}

/** Functions that walk into lists of lists. One list may stand in another a thousand times: small to hold, long to walk. */
const deep = new Set(["_==_", "_!=_", "@in", "format"]);

function payDeep(values: Iterable<CelValue>): boolean {
  for (const value of values) {
    if (isCelList(value) ? !payDeep(value) : isCelMap(value) && !payDeep(value.values() as Iterable<CelValue>))
      return false;
    if (!charge(1)) return false;
  }
  return true;
}

/** A sixteenth of a text's characters or a list's items: what a function that walks it once costs. */
function weightOf(value: CelValue): number {
  if (typeof value === "string") return value.length >> 4;
  if (typeof value !== "object" || value === null || isCelError(value)) return 0;
  return isCelList(value) || isCelMap(value) ? value.size >> 4 : 0;
}

/** The engine's operators carry names that nobody writes: `_+_`, `@in`. */
function tableOf(all: readonly OwnFunction[]): FunctionTable {
  const methods = new Map<string, number[]>();
  const functions = new Map<string, number[]>();
  const add = (into: Map<string, number[]>, name: string, count: number): void => {
    into.set(name, [...new Set([...(into.get(name) ?? []), count])]);
  };
  for (const { name, target, arguments: args, own } of all) {
    if (own === undefined) add(target === undefined ? functions : methods, name, args.length);
    else for (const overload of own) add(overload.isMethod ? methods : functions, name, overload.count);
  }
  for (const [name, count] of syntax) add(functions, name, count);
  const isWord = (name: string): boolean => /^[A-Za-z]/.test(name);
  return {
    takes: (name, isMethod) => (isMethod ? methods : functions).get(name) ?? [],
    names: (isMethod) => [...(isMethod ? methods : functions).keys()].filter(isWord),
  };
}

/** What the planner evaluates itself. */
const syntax: readonly (readonly [name: string, count: number])[] = [
  ["_[_]", 2],
  ["_?_:_", 3],
  ["_&&_", 2],
  ["_||_", 2],
  ["@not_strictly_false", 1],
];

import { type CelResult, type CelValue, celError, isCelList, isCelMap } from "@bufbuild/cel";
import { isObject } from "../../core/json.ts";
import { type OpaqueKind, opaqueKindOf } from "./opaque.ts";

/** What an argument must be. */
export type ArgumentKind = "any" | "text" | "integer" | "fraction" | "truth" | "list" | "map" | OpaqueKind;

/** One way a function may be called. Its body may throw: the message becomes the expression's error. */
export interface Overload {
  readonly name: string;
  readonly isMethod: boolean;
  readonly takes: readonly ArgumentKind[];
  readonly run: (...values: never[]) => CelValue;
}

/** A function in the form in which the engine finds and calls it. */
export interface OwnFunction {
  readonly name: string;
  readonly id: string;
  readonly target: unknown;
  readonly arguments: readonly unknown[];
  readonly own?: readonly { readonly isMethod: boolean; readonly count: number }[];
  call(id: number, target: CelValue | undefined, args: CelValue[]): CelResult | undefined;
}

/** A method: the first argument stands before the dot. */
export function method(name: string, takes: readonly ArgumentKind[], run: Overload["run"]): Overload {
  return { name, isMethod: true, takes, run };
}

/** A function whose arguments all stand in the brackets. */
export function plain(name: string, takes: readonly ArgumentKind[], run: Overload["run"]): Overload {
  return { name, isMethod: false, takes, run };
}

/** One function per name out of all its overloads. What fits none is left to the engine's own functions of the name. */
export function functionsOf(overloads: readonly Overload[]): readonly OwnFunction[] {
  const byName = new Map<string, Overload[]>();
  for (const overload of overloads) byName.set(overload.name, [...(byName.get(overload.name) ?? []), overload]);
  return [...byName].map(([name, all]) => ({
    name,
    id: `own ${name}`,
    target: undefined,
    arguments: [],
    own: all.map(({ isMethod, takes }) => ({ isMethod, count: takes.length - (isMethod ? 1 : 0) })),
    call(id, target, args) {
      const values = target === undefined ? args : [target, ...args];
      for (const { isMethod, takes, run } of all) {
        if (isMethod !== (target !== undefined) || takes.length !== values.length) continue;
        if (!takes.every((kind, index) => isOf(values[index] as CelValue, kind))) continue;
        try {
          return (run as (...values: readonly CelValue[]) => CelValue)(...values);
        } catch (error) {
          return celError(error, id);
        }
      }
      return undefined;
    },
  }));
}

function isOf(value: CelValue, kind: ArgumentKind): boolean {
  switch (kind) {
    case "any":
      return true;
    case "text":
      return typeof value === "string";
    case "integer":
      return typeof value === "bigint";
    case "fraction":
      return typeof value === "number";
    case "truth":
      return typeof value === "boolean";
    case "list":
      return isCelList(value);
    case "map":
      return isCelMap(value) && opaqueKindOf(value) === undefined;
    default:
      return isObject(value) && opaqueKindOf(value) === kind;
  }
}

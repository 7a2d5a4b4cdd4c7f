import type { CelValue } from "@bufbuild/cel";
import { type Overload, plain } from "./overload.ts";

/**
 * Arithmetic of an integer with a fraction. JSON cannot tell 1.0 from 1, so a field that a schema calls a number may arrive as
 * either; CEL alone would call `object.spec.ratio * 1.5` an error for some manifests and not for others.
 */
function mixed(name: string, run: (left: number, right: number) => number): readonly Overload[] {
  const both = (left: CelValue, right: CelValue): number => run(Number(left), Number(right));
  return [plain(name, ["integer", "fraction"], both), plain(name, ["fraction", "integer"], both)];
}

/** The four operations between integers and fractions; everything else is the engine's. */
export const numberFunctions: readonly Overload[] = [
  ...mixed("_+_", (left, right) => left + right),
  ...mixed("_-_", (left, right) => left - right),
  ...mixed("_*_", (left, right) => left * right),
  ...mixed("_/_", (left, right) => left / right),
];

import type { CelMap, CelValue } from "@bufbuild/cel";
import { makeOpaque, payloadOf } from "./opaque.ts";
import { method, type Overload, plain } from "./overload.ts";

/** A quantity in thousand-millionths: the finest step Kubernetes keeps. */
type Nanos = bigint;

const one = 1_000_000_000n;
const suffixes: Readonly<Record<string, Nanos>> = {
  n: 1n,
  u: 1_000n,
  m: 1_000_000n,
  "": one,
  k: one * 10n ** 3n,
  M: one * 10n ** 6n,
  G: one * 10n ** 9n,
  T: one * 10n ** 12n,
  P: one * 10n ** 15n,
  E: one * 10n ** 18n,
  Ki: one << 10n,
  Mi: one << 20n,
  Gi: one << 30n,
  Ti: one << 40n,
  Pi: one << 50n,
  Ei: one << 60n,
};
const form = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3})|(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei))?$/;
const mostDigits = 128;
const largestInteger = 2n ** 63n - 1n;

/** Reads `10Gi`, `500m`, `1e3`; undefined when it is no quantity. What is finer than a thousand-millionth rounds up. */
function parseQuantity(text: string): Nanos | undefined {
  const parts = form.exec(text);
  if (parts === null) return undefined;
  const [, sign, whole = "", fraction = "", exponent = "0", suffix = ""] = parts;
  const digits = whole + fraction;
  const power = Number(exponent) - fraction.length;
  if (digits === "" || digits.length > mostDigits || Math.abs(power) > 2 * mostDigits) return undefined;
  const scaled = BigInt(digits) * (suffixes[suffix] ?? one);
  const divisor = power < 0 ? 10n ** BigInt(-power) : 1n;
  const nanos = power < 0 ? (scaled + divisor - 1n) / divisor : scaled * 10n ** BigInt(power);
  return sign === "-" ? -nanos : nanos;
}

function quantity(nanos: Nanos): CelMap {
  return makeOpaque("quantity", nanos.toString(), nanos);
}

function read(text: string): CelMap {
  const nanos = parseQuantity(text);
  if (nanos === undefined) throw new Error(`${JSON.stringify(text.slice(0, 64))} is no quantity`);
  return quantity(nanos);
}

const nanosOf = (value: CelValue): Nanos => payloadOf<Nanos>(value);
const compare = (left: CelValue, right: CelValue): bigint => {
  const [a, b] = [nanosOf(left), nanosOf(right)];
  return a < b ? -1n : a > b ? 1n : 0n;
};
const isInteger = (value: CelValue): boolean => {
  const nanos = nanosOf(value);
  const whole = nanos / one;
  return nanos % one === 0n && whole <= largestInteger && whole >= -largestInteger - 1n;
};

function asInteger(value: CelValue): bigint {
  if (!isInteger(value)) throw new Error("the quantity is no integer of 64 bits");
  return nanosOf(value) / one;
}

/** Adding and subtracting take a quantity, an integer or the text of a quantity. */
function arithmetic(name: string, run: (left: Nanos, right: Nanos) => Nanos): readonly Overload[] {
  return [
    method(name, ["quantity", "quantity"], (left: CelValue, right: CelValue) =>
      quantity(run(nanosOf(left), nanosOf(right))),
    ),
    method(name, ["quantity", "integer"], (left: CelValue, right: bigint) => quantity(run(nanosOf(left), right * one))),
    method(name, ["quantity", "text"], (left: CelValue, right: string) =>
      quantity(run(nanosOf(left), nanosOf(read(right)))),
    ),
  ];
}

/** Kubernetes' quantity library. */
export const quantityFunctions: readonly Overload[] = [
  plain("quantity", ["text"], read),
  plain("isQuantity", ["text"], (text: string) => parseQuantity(text) !== undefined),
  method("sign", ["quantity"], (value: CelValue) => (nanosOf(value) < 0n ? -1n : nanosOf(value) > 0n ? 1n : 0n)),
  method("isInteger", ["quantity"], isInteger),
  method("asInteger", ["quantity"], asInteger),
  method("asApproximateFloat", ["quantity"], (value: CelValue) => Number(nanosOf(value)) / Number(one)),
  ...arithmetic("add", (left, right) => left + right),
  ...arithmetic("sub", (left, right) => left - right),
  method("compareTo", ["quantity", "quantity"], compare),
  method("isLessThan", ["quantity", "quantity"], (left: CelValue, right: CelValue) => compare(left, right) < 0n),
  method("isGreaterThan", ["quantity", "quantity"], (left: CelValue, right: CelValue) => compare(left, right) > 0n),
];

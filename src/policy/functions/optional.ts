import { type CelMap, type CelValue, celList, celMap, isCelList, isCelMap, isCelUint } from "@bufbuild/cel";
import { markOpaque, opaqueKindOf, payloadOf } from "./opaque.ts";
import { method, type Overload, plain } from "./overload.ts";

interface Payload {
  readonly present: boolean;
  readonly value: CelValue;
}

/** The key under which two optionals compare their contents; nobody can write it. */
const content = Symbol("content");

/**
 * What all optionals have in common. To the engine an optional is a map in which every field is again optional,
 * so that `a.?b.c` goes on by itself.
 */
const optional = Object.create(celMap(new Map()), {
  size: {
    get(this: CelMap): number {
      return payloadOf<Payload>(this).present ? 1 : 0;
    },
  },
  get: {
    value(this: CelMap, key: CelValue | symbol): CelValue | undefined {
      const { present, value } = payloadOf<Payload>(this);
      if (key === content) return present ? value : undefined;
      return present ? select(value, key as CelValue) : none();
    },
  },
  has: {
    value(this: CelMap, key: CelValue): boolean {
      const { present, value } = payloadOf<Payload>(this);
      return present && lookUp(value, key) !== undefined;
    },
  },
  [Symbol.iterator]: {
    value(this: CelMap): Iterator<readonly [symbol, CelValue]> {
      const { present, value } = payloadOf<Payload>(this);
      const entries: readonly (readonly [symbol, CelValue])[] = present ? [[content, value]] : [];
      return entries.values();
    },
  },
}) as CelMap;

const nothing = markOpaque(Object.create(optional) as CelMap, "optional", { present: false, value: null });

/** An optional that holds a value. */
export function some(value: CelValue): CelMap {
  return markOpaque(Object.create(optional) as CelMap, "optional", { present: true, value });
}

/** The optional that holds nothing. */
export function none(): CelMap {
  return nothing;
}

/** The entry of a map or list, or nothing. */
function lookUp(container: CelValue, key: CelValue): CelValue | undefined {
  if (isCelMap(container)) return container.get(key as string);
  if (isCelList(container) && (typeof key === "bigint" || typeof key === "number")) return container.get(Number(key));
  return undefined;
}

/** `container.?key`: goes through an optional container. */
function select(container: CelValue, key: CelValue): CelMap {
  if (opaqueKindOf(container) === "optional") {
    const { present, value } = payloadOf<Payload>(container);
    return present ? select(value, key) : none();
  }
  if (!isCelMap(container) && !isCelList(container)) {
    throw new Error(
      `an optional field needs a map or a list before it, not ${container === null ? "null" : typeof container}`,
    );
  }
  const found = lookUp(container, key);
  if (found === undefined) return none();
  return opaqueKindOf(found) === "optional" ? (found as CelMap) : some(found);
}

function isZero(value: CelValue): boolean {
  if (value === null || value === false || value === "" || value === 0n || value === 0) return true;
  if (isCelUint(value)) return value.value === 0n;
  return (isCelList(value) || (isCelMap(value) && opaqueKindOf(value) === undefined)) && value.size === 0;
}

/** A list or map literal with optional entries: what holds nothing is left out. */
function withoutAbsent(literal: CelValue, indexes: CelValue): CelValue {
  const optional = new Set(isCelList(indexes) ? [...indexes].map(Number) : []);
  const keep = (value: CelValue, index: number): readonly CelValue[] => {
    if (!optional.has(index)) return [value];
    if (opaqueKindOf(value) !== "optional") throw new Error("an entry after ? must be optional");
    const { present, value: inner } = payloadOf<Payload>(value);
    return present ? [inner] : [];
  };
  if (isCelList(literal)) return celList([...literal].flatMap(keep));
  if (!isCelMap(literal)) return literal;
  const entries = [...literal.entries()].flatMap(([key, value], index) =>
    keep(value as CelValue, index).map((kept): [string, CelValue] => [key as string, kept]),
  );
  return celMap(new Map(entries));
}

const has = (value: CelValue): boolean => payloadOf<Payload>(value).present;

function heldValue(value: CelValue): CelValue {
  const payload = payloadOf<Payload>(value);
  if (!payload.present) throw new Error("optional.none() has no value");
  return payload.value;
}

/** Optional values: `.?field`, `[?key]`, `optional.of`, `orValue` and the rest. */
export const optionalFunctions: readonly Overload[] = [
  plain("optional.of", ["any"], some),
  plain("optional.none", [], none),
  plain("optional.ofNonZeroValue", ["any"], (value: CelValue) => (isZero(value) ? none() : some(value))),
  method("hasValue", ["optional"], has),
  method("value", ["optional"], heldValue),
  method("or", ["optional", "optional"], (left: CelValue, right: CelValue) => (has(left) ? left : right)),
  method("orValue", ["optional", "any"], (left: CelValue, right: CelValue) => (has(left) ? heldValue(left) : right)),
  plain("@optSelect", ["any", "any"], select),
  plain("@optEntries", ["any", "list"], withoutAbsent),
  plain("@optHas", ["optional"], has),
  plain("@optValue", ["optional"], heldValue),
];

import { type CelMap, type CelValue, celMap } from "@bufbuild/cel";

/** Kinds of values that Kubernetes' libraries add to the language. */
export type OpaqueKind = "url" | "quantity" | "ip" | "cidr" | "semver" | "format" | "optional";

interface Payload {
  readonly kind: OpaqueKind;
  readonly value: unknown;
}

const payloads = new WeakMap<object, Payload>();

/**
 * A value of an added kind. The engine knows no such kinds, so it sees a map of the value's one canonical text:
 * equal values are equal maps.
 */
export function makeOpaque(kind: OpaqueKind, canonical: string, value: unknown): CelMap {
  const shown = celMap(new Map([[kind, canonical]]));
  payloads.set(shown, { kind, value });
  return shown;
}

/** Remembers what a value of the engine stands for. */
export function markOpaque(shown: CelMap, kind: OpaqueKind, value: unknown): CelMap {
  payloads.set(shown, { kind, value });
  return shown;
}

/** The added kind of a value; undefined for the engine's own. */
export function opaqueKindOf(value: unknown): OpaqueKind | undefined {
  return typeof value === "object" && value !== null ? payloads.get(value)?.kind : undefined;
}

/** What a value of an added kind holds. The caller has checked the kind. */
export function payloadOf<Value>(value: CelValue): Value {
  return payloads.get(value as object)?.value as Value;
}

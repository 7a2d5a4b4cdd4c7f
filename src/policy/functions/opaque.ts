import { type CelMap, type CelValue, celMap } from "@bufbuild/cel";

/** Kinds of values that Kubernetes' libraries add to the language. */
export type OpaqueKind = "url" | "quantity" | "ip" | "cidr" | "semver" | "format" | "optional";

interface Payload {
  readonly kind: OpaqueKind;
  readonly value: unknown;
}

/** Where a value of an added kind keeps what it stands for; the engine never looks there. */
const payload = Symbol("payload");

interface Marked {
  [payload]?: Payload;
}

/**
 * A value of an added kind. The engine knows no such kinds, so it sees a map of the value's one canonical text:
 * equal values are equal maps.
 */
export function makeOpaque(kind: OpaqueKind, canonical: string, value: unknown): CelMap {
  return markOpaque(celMap(new Map([[kind, canonical]])), kind, value);
}

/** Remembers what a value of the engine stands for. */
export function markOpaque(shown: CelMap, kind: OpaqueKind, value: unknown): CelMap {
  (shown as Marked)[payload] = { kind, value };
  return shown;
}

/** The added kind of a value; undefined for the engine's own. */
export function opaqueKindOf(value: unknown): OpaqueKind | undefined {
  return typeof value === "object" && value !== null ? (value as Marked)[payload]?.kind : undefined;
}

/** What a value of an added kind holds. The caller has checked the kind. */
export function payloadOf<Value>(value: CelValue): Value {
  return (value as Marked)[payload]?.value as Value;
}

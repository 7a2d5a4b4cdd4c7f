import type { Json, JsonObject } from "../../core/json.ts";
import { badRequest } from "./failure.ts";

/** How a field of a message is read: text, number, bytes as base64, a moment, or another message; maps and lists of them. */
type Reading =
  | "text"
  | "integer"
  | "boolean"
  | "base64"
  | "time"
  | { readonly map: "text" | "base64" }
  | { readonly list: "text" | Shape }
  | { readonly message: Shape };

type Shape = Readonly<Record<number, readonly [name: string, reading: Reading]>>;

const ownerReference: Shape = {
  1: ["kind", "text"],
  3: ["name", "text"],
  4: ["uid", "text"],
  5: ["apiVersion", "text"],
  6: ["controller", "boolean"],
  7: ["blockOwnerDeletion", "boolean"],
};

const metadata: Shape = {
  1: ["name", "text"],
  2: ["generateName", "text"],
  3: ["namespace", "text"],
  5: ["uid", "text"],
  6: ["resourceVersion", "text"],
  7: ["generation", "integer"],
  8: ["creationTimestamp", "time"],
  11: ["labels", { map: "text" }],
  12: ["annotations", { map: "text" }],
  13: ["ownerReferences", { list: ownerReference }],
  14: ["finalizers", { list: "text" }],
};

const own = { 1: ["metadata", { message: metadata }] } as const;

const resourceAttributes: Shape = {
  1: ["namespace", "text"],
  2: ["verb", "text"],
  3: ["group", "text"],
  4: ["version", "text"],
  5: ["resource", "text"],
  6: ["subresource", "text"],
  7: ["name", "text"],
};

/** The kinds that clients send so: those of the core that are written by hand, and questions about oneself. */
const shapes: Readonly<Record<string, Shape>> = {
  Namespace: { ...own, 2: ["spec", { message: { 1: ["finalizers", { list: "text" }] } }] },
  ConfigMap: {
    ...own,
    2: ["data", { map: "text" }],
    3: ["binaryData", { map: "base64" }],
    4: ["immutable", "boolean"],
  },
  Secret: {
    ...own,
    2: ["data", { map: "base64" }],
    3: ["type", "text"],
    4: ["stringData", { map: "text" }],
    5: ["immutable", "boolean"],
  },
  SelfSubjectReview: own,
  SelfSubjectAccessReview: {
    ...own,
    2: ["spec", { message: { 1: ["resourceAttributes", { message: resourceAttributes }] } }],
  },
  DeleteOptions: {
    1: ["gracePeriodSeconds", "integer"],
    2: ["preconditions", { message: { 1: ["uid", "text"], 2: ["resourceVersion", "text"] } }],
    4: ["propagationPolicy", "text"],
    5: ["dryRun", { list: "text" }],
  },
};

const magic = Buffer.from("k8s\0", "latin1");
const unknown: Shape = {
  1: ["typeMeta", { message: { 1: ["apiVersion", "text"], 2: ["kind", "text"] } }],
  2: ["raw", "base64"],
};

/** Reads an object of the core as clients of the official library write it. */
export function readProtobuf(bytes: Buffer): JsonObject {
  if (!bytes.subarray(0, magic.length).equals(magic)) throw badRequest("the body is no protobuf of Kubernetes");
  const envelope = readMessage(bytes.subarray(magic.length), unknown);
  const { apiVersion = "", kind = "" } = envelope.typeMeta as Readonly<Record<string, string>>;
  const shape = shapes[kind];
  if (shape === undefined) throw badRequest(`protobuf of the kind ${kind} is not understood here`);
  return { apiVersion, kind, ...readMessage(Buffer.from(String(envelope.raw ?? ""), "base64"), shape) };
}

/** A field as it stands on the wire: a number, or bytes. */
type Wire = number | Buffer;

function readMessage(bytes: Buffer, shape: Shape): JsonObject {
  const found: Record<string, Json> = {};
  for (const [field, wire] of fieldsIn(bytes)) {
    const known = shape[field];
    if (known === undefined) continue;
    const [name, reading] = known;
    const value = readField(reading, wire, found[name]);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

function readField(reading: Reading, wire: Wire, before: Json | undefined): Json | undefined {
  if (typeof wire === "number") return reading === "boolean" ? wire !== 0 : wire;
  if (reading === "text") return wire.length === 0 ? undefined : wire.toString("utf8");
  if (reading === "base64") return wire.toString("base64");
  if (reading === "time") return undefined;
  if (typeof reading === "string") return undefined;
  if ("message" in reading) return readMessage(wire, reading.message);
  if ("list" in reading) {
    const item = reading.list === "text" ? wire.toString("utf8") : readMessage(wire, reading.list);
    return [...((before as readonly Json[] | undefined) ?? []), item];
  }
  const entry = readMessage(wire, { 1: ["key", "text"], 2: ["value", reading.map] });
  return { ...(before as JsonObject | undefined), [String(entry.key ?? "")]: entry.value ?? "" };
}

function* fieldsIn(bytes: Buffer): Iterable<readonly [field: number, wire: Wire]> {
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; shift < 63; shift += 7) {
      const byte = bytes[at];
      at += 1;
      if (byte === undefined) throw badRequest("the body ends in the middle of a number");
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw badRequest("a number of the body has no end");
  };
  while (at < bytes.length) {
    const tag = number();
    const type = tag & 7;
    if (type === 0) yield [tag >>> 3, number()];
    else if (type === 2) {
      const length = number();
      if (at + length > bytes.length) throw badRequest("a field of the body is cut");
      yield [tag >>> 3, bytes.subarray(at, at + length)];
      at += length;
    } else if (type === 1 || type === 5) at += type === 1 ? 8 : 4;
    else throw badRequest("the body has a field of an unknown form");
  }
}

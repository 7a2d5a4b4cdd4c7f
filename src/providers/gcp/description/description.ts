/** The published description of the Compute Engine API, in the compact form that is generated from the client's package. */
export interface Description {
  /** The version of the form; a file of another version is not read. */
  readonly form: number;
  /** The version of the package it was made from. */
  readonly version: string;
  readonly routes: readonly RouteRow[];
  /** Message name → field name → type code. */
  readonly messages: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Enum key → its values. */
  readonly enums: Readonly<Record<string, readonly string[]>>;
  /** `Message.field` → the pattern its text must match. */
  readonly patterns: Readonly<Record<string, string>>;
}

/** HTTP method, path template, `Service.Method`, body message or "", response message, query parameters with a comma between. */
export type RouteRow = readonly [string, string, string, string, string, string];

/** The form this code reads and writes. */
export const descriptionForm = 3;

/** One field's type, read from its code. */
export interface FieldType {
  readonly list: boolean;
  readonly map: boolean;
  /** The server fills it in; what a client sends is ignored. */
  readonly outputOnly: boolean;
  readonly scalar: Scalar;
  /** The message's name, or the enum's key. */
  readonly name: string;
}

/** What one value is; `integer` are 32-bit numbers, `long` 64-bit ones that travel as text. */
export type Scalar =
  | "text"
  | "boolean"
  | "integer"
  | "unsigned"
  | "long"
  | "unsignedLong"
  | "number"
  | "enum"
  | "message"
  | "any";

const scalarCodes: Readonly<Record<string, Scalar>> = {
  s: "text",
  b: "boolean",
  i: "integer",
  u: "unsigned",
  l: "long",
  L: "unsignedLong",
  n: "number",
  e: "enum",
  m: "message",
  a: "any",
};

const known = new Map<string, FieldType>();

/** Reads a type code: `[]` list, `{}` map with text keys, one letter, `:name` for enums and messages, `!` output only. */
export function fieldType(code: string): FieldType {
  const before = known.get(code);
  if (before !== undefined) return before;
  const list = code.startsWith("[]");
  const map = code.startsWith("{}");
  const rest = list || map ? code.slice(2) : code;
  const outputOnly = rest.endsWith("!");
  const bare = outputOnly ? rest.slice(0, -1) : rest;
  const scalar = scalarCodes[bare[0] ?? ""] ?? "any";
  const type = { list, map, outputOnly, scalar, name: bare.slice(2) };
  known.set(code, type);
  return type;
}

import { isObject, type Json, type JsonObject } from "../core/json.ts";

/** A kind with the schema that judges it. */
interface Branch {
  readonly apiVersion: string;
  readonly kind: string;
  readonly word: string;
}

/**
 * One schema for all kinds, for an editor: a document is judged by the schema of the kind that it says, so that what is wrong is
 * told at its place, and kinds of a group that is ours are offered and checked. Documents of other systems pass.
 */
export function editorSchema(schemas: readonly JsonObject[]): JsonObject {
  const branches = schemas.flatMap(branchesOf);
  const versions = [...new Set(branches.map(({ apiVersion }) => apiVersion))];
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Manifest",
    type: ["object", "null"],
    properties: {
      apiVersion: { type: "string", anyOf: [{ enum: versions }, { minLength: 1 }] },
      kind: { type: "string" },
    },
    required: ["apiVersion", "kind"],
    allOf: [
      // The core group has many kinds that are none of ours.
      ...versions
        .filter((version) => version.includes("/"))
        .map((version) =>
          when({ apiVersion: version }, { properties: { kind: { enum: kindsOf(branches, version) } } }),
        ),
      ...branches.map(({ word, ...said }) => when(said, { $ref: `#/$defs/${word}` })),
    ],
    $defs: Object.fromEntries(schemas.map((schema) => [wordOf(schema), within(schema, `#/$defs/${wordOf(schema)}`)])),
  };
}

function kindsOf(branches: readonly Branch[], version: string): readonly string[] {
  return branches.filter(({ apiVersion }) => apiVersion === version).map(({ kind }) => kind);
}

function when(said: Readonly<Record<string, string>>, then: JsonObject): JsonObject {
  const properties = Object.fromEntries(Object.entries(said).map(([field, text]) => [field, { const: text }]));
  return { if: { type: "object", properties, required: Object.keys(said) }, then };
}

function branchesOf(schema: JsonObject): readonly Branch[] {
  const facts = schema["x-plumbline"];
  if (!isObject(facts)) return [];
  const kinds = Array.isArray(facts.kinds) ? facts.kinds : [facts];
  return kinds.filter(isObject).map(({ group, version, kind }) => ({
    apiVersion: group === "" ? String(version) : `${String(group)}/${String(version)}`,
    kind: String(kind),
    word: wordOf(schema),
  }));
}

/** `network`, or `vpc.galactic` where two groups have a kind of that name. */
export function wordOf(schema: JsonObject): string {
  const facts = schema["x-plumbline"];
  return isObject(facts) ? String(facts.word ?? facts.kind).toLowerCase() : "unknown";
}

/** The schema as part of another: its references to its own root lead to where it stands now. */
function within(value: JsonObject, root: string): JsonObject {
  const moved = (inner: Json): Json => {
    if (Array.isArray(inner)) return inner.map(moved);
    if (!isObject(inner)) return inner;
    return Object.fromEntries(
      Object.entries(inner)
        .filter(([field]) => field !== "$schema")
        .map(([field, part]) => [
          field,
          field === "$ref" && typeof part === "string" ? part.replace(/^#/, root) : moved(part as Json),
        ]),
    );
  };
  return moved(value) as JsonObject;
}

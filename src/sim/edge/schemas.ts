import { readdirSync, readFileSync } from "node:fs";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import { withPublishedDefaults } from "./defaults.ts";

/** A kind as its schema declares it. */
export interface DeclaredKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Undefined for kinds that are known by name only. */
  readonly schema: JsonObject | undefined;
}

const folder = new URL("../../../policies/schemas/", import.meta.url);
let kept: readonly DeclaredKind[] | undefined;

/** The kinds of policies/schemas: the same files that manifests are checked by. */
export function declaredKinds(): readonly DeclaredKind[] {
  kept ??= readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .flatMap((name) => kindsIn(JSON.parse(readFileSync(new URL(name, folder), "utf8")) as JsonObject));
  return kept;
}

function kindsIn(schema: JsonObject): readonly DeclaredKind[] {
  const facts = isObject(schema["x-plumbline"]) ? schema["x-plumbline"] : {};
  const many = Array.isArray(facts.kinds) ? (facts.kinds as readonly Json[]).filter(isObject) : undefined;
  return (many ?? [facts]).map((one) => ({
    group: String(one.group),
    version: String(one.version),
    kind: String(one.kind),
    plural: String(one.plural),
    namespaced: one.scope !== "Cluster",
    schema: many === undefined ? schema : undefined,
  }));
}

const contents = new Map<string, JsonObject | undefined>();

/** The schema of what users write in an object: everything but its identity, its metadata and its status. */
export function contentSchema(group: string, kind: string): JsonObject | undefined {
  const key = `${kind}.${group}`;
  if (!contents.has(key)) {
    const schema = contentOf(declaredKinds().find((one) => one.group === group && one.kind === kind)?.schema);
    contents.set(key, schema === undefined ? undefined : withPublishedDefaults(kind, schema));
  }
  return contents.get(key);
}

/** Metadata and status are the server's own business; whatever else the schema does not know is not stored. */
function contentOf(schema: JsonObject | undefined): JsonObject | undefined {
  if (schema === undefined || !isObject(schema.properties)) return undefined;
  const { apiVersion: _, kind: __, metadata: ___, status: ____, ...properties } = schema.properties;
  const own = new Set(["apiVersion", "kind", "metadata"]);
  const required = Array.isArray(schema.required) ? schema.required.filter((name) => !own.has(String(name))) : [];
  return { type: "object", properties, required, additionalProperties: false };
}

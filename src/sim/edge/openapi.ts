import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import { apiVersionOf, type EdgeKind } from "./kinds.ts";
import { contentSchema } from "./schemas.ts";

const objectMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
const conventions = "More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md";
const apiVersionText = `The version of the schema that this object is written in. ${conventions}#resources`;
const kindText = `The kind of thing that this object is. It cannot be updated. ${conventions}#types-kinds`;
const metadataText = `Standard object's metadata. ${conventions}#metadata`;

/** `/openapi/v3`: where each group's document is. */
export function openApiIndex(kinds: readonly EdgeKind[], prefix: string): JsonObject {
  const paths = new Set(kinds.map(groupPath));
  const entry = (path: string) => ({ serverRelativeURL: `${prefix}/openapi/v3/${path}?hash=1` });
  return { paths: Object.fromEntries([...paths].map((path) => [path, entry(path)])) };
}

function groupPath(kind: EdgeKind): string {
  return `${kind.group === "" ? "api" : "apis"}/${apiVersionOf(kind)}`;
}

/** `/openapi/v3/<group path>`: enough for a client to learn that dry run and field validation are served. */
export function openApiDocument(kinds: readonly EdgeKind[], path: string): JsonObject | undefined {
  const served = kinds.filter((kind) => groupPath(kind) === path);
  if (served.length === 0) return undefined;
  const parameters = ["dryRun", "fieldManager", "fieldValidation", "force"].map((name) => ({
    name,
    in: "query",
    schema: { type: name === "force" ? "boolean" : "string", uniqueItems: true },
  }));
  const paths: Record<string, JsonObject> = {};
  const schemas: Record<string, JsonObject> = {
    [objectMeta]: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
  };
  for (const kind of served) {
    const gvk = { group: kind.group, version: kind.version, kind: kind.kind };
    const place = kind.namespaced ? "namespaces/{namespace}/" : "";
    const operation = {
      parameters,
      "x-kubernetes-group-version-kind": gvk,
      responses: { "200": { description: "OK" } },
    };
    const verb = (action: string) => ({ ...operation, "x-kubernetes-action": action });
    paths[`/${path}/${place}${kind.plural}/{name}`] = {
      get: verb("get"),
      put: verb("put"),
      patch: verb("patch"),
      delete: verb("delete"),
    };
    paths[`/${path}/${place}${kind.plural}`] = { get: verb("list"), post: verb("post") };
    schemas[`${kind.group}.${kind.version}.${kind.kind}`] = {
      type: "object",
      "x-kubernetes-group-version-kind": [gvk],
      "x-kubernetes-preserve-unknown-fields": true,
      ...requiredIn(kind),
      properties: {
        apiVersion: { type: "string", description: apiVersionText },
        kind: { type: "string", description: kindText },
        metadata: { description: metadataText, allOf: [{ $ref: `#/components/schemas/${objectMeta}` }] },
        ...contentOf(kind),
        status: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
      },
    };
  }
  return { openapi: "3.0.0", info: { title: "Kubernetes", version: "v1.32.0" }, paths, components: { schemas } };
}

function requiredIn(kind: EdgeKind): JsonObject {
  const required = contentSchema(kind.group, kind.kind)?.required;
  return Array.isArray(required) && required.length > 0 ? { required } : {};
}

/** What users write, in the words of OpenAPI 3.0, which knows no `const` and no list of types. */
function contentOf(kind: EdgeKind): JsonObject {
  const schema = contentSchema(kind.group, kind.kind);
  const open = { spec: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  return schema === undefined || !isObject(schema.properties) ? open : (inOpenApi(schema.properties) as JsonObject);
}

function inOpenApi(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(inOpenApi);
  if (!isObject(value)) return value;
  const { const: only, type, additionalProperties, ...rest } = value;
  const shown: Record<string, Json> = {};
  for (const [name, inner] of Object.entries(rest)) shown[name] = inOpenApi(inner);
  if (only !== undefined) shown.enum = [only];
  if (Array.isArray(type)) shown["x-kubernetes-int-or-string"] = true;
  else if (type !== undefined) shown.type = inOpenApi(type);
  if (isObject(additionalProperties)) shown.additionalProperties = inOpenApi(additionalProperties);
  return shown;
}

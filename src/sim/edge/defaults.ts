import { isObject, type Json, type JsonObject } from "../../core/json.ts";

const path: JsonObject = { type: "PathPrefix", value: "/" };

const matching: readonly (readonly [at: string, value: Json])[] = [
  ["spec.rules[].matches", [{ path }]],
  ["spec.rules[].matches[].path", path],
  ["spec.rules[].matches[].path.type", "PathPrefix"],
  ["spec.rules[].matches[].path.value", "/"],
  ["spec.rules[].matches[].headers[].type", "Exact"],
  ["spec.rules[].matches[].queryParams[].type", "Exact"],
];

/**
 * What servers fill in by the schemas that these kinds are published with, beside what the schemas of manifests declare. Nobody has
 * to know of these who writes a manifest, but whoever compares has to live with them.
 */
const filledIn: Readonly<Record<string, readonly (readonly [at: string, value: Json])[]>> = {
  HTTPProxy: matching,
  HTTPRoute: [
    ...matching,
    ["spec.rules", [{ matches: [{ path }] }]],
    ["spec.parentRefs[].group", "gateway.networking.k8s.io"],
    ["spec.parentRefs[].kind", "Gateway"],
    ["spec.rules[].backendRefs[].group", ""],
    ["spec.rules[].backendRefs[].kind", "Service"],
    ["spec.rules[].backendRefs[].weight", 1],
  ],
  Gateway: [
    ["spec.listeners[].allowedRoutes", { namespaces: { from: "Same" } }],
    ["spec.listeners[].allowedRoutes.namespaces", { from: "Same" }],
    ["spec.listeners[].allowedRoutes.namespaces.from", "Same"],
    ["spec.listeners[].tls.mode", "Terminate"],
  ],
};

/** The schema with what servers fill in for the kind. */
export function withPublishedDefaults(kind: string, schema: JsonObject): JsonObject {
  return (filledIn[kind] ?? []).reduce((made, [at, value]) => withDefault(made, at.split("."), value), schema);
}

/** Sets the default of the field at a path; a schema without that field stays as it is. */
function withDefault(schema: JsonObject, steps: readonly string[], value: Json): JsonObject {
  const [step, ...rest] = steps;
  if (step === undefined) return { ...schema, default: value };
  const name = step.replace("[]", "");
  const properties = isObject(schema.properties) ? schema.properties : {};
  const own = properties[name];
  if (!isObject(own)) return schema;
  const { items } = own;
  const inner =
    name === step
      ? withDefault(own, rest, value)
      : isObject(items)
        ? { ...own, items: withDefault(items, rest, value) }
        : own;
  return { ...schema, properties: { ...properties, [name]: inner } };
}

import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import { ApiFailure } from "./failure.ts";
import { apiVersionOf, type EdgeKind } from "./kinds.ts";
import { knownMetadata } from "./metadata.ts";
import { type ApiObject, metadataOf, metadataText } from "./object.ts";
import { contentSchema } from "./schemas.ts";

/** An applied configuration has to fit the schema whatever the request says of field validation: names and types of all fields. */
export function refuseUntyped(kind: EdgeKind, patch: ApiObject): void {
  const schema = contentSchema(kind.group, kind.kind);
  const { apiVersion: _, kind: __, metadata: ___, status: ____, ...content } = patch;
  const errors = [...metadataErrors(patch), ...(schema === undefined ? [] : typeErrors(schema, content, ""))];
  if (errors.length === 0) return;
  const place = `${metadataText(patch, "namespace")}/${metadataText(patch, "name")}`;
  const text = errors.length === 1 ? errors[0] : `errors:\n${errors.map((error) => `  ${error}`).join("\n")}`;
  const message = `failed to create typed patch object (${place}; ${apiVersionOf(kind)}, Kind=${kind.kind}): ${text}`;
  throw new ApiFailure(500, "", message);
}

function metadataErrors(patch: ApiObject): readonly string[] {
  const metadata = metadataOf(patch);
  const strange = Object.keys(metadata).filter((field) => !knownMetadata.has(field));
  const texts = ["labels", "annotations"].flatMap((field) => {
    const { [field]: map } = metadata;
    if (!isObject(map)) return [];
    const additionalProperties = { type: "string" };
    return typeErrors({ type: "object", additionalProperties }, map, `.metadata.${field}`);
  });
  return [...strange.map((field) => `.metadata.${field}: field not declared in schema`), ...texts];
}

function typeErrors(schema: JsonObject, value: Json, path: string): readonly string[] {
  if (value === null || Array.isArray(schema.type)) return [];
  switch (schema.type) {
    case "object":
      return isObject(value) ? mapErrors(schema, value, path) : [`${path}: expected map, got &{${shown(value)}}`];
    case "array":
      if (!Array.isArray(value)) return [`${path}: expected list, got &{${shown(value)}}`];
      return (value as readonly Json[]).flatMap((item, index) =>
        isObject(schema.items) ? typeErrors(schema.items, item, `${path}[${index}]`) : [],
      );
    case "integer":
    case "number":
      return typeof value === "number" ? [] : [`${path}: expected numeric (int or float), got ${typeInGo(value)}`];
    case "string":
    case "boolean":
      if (typeof value === schema.type) return [];
      return [`${path}: expected ${schema.type}, got &value.valueUnstructured{Value:${shown(value)}}`];
    default:
      return [];
  }
}

function mapErrors(schema: JsonObject, value: JsonObject, path: string): readonly string[] {
  const { properties, additionalProperties } = schema;
  return Object.entries(value).flatMap(([name, inner]) => {
    const own = isObject(properties) ? properties[name] : undefined;
    if (isObject(own)) return typeErrors(own, inner, `${path}.${name}`);
    if (isObject(additionalProperties)) return typeErrors(additionalProperties, inner, `${path}.${name}`);
    return additionalProperties === false ? [`${path}.${name}: field not declared in schema`] : [];
  });
}

function shown(value: Json): string {
  if (typeof value === "string") return value;
  return Array.isArray(value) ? `[${(value as readonly Json[]).map(shown).join(" ")}]` : JSON.stringify(value);
}

function typeInGo(value: Json): string {
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "bool";
  return Array.isArray(value) ? "[]interface {}" : "map[string]interface {}";
}

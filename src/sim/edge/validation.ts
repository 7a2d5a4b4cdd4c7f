import { canonical, isObject, type Json, type JsonObject } from "../../core/json.ts";
import { badRequest, type FieldCause, invalidObject } from "./failure.ts";
import { apiVersionOf, type EdgeKind } from "./kinds.ts";
import { checkMetadata } from "./metadata.ts";
import { type ApiObject, metadataText, textOf, withFields } from "./object.ts";
import { contentSchema } from "./schemas.ts";
import { checkValue, type Report, shaped, unknownFields } from "./structural.ts";

/** Paths that may not change after an object was made. */
const immutable: Readonly<Record<string, readonly (readonly string[])[]>> = {
  NetworkBinding: [
    ["spec", "network"],
    ["spec", "location"],
  ],
  Domain: [["spec", "domainName"]],
  DNSZone: [["spec", "domainName"]],
};

/** Refuses an object that says another kind, name or namespace than the path it came to. */
export function checkIdentity(kind: EdgeKind, namespace: string, name: string, object: ApiObject): void {
  if (textOf(object, "apiVersion") !== apiVersionOf(kind) || textOf(object, "kind") !== kind.kind) {
    const given = `${textOf(object, "apiVersion")}, Kind=${textOf(object, "kind")}`;
    throw badRequest(`${given} does not match the request's ${apiVersionOf(kind)}, Kind=${kind.kind}`);
  }
  const written = metadataText(object, "namespace");
  if (kind.namespaced && written !== "" && written !== namespace) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
  const writtenName = metadataText(object, "name");
  if (name !== "" && writtenName !== "" && writtenName !== name) {
    throw badRequest(`the name of the object (${writtenName}) does not match the name on the URL (${name})`);
  }
}

/** Refuses an object that breaks the schema of its kind or the rules of metadata, with every reason at once. */
export function checkContent(kind: EdgeKind, before: ApiObject | undefined, object: ApiObject): void {
  const causes: FieldCause[] = [];
  const add: Report = (reason, field, message) => causes.push({ reason, field, message });
  checkMetadata(object, add);
  const schema = contentSchema(kind.group, kind.kind);
  if (schema !== undefined) checkValue(schema, contentOf(object), "", add);
  for (const path of before === undefined ? [] : (immutable[kind.kind] ?? [])) {
    const old = valueAt(before as ApiObject, path);
    const fresh = valueAt(object, path);
    if (canonical(old ?? null) !== canonical(fresh ?? null)) {
      add("FieldValueInvalid", path.join("."), `Invalid value: ${JSON.stringify(fresh ?? null)}: field is immutable`);
    }
  }
  if (causes.length > 0) throw invalidObject(kind, metadataText(object, "name"), causes);
}

/** What users write beside identity, metadata and status. */
function contentOf(object: ApiObject): JsonObject {
  const { apiVersion: _, kind: __, metadata: ___, status: ____, ...content } = object;
  return content;
}

function valueAt(object: ApiObject, path: readonly string[]): Json | undefined {
  let value: Json | undefined = object;
  for (const step of path) value = isObject(value) ? value[step] : undefined;
  return value;
}

/** Fields of an object that the schema of its kind does not know: they are never stored. */
export function strangeFields(kind: EdgeKind, object: ApiObject): readonly string[] {
  const schema = contentSchema(kind.group, kind.kind);
  return schema === undefined ? [] : unknownFields(schema, contentOf(object));
}

/** The object as a server stores it: without what the schema does not know, and with its defaults. */
export function withDefaults(kind: EdgeKind, object: ApiObject): ApiObject {
  const schema = contentSchema(kind.group, kind.kind);
  if (schema === undefined) return object;
  const content = shaped(schema, contentOf(object)) as JsonObject;
  const { apiVersion, kind: title, metadata, status } = object;
  return withFields({}, { apiVersion, kind: title, metadata, ...content, status }) as ApiObject;
}

import { canonical, isObject, type Json, type JsonObject } from "../../core/json.ts";
import { badRequest, type FieldCause, invalidObject } from "./failure.ts";
import { apiVersionOf, type EdgeKind } from "./kinds.ts";
import { checkMetadata, knownMetadata } from "./metadata.ts";
import { type ApiObject, finalizersOf, isDeleting, metadataOf, metadataText, textOf, withFields } from "./object.ts";
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
  const wanted = apiVersionOf(kind);
  const apiVersion = textOf(object, "apiVersion");
  const title = textOf(object, "kind");
  if (title === "") {
    const given = JSON.stringify(object);
    const why = `Object 'Kind' is missing in '${given}' (${given})`;
    throw badRequest(`the object provided is unrecognized (must be of type ${kind.kind}): ${why}`);
  }
  if (apiVersion !== wanted) {
    throw badRequest(`the API version in the data (${apiVersion}) does not match the expected API version (${wanted})`);
  }
  const writtenName = metadataText(object, "name");
  if (title !== kind.kind) {
    const message = `Invalid value: ${JSON.stringify(title)}: must be ${kind.kind}`;
    throw invalidObject({ ...kind, kind: title }, writtenName, [
      { reason: "FieldValueInvalid", field: "kind", message },
    ]);
  }
  const written = metadataText(object, "namespace");
  if (kind.namespaced && written !== "" && written !== namespace) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
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
  const held = new Set(before === undefined || !isDeleting(before) ? finalizersOf(object) : finalizersOf(before));
  const fresh = finalizersOf(object).filter((name) => !held.has(name));
  if (fresh.length > 0) {
    const names = fresh.map((name) => JSON.stringify(name)).join(", ");
    const message = `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{${names}}`;
    add("FieldValueForbidden", "metadata.finalizers", message);
  }
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
  const besides = Object.keys(metadataOf(object)).filter((field) => !knownMetadata.has(field));
  return [
    ...besides.map((field) => `metadata.${field}`),
    ...(schema === undefined ? [] : unknownFields(schema, contentOf(object))),
  ];
}

/** The object as a server stores it: without what the schema does not know, and with its defaults. */
export function withDefaults(kind: EdgeKind, object: ApiObject): ApiObject {
  const schema = contentSchema(kind.group, kind.kind);
  if (schema === undefined) return object;
  const content = shaped(schema, contentOf(object)) as JsonObject;
  const { apiVersion, kind: title, status } = object;
  const kept = Object.entries(metadataOf(object)).filter(([field]) => knownMetadata.has(field));
  const metadata = Object.fromEntries(kept);
  return withFields({}, { apiVersion, kind: title, metadata, ...content, status }) as ApiObject;
}

import { isObject, type Json } from "../../core/json.ts";
import { type ApiObject, fieldOf, finalizersOf, metadataOf, metadataText } from "./object.ts";
import type { Report } from "./structural.ts";

const label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const subdomain = new RegExp(`^${label}(\\.${label})*$`);
const qualifiedName = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const maxAnnotationBytes = 256 * 1024;

/** Finalizers that need no domain before their name. */
const standardFinalizers: ReadonlySet<string> = new Set(["kubernetes", "orphan", "foregroundDeletion"]);

/** Every field that metadata may have; others are never stored. */
export const knownMetadata: ReadonlySet<string> = new Set([
  ...["name", "generateName", "namespace", "labels", "annotations", "finalizers", "ownerReferences", "managedFields"],
  ...["uid", "resourceVersion", "generation", "selfLink"],
  ...["creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"],
]);

/** The rules of metadata, which are the same for every kind. */
export function checkMetadata(object: ApiObject, report: Report): void {
  const name = metadataText(object, "name");
  if (!subdomain.test(name) || name.length > 253) {
    const rule =
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
    const example = `(e.g. 'example.com', regex used for validation is '${label}(\\.${label})*')`;
    report("FieldValueInvalid", "metadata.name", `Invalid value: ${JSON.stringify(name)}: ${rule} ${example}`);
  }
  for (const [key, value] of Object.entries(fieldOf(metadataOf(object), "labels"))) {
    checkKey("metadata.labels", key, report);
    if (typeof value !== "string") reportText("metadata.labels", key, value, report);
    else if (value.length > 63) invalid("metadata.labels", value, "must be no more than 63 bytes", report);
    else if (!labelValue.test(value)) {
      const rule =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
      invalid("metadata.labels", value, rule, report);
    }
  }
  checkAnnotations(object, report);
  checkReferences(object, report);
}

function checkAnnotations(object: ApiObject, report: Report): void {
  let bytes = 0;
  for (const [key, value] of Object.entries(fieldOf(metadataOf(object), "annotations"))) {
    checkKey("metadata.annotations", key.toLowerCase(), report);
    if (typeof value !== "string") reportText("metadata.annotations", key, value, report);
    bytes += key.length + String(value).length;
  }
  if (bytes > maxAnnotationBytes) {
    report("FieldValueTooLong", "metadata.annotations", `Too long: may not be more than ${maxAnnotationBytes} bytes`);
  }
}

function checkReferences(object: ApiObject, report: Report): void {
  for (const [index, finalizer] of finalizersOf(object).entries()) {
    if (standardFinalizers.has(finalizer) || finalizer.includes("/")) continue;
    const rule = "name is neither a standard finalizer name nor is it fully qualified";
    invalid(`metadata.finalizers[${index}]`, finalizer, rule, report);
  }
  const { ownerReferences } = metadataOf(object);
  for (const [index, owner] of (Array.isArray(ownerReferences) ? ownerReferences : []).entries()) {
    for (const field of ["apiVersion", "kind", "name", "uid"]) {
      if (isObject(owner) && typeof owner[field] === "string" && owner[field] !== "") continue;
      report(
        "FieldValueInvalid",
        `metadata.ownerReferences[${index}].${field}`,
        `Invalid value: "": ${field} must not be empty`,
      );
    }
  }
}

function checkKey(field: string, key: string, report: Report): void {
  const slash = key.indexOf("/");
  const [prefix, name] = slash < 0 ? [undefined, key] : [key.slice(0, slash), key.slice(slash + 1)];
  if (prefix !== undefined && (!subdomain.test(prefix) || prefix.length > 253)) {
    invalid(
      field,
      key,
      "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.'",
      report,
    );
  }
  if (name.length > 63) invalid(field, key, "name part must be no more than 63 bytes", report);
  else if (!qualifiedName.test(name)) {
    invalid(
      field,
      key,
      "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
      report,
    );
  }
}

function reportText(field: string, key: string, value: Json, report: Report): void {
  const type = value === null ? "null" : typeof value;
  report(
    "FieldValueTypeInvalid",
    `${field}.${key}`,
    `Invalid value: "${type}": ${field}.${key} in body must be of type string`,
  );
}

function invalid(field: string, value: string, rule: string, report: Report): void {
  report("FieldValueInvalid", field, `Invalid value: ${JSON.stringify(value)}: ${rule}`);
}

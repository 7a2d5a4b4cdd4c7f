import { canonical, isObject, type Json } from "../../core/json.ts";
import { badRequest, type FieldCause, invalidObject } from "./failure.ts";
import { apiVersionOf, type EdgeKind } from "./kinds.ts";
import { type ApiObject, fieldOf, metadataOf, metadataText, textOf } from "./object.ts";

/** Paths that may not change after an object was made. */
const immutable: Readonly<Record<string, readonly (readonly string[])[]>> = {
  NetworkBinding: [
    ["spec", "network"],
    ["spec", "location"],
  ],
  Domain: [["spec", "domainName"]],
  DNSZone: [["spec", "domainName"]],
};

/** Paths that must be there. */
const required: Readonly<Record<string, readonly (readonly string[])[]>> = {
  Network: [["spec", "ipam", "mode"]],
  NetworkBinding: [
    ["spec", "network", "name"],
    ["spec", "location", "name"],
  ],
  HTTPProxy: [["spec", "rules"]],
  Domain: [["spec", "domainName"]],
  DNSZone: [["spec", "domainName"]],
  DNSRecordSet: [["spec", "dnsZoneRef", "name"]],
  Location: [
    ["spec", "locationClassName"],
    ["spec", "topology"],
  ],
};

const namePattern = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
const labelPattern = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;

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

/** Refuses an object that breaks the kind's rules, with every reason at once. */
export function checkContent(kind: EdgeKind, before: ApiObject | undefined, object: ApiObject): void {
  const causes: FieldCause[] = [];
  const add = (reason: string, field: string, message: string) => causes.push({ reason, field, message });
  const name = metadataText(object, "name");
  if (!namePattern.test(name) || name.length > 253) {
    add("FieldValueInvalid", "metadata.name", `Invalid value: "${name}": a lowercase RFC 1123 subdomain is required`);
  }
  for (const [label, value] of Object.entries(fieldOf(metadataOf(object), "labels"))) {
    if (typeof value !== "string" || value.length > 63 || !labelPattern.test(value)) {
      add(
        "FieldValueInvalid",
        "metadata.labels",
        `Invalid value: ${JSON.stringify(value)}: not a label value (${label})`,
      );
    }
  }
  for (const path of required[kind.kind] ?? []) {
    if (valueAt(object, path) === undefined) add("FieldValueRequired", path.join("."), "Required value");
  }
  for (const path of before === undefined ? [] : (immutable[kind.kind] ?? [])) {
    const old = valueAt(before as ApiObject, path);
    const fresh = valueAt(object, path);
    if (canonical(old ?? null) !== canonical(fresh ?? null)) {
      add("FieldValueInvalid", path.join("."), `Invalid value: ${JSON.stringify(fresh ?? null)}: field is immutable`);
    }
  }
  if (kind.kind === "Network") checkNetwork(object, add);
  if (causes.length > 0) throw invalidObject(kind, name, causes);
}

function checkNetwork(object: ApiObject, add: (reason: string, field: string, message: string) => unknown): void {
  const mode = valueAt(object, ["spec", "ipam", "mode"]);
  if (mode !== undefined && mode !== "Auto" && mode !== "Policy") {
    const message = `Unsupported value: ${JSON.stringify(mode)}: supported values: "Auto", "Policy"`;
    add("FieldValueNotSupported", "spec.ipam.mode", message);
  }
  const mtu = valueAt(object, ["spec", "mtu"]);
  if (mtu === undefined) return;
  if (typeof mtu !== "number" || !Number.isInteger(mtu)) {
    add("FieldValueTypeInvalid", "spec.mtu", `Invalid value: ${JSON.stringify(mtu)}: must be an integer`);
  } else if (mtu < 1300) {
    add("FieldValueInvalid", "spec.mtu", `Invalid value: ${mtu}: spec.mtu should be greater than or equal to 1300`);
  } else if (mtu > 8856) {
    add("FieldValueInvalid", "spec.mtu", `Invalid value: ${mtu}: spec.mtu should be less than or equal to 8856`);
  }
}

function valueAt(object: ApiObject, path: readonly string[]): Json | undefined {
  let value: Json | undefined = object;
  for (const step of path) value = isObject(value) ? value[step] : undefined;
  return value;
}

/** What the server fills in when an object does not say it. */
export function withDefaults(kind: EdgeKind, object: ApiObject): ApiObject {
  if (kind.kind !== "Network" || !isObject(object.spec)) return object;
  return { ...object, spec: { ipFamilies: ["IPv4"], mtu: 1460, ...object.spec } };
}

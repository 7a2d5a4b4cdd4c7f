import type { Json, JsonObject } from "../../core/json.ts";
import { isObject } from "../../core/json.ts";
import type { Description } from "../../providers/gcp/description/description.ts";
import { type Finding, readableBody, validateBody } from "../../providers/gcp/description/validate.ts";
import { badRequest, GceFailure, invalidValue } from "./failure.ts";
import type { Route } from "./router.ts";

/** Reads a request body against its message; 400 for text that is no JSON, unknown names, wrong types and values. */
export function readBody(description: Description, route: Route, text: string): JsonObject {
  const trimmed = text.trim();
  // Clients send nothing or an empty text where the description has no body.
  if (trimmed === "" || trimmed === '""') return {};
  const value = withoutTolerated(route, parsed(trimmed));
  if (route.bodyMessage === "") return {};
  const findings = validateBody(description, route.bodyMessage, value);
  if (findings.length > 0) throw failureOf(findings);
  if (!isObject(value)) return {};
  const kept = (settable[route.bodyMessage] ?? []).filter((name) => (value[name] ?? null) !== null);
  const sent = Object.fromEntries(kept.map((name) => [name, value[name] ?? null]));
  return { ...readableBody(description, route.bodyMessage, value), ...sent };
}

/** Fields whose comments say that only the server sets them, and that it takes from clients all the same. */
const settable: Readonly<Record<string, readonly string[]>> = {
  InstanceGroupManager: ["namedPorts"],
};

/** Names that clients send and the service takes though no message has them. */
const tolerated: Readonly<Record<string, readonly string[]>> = {
  "Disks.CreateSnapshot": ["zone"],
};

function withoutTolerated({ rpc }: Route, value: Json): Json {
  const names = tolerated[rpc];
  if (names === undefined || !isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new GceFailure(400, "parseError", "Parse Error");
  }
}

/** What the front end cannot read comes first, all of it at once; then the first value outside its enumeration. */
function failureOf(findings: readonly Finding[]): GceFailure {
  const unreadable = findings.filter((finding) => finding.rule !== "enum");
  if (unreadable.length > 0) return badRequest(unreadable.map(sentence).join("\n"), "resource");
  const first = findings[0] as Finding;
  return invalidValue(`resource.${first.path}`, first.value, `Must be one of [${first.detail}].`);
}

function sentence(finding: Finding): string {
  const where = finding.path === "" ? "resource" : `resource.${finding.path}`;
  if (finding.rule === "unknown") {
    return `Invalid JSON payload received. Unknown name "${finding.detail}" at '${where}': Cannot find field.`;
  }
  return `Invalid value at '${where}' (${typeNames[finding.detail] ?? finding.detail}), ${JSON.stringify(finding.value)}`;
}

const typeNames: Readonly<Record<string, string>> = {
  text: "TYPE_STRING",
  boolean: "TYPE_BOOL",
  integer: "TYPE_INT32",
  unsigned: "TYPE_UINT32",
  long: "TYPE_INT64",
  unsignedLong: "TYPE_UINT64",
  number: "TYPE_DOUBLE",
};

const standardParameters = new Set([
  "alt",
  "$alt",
  "fields",
  "$fields",
  "key",
  "prettyPrint",
  "$prettyPrint",
  "quotaUser",
  "userIp",
  "access_token",
  "oauth_token",
  "callback",
  "uploadType",
  "upload_protocol",
  "$.xgafv",
  "$unique",
]);

/** 400 for query parameters that the route does not know. */
export function checkQuery(route: Route, query: URLSearchParams): void {
  for (const name of query.keys()) {
    if (route.query.has(name) || standardParameters.has(name)) continue;
    throw badRequest(
      `Invalid JSON payload received. Unknown name "${name}": Cannot bind query parameter. Field '${name}' could not be found in request message.`,
    );
  }
}

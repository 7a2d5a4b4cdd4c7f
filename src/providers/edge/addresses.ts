import type { JsonObject } from "../../core/json.ts";
import type { StatusCondition } from "../../core/resource.ts";
import { fieldOf, objectsOf, textOf } from "./object.ts";

const maxShown = 8;
const maxConditions = 16;
const maxTextLength = 300;

/** What people would connect to, look for or have to publish, in words for the fleet table. */
export function addressesOf(object: JsonObject): Readonly<Record<string, string>> {
  const status = fieldOf(object, "status");
  const addresses: Record<string, string> = {};
  const set = (name: string, ...values: readonly unknown[]): void => {
    const texts = values.filter((value): value is string => typeof value === "string" && value !== "");
    const more = texts.length > maxShown ? ` and ${texts.length - maxShown} more` : "";
    if (texts.length > 0) addresses[name] = texts.slice(0, maxShown).join(", ").slice(0, maxTextLength) + more;
  };
  const { canonicalHostname } = status;
  set("hostname", canonicalHostname);
  set("hostnames", ...textsOf(status, "hostnames").filter((hostname) => hostname !== canonicalHostname));
  set("address", ...objectsOf(status, "addresses").map(({ value }) => value));
  set("certificates", certificatesOf(status));
  set("identifier", status.identifier);
  set("ipv6", fieldOf(status, "ipam").ipv6Prefix);
  set("nameservers", ...textsOf(status, "nameservers"));
  const isVerified = objectsOf(status, "conditions").some(
    ({ type, status: is }) => type === "Verified" && is === "True",
  );
  if (!isVerified) set("publish", recordOf(fieldOf(fieldOf(status, "verification"), "dnsRecord")));
  const start = textOf(status, "startAddress");
  if (start !== "" && typeof status.prefixLength === "number") set("range", `${start}/${status.prefixLength}`);
  return addresses;
}

/** The object's own conditions, without their times: those change although nothing does. */
export function conditionsOf(object: JsonObject): readonly StatusCondition[] {
  return objectsOf(fieldOf(object, "status"), "conditions")
    .slice(0, maxConditions)
    .map((condition) => ({
      type: textOf(condition, "type"),
      status: textOf(condition, "status") || "Unknown",
      reason: textOf(condition, "reason"),
      message: textOf(condition, "message").slice(0, maxTextLength),
    }));
}

function textsOf(object: JsonObject, field: string): readonly string[] {
  const value = object[field];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

/** `ready`, or why not; each hostname that lacks its certificate by name. */
function certificatesOf(status: JsonObject): string {
  const whole = objectsOf(status, "conditions").find(({ type }) => type === "CertificatesReady");
  if (whole === undefined) return "";
  if (whole.status === "True") return "ready";
  const waiting = objectsOf(status, "hostnameStatuses")
    .filter((one) =>
      objectsOf(one, "conditions").some(({ type, status: is }) => /Certificate/.test(String(type)) && is !== "True"),
    )
    .map((one) => textOf(one, "hostname"));
  const why = textOf(whole, "reason") || "pending";
  return waiting.length === 0 ? why : `${why} (${waiting.slice(0, maxShown).join(", ")})`;
}

/** The DNS record that proves a domain: somebody has to publish it. */
function recordOf(record: JsonObject): string {
  const [type, name, content] = [textOf(record, "type"), textOf(record, "name"), textOf(record, "content")];
  return name === "" ? "" : `${type} ${name} ${content}`.trim();
}

import type { JsonObject } from "../../../core/json.ts";
import type { Call } from "../call.ts";
import { readAddress, readRange } from "../cidr.ts";
import { invalid, invalidValue, required } from "../failure.ts";
import { checkName } from "../generic.ts";
import type { ResourceKind } from "../kind.ts";
import { linkOf } from "../reference.ts";
import { objectsOf, textOf, textsOf } from "../values.ts";
import { mergedFields } from "../world.ts";
import { referenced } from "./references.ts";

/** Firewall rules of a network. */
export const firewalls: ResourceKind = {
  service: "Firewalls",
  collection: "firewalls",
  kind: "compute#firewall",
  label: "firewall",
  parameter: "firewall",
  exclusive: true,
  make: (call) => filled(call, call.body),
  patched: (call, stored, merged) => {
    const given = call.body.direction;
    if (given !== undefined && given !== stored.body.direction) {
      throw invalidValue("resource.direction", given, "It cannot be changed.");
    }
    // A rule changes from allow to deny by sending the other list.
    const other = call.body.allowed !== undefined ? "denied" : call.body.denied !== undefined ? "allowed" : undefined;
    const kept = Object.entries(merged).filter(([key]) => key !== other);
    const body = { ...stored.body, ...filled(call, Object.fromEntries(kept)) };
    return other === undefined ? body : mergedFields(body, { [other]: undefined });
  },
};

function filled(call: Call, sent: JsonObject): JsonObject {
  const network = referenced(
    call,
    "resource.network",
    sent.network ?? "global/networks/default",
    "networks",
    "network",
  );
  const direction = textOf(sent, "direction") ?? "INGRESS";
  const isIngress = direction === "INGRESS";
  const priority = sent.priority ?? 1000;
  if (typeof priority === "number" && (priority < 0 || priority > 65_535)) {
    throw invalidValue("resource.priority", priority, "Must be between 0 and 65535.");
  }
  checkActions(sent);
  checkPeers(sent, isIngress);
  const sources = ["sourceRanges", "sourceTags", "sourceServiceAccounts"];
  const hasSource = sources.some((field) => textsOf(sent, field).length > 0);
  const hasDestination = textsOf(sent, "destinationRanges").length > 0;
  return {
    ...withoutEmpty(sent),
    description: sent.description ?? "",
    network: linkOf(network.path),
    direction,
    priority,
    disabled: sent.disabled ?? false,
    logConfig: sent.logConfig ?? { enable: false },
    ...(isIngress && !hasSource ? { sourceRanges: ["0.0.0.0/0"] } : {}),
    ...(!isIngress && !hasDestination ? { destinationRanges: ["0.0.0.0/0"] } : {}),
  };
}

function withoutEmpty(body: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => !(Array.isArray(value) && value.length === 0)));
}

function checkActions(sent: JsonObject): void {
  const allowed = objectsOf(sent, "allowed");
  const denied = objectsOf(sent, "denied");
  if (allowed.length > 0 && denied.length > 0) {
    throw invalid("Exactly one of fields 'allowed' or 'denied' must be specified for a firewall.");
  }
  if (allowed.length + denied.length === 0) throw required("resource.allowed");
  const field = allowed.length > 0 ? "allowed" : "denied";
  for (const [index, rule] of (allowed.length > 0 ? allowed : denied).entries()) {
    const protocol = textOf(rule, "IPProtocol");
    const path = `resource.${field}[${index}]`;
    if (protocol === undefined) throw required(`${path}.IPProtocol`);
    if (!/^(?:all|tcp|udp|icmp|esp|ah|ipip|sctp|\d{1,3})$/i.test(protocol)) {
      throw invalidValue(`${path}.IPProtocol`, protocol, "Must be a known protocol or a protocol number.");
    }
    const ports = textsOf(rule, "ports");
    if (ports.length > 0 && !/^(?:tcp|udp|sctp|6|17|132)$/i.test(protocol)) {
      throw invalidValue(`${path}.ports`, ports[0] ?? "", "Ports are only for tcp, udp and sctp.");
    }
    for (const [at, port] of ports.entries()) checkPort(`${path}.ports[${at}]`, port);
  }
}

function checkPort(field: string, port: string): void {
  const found = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(port);
  const first = Number(found?.[1] ?? -1);
  const last = Number(found?.[2] ?? first);
  if (found === null || first > last || last > 65_535) {
    throw invalidValue(field, port, "Must be a port or a range of ports, such as 80 or 8000-8080.");
  }
}

function checkPeers(sent: JsonObject, isIngress: boolean): void {
  const tags = [...textsOf(sent, "sourceTags"), ...textsOf(sent, "targetTags")];
  const accounts = [...textsOf(sent, "sourceServiceAccounts"), ...textsOf(sent, "targetServiceAccounts")];
  if (tags.length > 0 && accounts.length > 0) {
    throw invalid("Service accounts and tags cannot be used together in a firewall rule.");
  }
  const foreign = isIngress ? "destinationRanges" : "sourceTags";
  if (!isIngress && textsOf(sent, foreign).length > 0) {
    throw invalidValue(`resource.${foreign}`, textsOf(sent, foreign)[0] ?? "", "It is not for egress rules.");
  }
  for (const field of ["sourceTags", "targetTags"]) {
    for (const [index, tag] of textsOf(sent, field).entries()) checkName(`resource.${field}[${index}]`, tag);
  }
  for (const field of ["sourceRanges", "destinationRanges"]) {
    for (const [index, range] of textsOf(sent, field).entries()) {
      const isIpv6 = /^[0-9a-f:.]*:[0-9a-f:.]*(?:\/\d{1,3})?$/i.test(range);
      if (isIpv6 || readRange(range) !== undefined || readAddress(range) !== undefined) continue;
      throw invalidValue(`resource.${field}[${index}]`, range, "Must be a valid CIDR address range without host bits.");
    }
  }
}

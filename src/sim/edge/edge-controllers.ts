import type { JsonObject } from "../../core/json.ts";
import type { Condition, Desk } from "./desk.ts";
import { fieldOf, isDeleting, metadataText, textOf, withMetadata } from "./object.ts";
import type { Stored } from "./world.ts";

/** Conditions that turn True after the delay, and other status a kind then shows. */
const settled: Readonly<
  Record<string, (stored: Stored) => readonly [conditions: readonly string[], status: JsonObject]>
> = {
  HTTPProxy: ({ object }) => {
    const canonicalHostname = `${metadataText(object, "uid")}.datumproxy.net`;
    return [
      ["Accepted", "Programmed", "CertificatesReady"],
      {
        canonicalHostname,
        hostnames: [...hostnamesOf(object), canonicalHostname],
        addresses: [{ type: "Hostname", value: canonicalHostname }],
      },
    ];
  },
  Domain: ({ object }) => {
    const domain = textOf(fieldOf(object, "spec"), "domainName");
    const content = metadataText(object, "uid");
    return [
      ["Verified", "ValidDomain"],
      { verification: { dnsRecord: { type: "TXT", name: `_datum-custom-hostname.${domain}`, content } } },
    ];
  },
  NetworkService: () => [["MembersResolved", "Ready"], {}],
  Connector: () => [["Ready"], {}],
  ConnectorAdvertisement: () => [["Accepted"], {}],
  Gateway: () => [["Accepted", "Programmed"], {}],
  DNSZone: () => [["Accepted", "Programmed"], { nameservers: ["ns1.example.net", "ns2.example.net"] }],
  DNSRecordSet: () => [["Accepted", "Programmed"], {}],
  VPC: ({ object }) => [[], { ready: true, identifier: metadataText(object, "uid").replaceAll("-", "").slice(0, 12) }],
  VPCAttachment: ({ object }) => [[], { ready: true, identifier: metadataText(object, "uid").slice(0, 4) }],
};

function hostnamesOf(object: JsonObject): readonly string[] {
  const { hostnames } = fieldOf(object, "spec");
  return Array.isArray(hostnames) ? hostnames.filter((one): one is string => typeof one === "string") : [];
}

/** The kinds that only need time to settle. */
export function runEdgeKinds(desk: Desk): void {
  for (const [name, settle] of Object.entries(settled)) {
    for (const stored of desk.all(name)) {
      if (isDeleting(stored.object) || !desk.due(stored.createdAtMs)) continue;
      const [types, status] = settle(stored);
      const conditions = types.map(
        (type): Condition => ({ type, status: "True", reason: type, message: `The ${name} is ${type.toLowerCase()}.` }),
      );
      desk.report(name, stored, status, conditions);
    }
  }
}

/** Empties namespaces that somebody asked to delete, then ends them. */
export function runNamespaces(desk: Desk, kindNames: readonly string[]): void {
  for (const { object } of desk.all("Namespace")) {
    if (!isDeleting(object)) continue;
    const namespace = metadataText(object, "name");
    let left = 0;
    for (const name of kindNames) {
      for (const inner of desk.all(name)) {
        if (metadataText(inner.object, "namespace") !== namespace) continue;
        left += 1;
        desk.remove(name, inner.object);
      }
    }
    if (left === 0) desk.setFinalizers("Namespace", withMetadata(object, {}), []);
  }
}

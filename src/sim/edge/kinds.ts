import { declaredKinds } from "./schemas.ts";

/** A kind the simulator serves, as discovery tells it. */
export interface EdgeKind {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  /** Whether it has a status subresource. */
  readonly status: boolean;
  /** Conditions it is born with, all Unknown and Pending. */
  readonly conditions: readonly string[];
  /** Columns `kubectl get` shows between NAME and AGE: title and path, `?` before a condition type. */
  readonly columns: readonly (readonly [title: string, path: string])[];
}

const networking = "networking.datumapis.com";
const gateway = "gateway.networking.k8s.io";
const dns = "dns.networking.miloapis.com";

function kindOf(
  group: string,
  version: string,
  kind: string,
  plural: string,
  more: Partial<Pick<EdgeKind, "shortNames" | "namespaced" | "status" | "conditions" | "columns">> = {},
): EdgeKind {
  return {
    group,
    version,
    kind,
    plural,
    shortNames: [],
    namespaced: true,
    status: true,
    conditions: [],
    columns: [],
    ...more,
  };
}

const ready = { conditions: ["Ready"], columns: [["Ready", "?Ready"]] } as const;
const plain = { status: false } as const;

/** Every kind the simulator serves, those of policies/schemas among them; the scope of Location is chosen at start. */
export function edgeKinds(locationScope: "namespaced" | "cluster"): readonly EdgeKind[] {
  const special = specialKinds(locationScope);
  const known = new Set(special.map(kindKey));
  const others = declaredKinds().map(({ group, version, kind, plural, namespaced }) =>
    kindOf(group, version, kind, plural, { namespaced }),
  );
  return [...special, ...others.filter((kind) => !known.has(kindKey(kind)))];
}

/** The kinds with conditions, columns or a scope of their own; the others are as policies/schemas declares them. */
function specialKinds(locationScope: "namespaced" | "cluster"): readonly EdgeKind[] {
  return [
    kindOf("", "v1", "Namespace", "namespaces", {
      shortNames: ["ns"],
      namespaced: false,
      columns: [["Status", "status.phase"]],
    }),
    kindOf("", "v1", "ConfigMap", "configmaps", { shortNames: ["cm"], ...plain }),
    kindOf("", "v1", "Secret", "secrets", plain),
    kindOf("", "v1", "Event", "events", { shortNames: ["ev"], ...plain }),
    kindOf(networking, "v1alpha", "Location", "locations", {
      namespaced: locationScope === "namespaced",
      columns: [
        ["Class", "spec.locationClassName"],
        ["City", "spec.topology.topology\\.datum\\.net/city-code"],
      ],
    }),
    kindOf(networking, "v1alpha", "Network", "networks", {
      conditions: ["Ready"],
      columns: [
        ["Ready", "?Ready"],
        ["IPAM", "spec.ipam.mode"],
        ["MTU", "spec.mtu"],
      ],
    }),
    kindOf(networking, "v1alpha", "NetworkBinding", "networkbindings", ready),
    kindOf(networking, "v1alpha", "NetworkContext", "networkcontexts", {
      conditions: ["Programmed", "Ready"],
      columns: [["Ready", "?Ready"]],
    }),
    kindOf(networking, "v1alpha", "SubnetClaim", "subnetclaims", ready),
    kindOf(networking, "v1alpha", "Subnet", "subnets", {
      conditions: ["Allocated", "Programmed", "Ready"],
      columns: [
        ["Start", "status.startAddress"],
        ["Prefix", "status.prefixLength"],
        ["Ready", "?Ready"],
      ],
    }),
    kindOf(networking, "v1alpha", "Domain", "domains", { conditions: ["Verified", "ValidDomain"] }),
    kindOf(networking, "v1alpha", "HTTPProxy", "httpproxies", {
      conditions: ["Accepted", "Programmed"],
      columns: [
        ["Hostname", "status.canonicalHostname"],
        ["Programmed", "?Programmed"],
      ],
    }),
    kindOf(networking, "v1alpha", "NetworkService", "networkservices", ready),
    kindOf(networking, "v1alpha1", "Connector", "connectors", ready),
    kindOf(networking, "v1alpha1", "ConnectorAdvertisement", "connectoradvertisements", {
      conditions: ["Accepted"],
    }),
    kindOf(gateway, "v1", "Gateway", "gateways", {
      shortNames: ["gtw"],
      conditions: ["Accepted", "Programmed"],
      columns: [
        ["Class", "spec.gatewayClassName"],
        ["Address", "status.addresses.0.value"],
        ["Programmed", "?Programmed"],
      ],
    }),
    kindOf(gateway, "v1", "HTTPRoute", "httproutes", { columns: [["Hostnames", "spec.hostnames"]] }),
    kindOf(gateway, "v1", "GatewayClass", "gatewayclasses", { shortNames: ["gc"], namespaced: false }),
    kindOf(dns, "v1alpha1", "DNSZone", "dnszones", { conditions: ["Accepted", "Programmed"] }),
    kindOf(dns, "v1alpha1", "DNSRecordSet", "dnsrecordsets", {
      conditions: ["Accepted", "Programmed"],
      columns: [
        ["Accepted", "?Accepted"],
        ["Programmed", "?Programmed"],
      ],
    }),
    kindOf("galactic.datumapis.com", "v1alpha", "VPC", "vpcs", { columns: [["Identifier", "status.identifier"]] }),
  ];
}

/** `networks.networking.datumapis.com`: the key a kind is stored under. */
export function kindKey(kind: EdgeKind): string {
  return `${kind.plural}.${kind.group}`;
}

/** `v1` or `group/version`, as objects write it. */
export function apiVersionOf(kind: Pick<EdgeKind, "group" | "version">): string {
  return kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
}

/** Enough of the kind Namespace to store one. */
export const namespaceKind: EdgeKind = {
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  shortNames: ["ns"],
  namespaced: false,
  status: true,
  conditions: [],
  columns: [["Status", "status.phase"]],
};

/** What the provider knows of a kind beforehand; plural, scope and version are asked of the server. */
export interface KnownKind {
  readonly group: string;
  readonly kind: string;
  /** Word in addresses; the group is added where two groups have the same kind. */
  readonly word: string;
  /**
   * Conditions that must be True; empty: ready once stored. `status.ready` stands for that boolean field,
   * `parents/Accepted` for the condition on each entry of status.parents.
   */
  readonly ready: readonly string[];
  /** How long becoming ready, and being gone, may take where the configuration does not say; undefined: as the others. */
  readonly readyTimeoutMs: number | undefined;
  /** Whether an apply waits for them. Some depend on people (a DNS record to publish) and are only shown. */
  readonly awaited: boolean;
  /** Fields that a change cannot keep the object for. */
  readonly immutable: readonly string[];
  /** Lists that the server merges item by item, with the key of an item. */
  readonly keyedLists: Readonly<Record<string, string>>;
}

const networking = "networking.datumapis.com";
const gateway = "gateway.networking.k8s.io";
const dns = "dns.networking.miloapis.com";
/** For what is programmed at many points of presence. */
const slowMs = 300_000;

function known(group: string, kind: string, more: Partial<Omit<KnownKind, "group" | "kind">> = {}): KnownKind {
  const word = kind.toLowerCase();
  const plain = { ready: [], readyTimeoutMs: undefined, awaited: true, immutable: [], keyedLists: {} };
  return { group, kind, word, ...plain, ...more };
}

/** The kinds applied without being asked for, in the order they are made. */
export const knownKinds: readonly KnownKind[] = [
  known(networking, "Network", { ready: ["Ready"] }),
  known("galactic.datumapis.com", "VPC", { word: "vpc.galactic", ready: ["status.ready"] }),
  known("cloud.datumapis.com", "VPC", { word: "vpc", ready: ["status.ready"] }),
  known(networking, "NetworkContext", { ready: ["Ready"] }),
  known(networking, "NetworkBinding", { ready: ["Ready"], immutable: ["spec.network", "spec.location"] }),
  known(networking, "SubnetClaim", { ready: ["Ready"] }),
  known(networking, "Subnet", { ready: ["Ready"] }),
  known(networking, "NetworkPolicy"),
  known("galactic.datumapis.com", "VPCAttachment", { word: "vpcattachment.galactic", ready: ["status.ready"] }),
  known("cloud.datumapis.com", "VPCAttachment", { ready: ["status.ready"] }),
  known(networking, "Domain", { ready: ["Verified"], awaited: false, immutable: ["spec.domainName"] }),
  known(networking, "Connector", { ready: ["Ready"], awaited: false }),
  known(networking, "ConnectorAdvertisement", { ready: ["Accepted"], awaited: false }),
  known(dns, "DNSZone", { ready: ["Accepted", "Programmed"], readyTimeoutMs: slowMs, immutable: ["spec.domainName"] }),
  known(dns, "DNSRecordSet", { ready: ["Accepted", "Programmed"] }),
  known(gateway, "Gateway", {
    ready: ["Accepted", "Programmed"],
    readyTimeoutMs: slowMs,
    keyedLists: { "spec.listeners": "name" },
  }),
  known(gateway, "HTTPRoute", { ready: ["parents/Accepted"] }),
  known(networking, "NetworkService", { ready: ["Ready"], awaited: false }),
  known(networking, "HTTPProxy", { ready: ["Accepted", "Programmed"], readyTimeoutMs: slowMs }),
  known(networking, "TrafficProtectionPolicy", { ready: ["ancestors/Accepted"] }),
];

/** What is known of kinds that are applied only where the configuration asks for them. */
const furtherKinds: readonly KnownKind[] = [
  known(networking, "Location", { ready: ["Ready"] }),
  known("locations.miloapis.com", "Location", { word: "location.milo", ready: ["Ready"] }),
  known(networking, "LocationBinding", { ready: ["Available"] }),
  known(networking, "ConnectorClass"),
  known(dns, "DNSZoneClass"),
  known("", "Namespace"),
];

/** `network.networking.datumapis.com`: how a kind is told apart from all others. */
export function kindId(kind: Pick<KnownKind, "group" | "kind">): string {
  return kind.group === "" ? kind.kind.toLowerCase() : `${kind.kind.toLowerCase()}.${kind.group}`;
}

/** The kinds of a provider: the known ones and those the configuration adds as `Kind.group`. */
export function kindsOf(added: readonly string[]): readonly KnownKind[] {
  const extra = added.map((text) => {
    const dot = text.indexOf(".");
    const kind = dot < 0 ? text : text.slice(0, dot);
    const group = dot < 0 ? "" : text.slice(dot + 1);
    const further = furtherKinds.find((other) => other.group === group && other.kind === kind);
    if (further !== undefined) return further;
    const taken = knownKinds.some((other) => other.word === kind.toLowerCase());
    return known(group, kind, taken ? { word: `${kind.toLowerCase()}.${group}` } : {});
  });
  const ids = new Set(knownKinds.map(kindId));
  return [...extra.filter((kind) => !ids.has(kindId(kind))), ...knownKinds];
}

/** Group of an apiVersion; empty for the core. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? (apiVersion.split("/")[0] as string) : "";
}

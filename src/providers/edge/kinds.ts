/** What the provider knows of a kind beforehand; plural, scope and version are asked of the server. */
export interface KnownKind {
  readonly group: string;
  readonly kind: string;
  /** Word in addresses; the group is added where two groups have the same kind. */
  readonly word: string;
  /** Conditions that must be True; empty: ready once stored. `status.ready` stands for that boolean field. */
  readonly ready: readonly string[];
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

function known(group: string, kind: string, more: Partial<Omit<KnownKind, "group" | "kind">> = {}): KnownKind {
  const word = kind.toLowerCase();
  return { group, kind, word, ready: [], awaited: true, immutable: [], keyedLists: {}, ...more };
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
  known(dns, "DNSZone", { ready: ["Accepted", "Programmed"], immutable: ["spec.domainName"] }),
  known(dns, "DNSRecordSet", { ready: ["Accepted", "Programmed"] }),
  known(gateway, "Gateway", { ready: ["Accepted", "Programmed"], keyedLists: { "spec.listeners": "name" } }),
  known(gateway, "HTTPRoute"),
  known(networking, "HTTPProxy", { ready: ["Accepted", "Programmed"] }),
  known(networking, "TrafficProtectionPolicy"),
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

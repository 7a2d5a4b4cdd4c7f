import type { JsonObject } from "../core/json.ts";
import type { Problem, Source } from "../core/problem.ts";
import type { Document } from "./document.ts";

/** What people call a manifest: `namespace/name` (`default/web`); cluster-scoped ones have an empty namespace (`/dfw`). */
export type ObjectName = string;

/** A Location after checking: where things may run, and which provider serves it. */
export interface Location {
  readonly name: string;
  readonly namespace: string;
  readonly cityCode: string;
  readonly className: string;
  /** Present when Google Compute Engine serves it. */
  readonly gcp?: { readonly projectId: string; readonly region: string; readonly zone: string };
  readonly document: Document;
}

/** A Network after defaults. */
export interface Network {
  readonly name: string;
  readonly namespace: string;
  readonly ipv4Range: string;
  /** The IPv6 range that the manifest names; empty for none. */
  readonly ipv6Range: string;
  readonly ipFamilies: readonly ("IPv4" | "IPv6")[];
  readonly mtu: number;
  readonly document: Document;
}

/** A network present in a location because at least one interface needs it there. */
export interface Presence {
  readonly network: Network;
  readonly location: Location;
  /** `<namespace>/<network>@<location namespace>/<location>`: the allocation key. */
  readonly key: string;
  /** IPv4 block, e.g. `10.128.0.0/20`. */
  readonly block: string;
  /** The network's IPv6 prefix and the block of it that this location has; absent where it carries no IPv6. */
  readonly ipv6?: { readonly prefix: string; readonly block: string };
}

/**
 * The word under which resources of any provider say that they make a network, for Resource.provides and needs.
 * With a control plane, it is the network on that one alone, so that another which is down keeps nothing back.
 */
export function networkToken(network: Pick<Network, "namespace" | "name">, controlPlane = ""): string {
  return `network ${network.namespace}/${network.name}${controlPlane === "" ? "" : ` on ${controlPlane}`}`;
}

/** The word for a network's presence in one location. */
export function presenceToken(presence: Pick<Presence, "key">): string {
  return `presence ${presence.key}`;
}

/** One port of an inline network policy after named ports were resolved. */
export interface PolicyPort {
  readonly protocol: "tcp" | "udp" | "sctp";
  /** Absent: the whole protocol. */
  readonly from?: number;
  readonly to?: number;
}

/** What an ingress rule of an interface lets in, independent of the provider. */
export interface FirewallIntent {
  readonly deployment: Deployment;
  readonly network: Network;
  readonly interfaceIndex: number;
  readonly ruleIndex: number;
  /** Empty: every protocol and port. */
  readonly ports: readonly PolicyPort[];
  /** CIDRs; `0.0.0.0/0` and `::/0`, as far as the network carries them, when the rule names no source. */
  readonly sourceRanges: readonly string[];
  /** CIDRs carved out of the ranges above (`except`). */
  readonly exceptRanges: readonly string[];
  /** The same, each block with its own exceptions: what one leaves out, another may let in. */
  readonly sources: readonly { readonly cidr: string; readonly except: readonly string[] }[];
  readonly source: Source;
}

/** One disk of an instance in manifest order. */
export interface DiskIntent {
  readonly volume: string;
  readonly deviceName: string;
  readonly type: string;
  /** Undefined: the image's own size. */
  readonly sizeGib: number | undefined;
  /** Image name of the catalog when the disk boots or is populated from an image. */
  readonly image: string | undefined;
  readonly filesystem: string | undefined;
  readonly boot: boolean;
  readonly source: Source;
  /** Where each field is written; the disk itself where it is left out. */
  readonly fieldSources: Readonly<Record<"image" | "type" | "sizeGib" | "deviceName", Source>>;
}

/** Workload × placement × city: the unit of rollout. */
export interface Deployment {
  /** `<workload>-<placement>-<lower-case city>`. */
  readonly name: string;
  readonly namespace: string;
  readonly workload: string;
  readonly placement: string;
  readonly cityCode: string;
  readonly location: Location;
  readonly replicas: number;
  /** Instances that may change side by side. */
  readonly rolloutWidth: number;
  /** How long one instance may take to run before the rollout stops; absent takes the configured time. */
  readonly progressDeadlineMs?: number;
  readonly runtime: "sandbox" | "virtualMachine";
  readonly instanceType: string;
  readonly networks: readonly Network[];
  readonly disks: readonly DiskIntent[];
  /** The template's spec with defaults, for what a provider reads further (containers, volumes, mounts). */
  readonly template: JsonObject;
  readonly templateMetadata: JsonObject;
  readonly annotations: Readonly<Record<string, string>>;
  /** ConfigMaps and Secrets the template refers to, by name (same namespace). */
  readonly configMaps: Readonly<Record<string, Document>>;
  readonly secrets: Readonly<Record<string, Document>>;
  readonly document: Document;
}

/** One copy of a deployment. */
export interface Instance {
  /** `<deployment>-<ordinal>`. */
  readonly name: string;
  readonly ordinal: number;
  readonly deployment: Deployment;
}

/** The whole wanted state, expanded and free of provider words. Every list is sorted by name. */
export interface Fleet {
  readonly name: string;
  readonly locations: readonly Location[];
  readonly networks: readonly Network[];
  readonly presences: readonly Presence[];
  readonly deployments: readonly Deployment[];
  readonly instances: readonly Instance[];
  readonly firewalls: readonly FirewallIntent[];
  /** All managed documents, for providers that apply objects as written. */
  readonly documents: readonly Document[];
  /** What expansion found wrong (an exhausted range, colliding names). */
  readonly problems: readonly Problem[];
}

import type { Json } from "../../core/json.ts";
import type { Force } from "../../core/resource.ts";
import type { Kind } from "./kinds.ts";

/** What one field's change costs; a function where it depends on the values. */
type Cost = Force | ((before: Json | undefined, after: Json | undefined) => Force);

/**
 * The update matrix: path → cost. The longest path that leads to the field decides; `[]` stands for any place in a list.
 * A field without a row costs a replacement, so that nothing new is ever changed in a way nobody thought about.
 */
export const matrix: Readonly<Record<Kind, Readonly<Record<string, Cost>>>> = {
  network: {
    autoCreateSubnetworks: "replace",
    mtu: "nothing",
    routingMode: "nothing",
    enableUlaInternalIpv6: "nothing",
    internalIpv6Range: onceOnly,
  },
  subnetwork: {
    region: "replace",
    network: "replace",
    ipCidrRange: (before, after) => (isWider(before, after) ? "nothing" : "replace"),
    stackType: stackCost,
    ipv6AccessType: onceOnly,
    flowLogs: "nothing",
  },
  firewall: {
    network: "replace",
    direction: "replace",
    priority: "nothing",
    sourceRanges: "nothing",
    targetTags: "nothing",
    allowed: (before, after) => (before === undefined || after === undefined ? "replace" : "nothing"),
    denied: (before, after) => (before === undefined || after === undefined ? "replace" : "nothing"),
    disabled: "nothing",
    sourceTags: "replace",
    sourceServiceAccounts: "replace",
    targetServiceAccounts: "replace",
    destinationRanges: "replace",
  },
  router: {
    region: "replace",
    network: "replace",
    nats: "nothing",
  },
  // A route is never changed, only made anew.
  route: {
    network: "replace",
    destRange: "replace",
    priority: "replace",
    tags: "replace",
    nextHopGateway: "replace",
    nextHopInstance: "replace",
    nextHopIp: "replace",
  },
  disk: {
    zone: "replace",
    type: "replace",
    image: "replace",
    sizeGib: (before, after) => (isMore(before, after) ? "nothing" : "replace"),
    labels: "nothing",
  },
  instance: {
    zone: "replace",
    hostname: "replace",
    canIpForward: "replace",
    "bootDisk.image": "replace",
    "bootDisk.type": "replace",
    "bootDisk.deviceName": "replace",
    "bootDisk.sizeGib": (before, after) => (isMore(before, after) ? "nothing" : "replace"),
    networkInterfaces: "replace",
    "networkInterfaces[].externalAddress": "nothing",
    "networkInterfaces[].externalIpv6Address": "nothing",
    "networkInterfaces[].stackType": stackCost,
    machineType: "restart",
    minCpuPlatform: "restart",
    serviceAccount: "restart",
    // Only read while booting.
    "metadata.user-data": "restart",
    "metadata.plumbline-secrets": "restart",
    metadata: "nothing",
    status: "nothing",
    labels: "nothing",
    tags: "nothing",
    deletionProtection: "nothing",
    dataDisks: "nothing",
  },
};

/** What it costs to change this field from one value to the other. */
export function forceOf(kind: Kind, path: string, before: Json | undefined, after: Json | undefined): Force {
  const rows = matrix[kind];
  let prefix = path.replace(/\[\d+\]/g, "[]");
  for (;;) {
    const cost = Object.hasOwn(rows, prefix) ? rows[prefix] : undefined;
    if (cost !== undefined) return typeof cost === "function" ? cost(before, after) : cost;
    const shorter = prefix.replace(/(\.[^.[\]]+|\[\])$/, "");
    if (shorter === prefix) return "replace";
    prefix = shorter;
  }
}

/** What may be set later and never be changed after that. */
function onceOnly(before: Json | undefined): Force {
  return before === undefined ? "nothing" : "replace";
}

/** IPv6 comes and goes beside IPv4; with IPv6 alone one has to begin. Nothing said is plain IPv4. */
function stackCost(before: Json | undefined, after: Json | undefined): Force {
  return [before, after].includes("IPV6_ONLY") ? "replace" : "nothing";
}

function isMore(before: Json | undefined, after: Json | undefined): boolean {
  return typeof before === "number" && typeof after === "number" && after > before;
}

/** Whether one IPv4 block holds the other: a range can only be widened while it is in use. */
function isWider(before: Json | undefined, after: Json | undefined): boolean {
  const inner = blockOf(before);
  const outer = blockOf(after);
  if (inner === undefined || outer === undefined || outer.prefix > inner.prefix) return false;
  const size = 2 ** (32 - outer.prefix);
  return Math.floor(inner.start / size) === Math.floor(outer.start / size);
}

function blockOf(value: Json | undefined): { readonly start: number; readonly prefix: number } | undefined {
  const match = typeof value === "string" ? /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(value) : null;
  if (match === null) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, prefix = 0] = match.slice(1).map(Number);
  return { start: a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d, prefix };
}

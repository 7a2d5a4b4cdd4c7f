import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { Json, JsonObject } from "../../../core/json.ts";
import { compareText } from "../../../core/problem.ts";
import { objectAt, objectsAt, textAt, textsAt } from "../boot/template.ts";
import type { Kind } from "../kinds.ts";
import { specLabels } from "../marker.ts";
import { lastOf, partialOf } from "../names.ts";

const longestShown = 100;

/** A live thing in the shape of our specs, so that equal means equal. */
export function stateOf(kind: Kind, live: JsonObject): JsonObject {
  return states[kind](live);
}

const states: Readonly<Record<Kind, (live: JsonObject) => JsonObject>> = {
  network: (live) => ({
    name: textAt(live, "name"),
    autoCreateSubnetworks: live.autoCreateSubnetworks === true,
    // Left out by the server when it is the usual one.
    mtu: typeof live.mtu === "number" ? live.mtu : 1460,
    routingMode: textAt(objectAt(live, "routingConfig"), "routingMode") || "REGIONAL",
    ...(live.enableUlaInternalIpv6 === true ? { enableUlaInternalIpv6: true } : {}),
    ...said(live, "internalIpv6Range", shortened),
    ...listed("peerings", objectsAt(live, "peerings"), (peering) => partialOf(textAt(peering, "network"))),
  }),
  subnetwork: (live) => ({
    name: textAt(live, "name"),
    region: lastOf(textAt(live, "region")),
    network: partialOf(textAt(live, "network")),
    ...said(live, "ipCidrRange"),
    stackType: textAt(live, "stackType") || "IPV4_ONLY",
    ...said(live, "ipv6AccessType"),
    ...flowLogs(objectAt(live, "logConfig")),
    ...listed("secondaryRanges", objectsAt(live, "secondaryIpRanges"), (range) => textAt(range, "ipCidrRange")),
  }),
  firewall: (live) => ({
    name: textAt(live, "name"),
    network: partialOf(textAt(live, "network")),
    direction: textAt(live, "direction"),
    priority: typeof live.priority === "number" ? live.priority : 1000,
    sourceRanges: [...textsAt(live, "sourceRanges")].sort(compareText),
    targetTags: [...textsAt(live, "targetTags")].sort(compareText),
    ...rules(live, "allowed"),
    ...rules(live, "denied"),
    disabled: live.disabled === true,
    ...strays(live),
  }),
  router: (live) => ({
    name: textAt(live, "name"),
    region: lastOf(textAt(live, "region")),
    network: partialOf(textAt(live, "network")),
    nats: objectsAt(live, "nats").map(natState),
  }),
  route: (live) => ({
    name: textAt(live, "name"),
    network: partialOf(textAt(live, "network")),
    destRange: textAt(live, "destRange"),
    priority: typeof live.priority === "number" ? live.priority : 1000,
    ...Object.assign({}, ...nextHops.map((hop) => said(live, hop, partialOf))),
    ...(textsAt(live, "tags").length === 0 ? {} : { tags: [...textsAt(live, "tags")].sort(compareText) }),
  }),
  disk: (live) => ({
    name: textAt(live, "name"),
    zone: lastOf(textAt(live, "zone")),
    type: lastOf(textAt(live, "type")),
    sizeGib: Number(live.sizeGb ?? 0),
    labels: specLabels(objectAt(live, "labels")),
  }),
  instance: instanceState,
};

const nextHops = ["Gateway", "Instance", "Ip", "Ilb", "Network", "Peering", "VpnTunnel"].map((hop) => `nextHop${hop}`);

/** An address translation; ports that are not told are as many as usual. */
function natState(nat: JsonObject): JsonObject {
  const log = objectAt(nat, "logConfig");
  return {
    ...{ name: textAt(nat, "name"), natIpAllocateOption: textAt(nat, "natIpAllocateOption") },
    sourceSubnetworkIpRangesToNat: textAt(nat, "sourceSubnetworkIpRangesToNat"),
    minPortsPerVm: typeof nat.minPortsPerVm === "number" && nat.minPortsPerVm > 0 ? nat.minPortsPerVm : 64,
    ...(log.enable === true ? { logFilter: textAt(log, "filter") || "ALL" } : {}),
  };
}

/** A field that the server has said; nothing when it is left out. */
function said(live: JsonObject, field: string, normal: (text: string) => string = (text) => text): JsonObject {
  const text = textAt(live, field);
  return text === "" ? {} : { [field]: normal(text) };
}

/** Flow logs that are on; what the server leaves out is what it uses then. */
function flowLogs(config: JsonObject): JsonObject {
  if (config.enable !== true) return {};
  const sampling = typeof config.flowSampling === "number" ? Math.round(config.flowSampling * 1_000) / 1_000 : 0.5;
  const interval = textAt(config, "aggregationInterval") || "INTERVAL_5_SEC";
  return { flowLogs: { sampling, interval, metadata: textAt(config, "metadata") || "EXCLUDE_ALL_METADATA" } };
}

/** What a list says of each of its items; nothing when it is empty. */
function listed(field: string, items: readonly JsonObject[], text: (item: JsonObject) => string): JsonObject {
  return items.length === 0 ? {} : { [field]: items.map(text).sort(compareText) };
}

/** The server writes IPv6 ranges in full; manifests as people do. */
function shortened(range: string): string {
  const [address = "", prefix = ""] = range.split("/");
  return address.includes(":") ? `${new URL(`http://[${address}]`).hostname.slice(1, -1)}/${prefix}` : range;
}

function rules(live: JsonObject, field: "allowed" | "denied"): JsonObject {
  const list = objectsAt(live, field);
  if (list.length === 0) return {};
  const plain = list.map((rule) => {
    const ports = textsAt(rule, "ports");
    const protocol = textAt(rule, "IPProtocol");
    return ports.length === 0 ? { IPProtocol: protocol } : { IPProtocol: protocol, ports: [...ports].sort(byNumber) };
  });
  return { [field]: plain.sort((left, right) => compareText(left.IPProtocol, right.IPProtocol)) };
}

function byNumber(left: string, right: string): number {
  return Number.parseInt(left, 10) - Number.parseInt(right, 10) || compareText(left, right);
}

/** Ways to match that we never use: whoever set them opened or closed something. */
function strays(live: JsonObject): JsonObject {
  const fields = ["sourceTags", "sourceServiceAccounts", "targetServiceAccounts", "destinationRanges"];
  const found = fields.filter((field) => textsAt(live, field).length > 0);
  return Object.fromEntries(found.map((field) => [field, [...textsAt(live, field)].sort(compareText)]));
}

function instanceState(live: JsonObject): JsonObject {
  const metadata = metadataState(live);
  const disks = objectsAt(live, "disks");
  const boot = disks.find((disk) => disk.boot === true) ?? disks[0];
  const account = objectsAt(live, "serviceAccounts")[0];
  return {
    name: textAt(live, "name"),
    zone: lastOf(textAt(live, "zone")),
    status: wantedStatus(textAt(live, "status")),
    machineType: lastOf(textAt(live, "machineType")),
    ...(textAt(live, "hostname") === "" ? {} : { hostname: textAt(live, "hostname") }),
    canIpForward: live.canIpForward === true,
    deletionProtection: live.deletionProtection === true,
    tags: [...textsAt(objectAt(live, "tags"), "items")].sort(compareText),
    labels: specLabels(objectAt(live, "labels")),
    metadata: shownMetadata(metadata),
    bootDisk: bootState(boot, metadata["plumbline-boot"]),
    dataDisks: disks
      .filter((disk) => disk !== boot)
      .map((disk) => ({ deviceName: textAt(disk, "deviceName"), source: partialOf(textAt(disk, "source")) }))
      .sort((left, right) => compareText(left.deviceName, right.deviceName)),
    networkInterfaces: objectsAt(live, "networkInterfaces").map((nic) => ({
      network: partialOf(textAt(nic, "network")),
      subnetwork: partialOf(textAt(nic, "subnetwork")),
      externalAddress: objectsAt(nic, "accessConfigs").length > 0,
      ...(["", "IPV4_ONLY"].includes(textAt(nic, "stackType")) ? {} : { stackType: textAt(nic, "stackType") }),
      ...(objectsAt(nic, "ipv6AccessConfigs").length > 0 ? { externalIpv6Address: true } : {}),
    })),
    ...(account === undefined ? {} : { serviceAccount: textAt(account, "email") }),
    ...(textAt(live, "minCpuPlatform") === "" ? {} : { minCpuPlatform: textAt(live, "minCpuPlatform") }),
  };
}

/** What runs or is on its way to running is as wanted; anything else is not. */
function wantedStatus(status: string): string {
  return ["RUNNING", "PROVISIONING", "STAGING", "PENDING", "REPAIRING"].includes(status) ? "RUNNING" : status;
}

function metadataState(live: JsonObject): Readonly<Record<string, string>> {
  const items = objectsAt(objectAt(live, "metadata"), "items");
  return Object.fromEntries(items.map((item) => [textAt(item, "key"), textAt(item, "value")]));
}

/** Metadata as it may be shown and kept: long texts and keys that let people in by their digest alone. */
export function shownMetadata(metadata: Readonly<Record<string, Json>>): JsonObject {
  const shown = Object.entries(metadata).map(([key, value]) => {
    const text = String(value);
    if (key.includes("ssh-keys")) return [key, `(redacted, sha256 ${sha256(text)})`] as const;
    const isShort = text.length <= longestShown && !text.includes("\n");
    return [key, isShort ? text : `(${Buffer.byteLength(text)} bytes, sha256 ${sha256(text)})`] as const;
  });
  return Object.fromEntries(shown.sort(([left], [right]) => compareText(left, right)));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function bootState(boot: JsonObject | undefined, made: string | undefined): JsonObject {
  const size = Number(boot?.diskSizeGb ?? 0);
  const [type, image] = made?.split(" ") ?? [];
  return {
    // A machine we did not make may call its boot disk what it likes.
    ...(type === undefined || image === undefined ? {} : { deviceName: textAt(boot, "deviceName"), type, image }),
    ...(size > 0 ? { sizeGib: size } : {}),
  };
}

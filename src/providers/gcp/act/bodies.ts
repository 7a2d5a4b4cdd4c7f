import { withoutReferences } from "../../../core/identity.ts";
import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import type { Marker, Resource } from "../../../core/resource.ts";
import { objectAt, objectsAt, textAt } from "../boot/template.ts";
import { type Kind, placeOf } from "../kinds.ts";
import { markerDescription, markerLabels } from "../marker.ts";

/** The name every access configuration of ours has. */
export const accessConfigName = "External NAT";

/** The body that makes a thing. */
export function bodyOf(resource: Resource, marker: Marker): JsonObject {
  return bodies[resource.kind as Kind](withoutReferences(resource.spec) as JsonObject, marker, resource);
}

type Body = (spec: JsonObject, marker: Marker, resource: Resource) => JsonObject;

const bodies: Readonly<Record<Kind, Body>> = {
  network: (spec, marker) => ({
    ...pick(spec, ["name", "autoCreateSubnetworks", "mtu", "enableUlaInternalIpv6", "internalIpv6Range"]),
    description: markerDescription(marker, undefined),
    routingConfig: { routingMode: spec.routingMode ?? "REGIONAL" },
  }),
  subnetwork: (spec, marker) => ({
    ...pick(spec, ["name", "network", "ipCidrRange", "stackType", "ipv6AccessType"]),
    description: markerDescription(marker, textAt(spec, "allocation")),
    purpose: "PRIVATE",
    ...(isObject(spec.flowLogs) ? { logConfig: flowLogsBody(spec) } : {}),
  }),
  router: (spec, marker) => ({
    ...pick(spec, ["name", "network"]),
    description: markerDescription(marker, undefined),
    nats: natBodies(spec),
  }),
  route: (spec, marker) => ({
    ...pick(spec, ["name", "network", "destRange", "priority", "nextHopGateway", "nextHopInstance", "nextHopIp"]),
    description: markerDescription(marker, undefined),
  }),
  firewall: firewallBody,
  disk: (spec, marker, resource) => ({
    name: spec.name ?? "",
    type: `${zonePath(resource)}/diskTypes/${textAt(spec, "type")}`,
    labels: { ...objectAt(spec, "labels"), ...markerLabels(marker) },
    ...(spec.sizeGib === undefined ? {} : { sizeGb: String(spec.sizeGib) }),
    ...(spec.image === undefined ? {} : { sourceImage: spec.image }),
  }),
  instance: instanceBody,
};

/** Flow logs in the API's form, on or off. */
export function flowLogsBody(spec: JsonObject): JsonObject {
  if (!isObject(spec.flowLogs)) return { enable: false };
  const { sampling: flowSampling = 0.5, interval: aggregationInterval = "", metadata = "" } = spec.flowLogs;
  return { enable: true, flowSampling, aggregationInterval, metadata };
}

/** A firewall's body; the same for making and for changing. */
export function firewallBody(spec: JsonObject, marker: Marker): JsonObject {
  return {
    ...pick(spec, ["name", "network", "direction", "priority", "sourceRanges", "targetTags"]),
    ...pick(spec, ["allowed", "denied", "disabled"]),
    description: markerDescription(marker, undefined),
  };
}

/** Address translations in the API's form; the list is always sent whole. */
export function natBodies(spec: JsonObject): JsonObject[] {
  return objectsAt(spec, "nats").map((nat) => {
    const { logFilter, ...rest } = nat;
    const log = typeof logFilter === "string" ? { enable: true, filter: logFilter } : { enable: false, filter: "ALL" };
    return { ...rest, logConfig: log };
  });
}

function instanceBody(spec: JsonObject, marker: Marker, resource: Resource): JsonObject {
  const zone = zonePath(resource);
  return {
    ...pick(spec, ["name", "hostname", "canIpForward", "deletionProtection", "minCpuPlatform"]),
    machineType: `${zone}/machineTypes/${textAt(spec, "machineType")}`,
    tags: { items: spec.tags ?? [] },
    labels: { ...objectAt(spec, "labels"), ...markerLabels(marker) },
    metadata: { items: metadataItems(spec) },
    disks: [bootDisk(spec, zone), ...objectsAt(spec, "dataDisks").map(attachedDisk)],
    networkInterfaces: objectsAt(spec, "networkInterfaces").map((nic) => ({
      ...pick(nic, ["network", "subnetwork", "stackType"]),
      ...(nic.externalAddress === true ? { accessConfigs: [accessConfig] } : {}),
      ...(nic.externalIpv6Address === true ? { ipv6AccessConfigs: [ipv6AccessConfig] } : {}),
    })),
    ...serviceAccounts(spec),
  };
}

/** One ephemeral external address. */
export const accessConfig: JsonObject = { name: accessConfigName, type: "ONE_TO_ONE_NAT", networkTier: "PREMIUM" };

/** One external range of IPv6 addresses out of the subnetwork's. */
export const ipv6AccessConfig: JsonObject = { name: "External IPv6", type: "DIRECT_IPV6", networkTier: "PREMIUM" };

/** Metadata in the API's form. */
export function metadataItems(spec: JsonObject): Json {
  return Object.entries(objectAt(spec, "metadata")).map(([key, value]) => ({ key, value }));
}

/** A data disk as it is attached; it outlives the instance. */
export function attachedDisk(disk: JsonObject): JsonObject {
  return {
    ...pick(disk, ["deviceName", "source"]),
    type: "PERSISTENT",
    mode: "READ_WRITE",
    boot: false,
    autoDelete: false,
  };
}

function bootDisk(spec: JsonObject, zone: string): JsonObject {
  const boot = objectAt(spec, "bootDisk");
  const size = boot.sizeGib === undefined ? {} : { diskSizeGb: String(boot.sizeGib) };
  return {
    ...{ boot: true, autoDelete: true, type: "PERSISTENT", mode: "READ_WRITE", deviceName: boot.deviceName ?? "" },
    initializeParams: { sourceImage: boot.image ?? "", diskType: `${zone}/diskTypes/${textAt(boot, "type")}`, ...size },
  };
}

function serviceAccounts(spec: JsonObject): JsonObject {
  const email = textAt(spec, "serviceAccount");
  if (email === "") return {};
  return { serviceAccounts: [{ email, scopes: ["https://www.googleapis.com/auth/cloud-platform"] }] };
}

/** `projects/p/zones/z` of the place a zonal thing stands in. */
export function zonePath({ key }: Pick<Resource, "key">): string {
  const { project, area } = placeOf(key);
  return `projects/${project}/zones/${area}`;
}

function pick(value: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.flatMap((name) => (value[name] === undefined ? [] : [[name, value[name] as Json]])));
}

/** The wanted labels over the living ones; labels of others stay. */
export function mergedLabels(live: JsonObject, spec: JsonObject, marker: Marker): JsonObject {
  const others = Object.entries(objectAt(live, "labels")).filter(([name]) => !name.startsWith("plumbline-"));
  const own = isObject(spec.labels) ? spec.labels : {};
  return { ...Object.fromEntries(others), ...own, ...markerLabels(marker) };
}

import type { JsonObject } from "../../../core/json.ts";
import type { Call } from "../call.ts";
import { invalidValue, required } from "../failure.ts";
import { checkLabels } from "../generic.ts";
import type { ResourceKind } from "../kind.ts";
import { machineNamed } from "../machine-types.ts";
import { lastSegment, linkOf, type Place } from "../reference.ts";
import { objectOf, objectsOf, textOf, textsOf } from "../values.ts";
import { checkMetadata, metadataBody, schedulingBody } from "./instance-fields.ts";
import { referenced } from "./references.ts";

const common = {
  collection: "instanceTemplates",
  kind: "compute#instanceTemplate",
  label: "instance_template",
  parameter: "instanceTemplate",
  refusal: "request",
  types: { insert: "compute.instanceTemplates.insert", delete: "compute.instanceTemplates.delete" },
  userOf: (world, stored) => [...world.usersOf(stored.path)].sort()[0],
  make: (call, place) => filled(call, place),
} as const satisfies Omit<ResourceKind, "service">;

/** Templates of the whole project; they are never changed. */
export const instanceTemplates: ResourceKind = { service: "InstanceTemplates", ...common };

/** Templates of a region. */
export const regionInstanceTemplates: ResourceKind = { service: "RegionInstanceTemplates", ...common };

function filled(call: Call, place: Place): JsonObject {
  const sent = objectOf(call.body, "properties");
  const machine = textOf(sent, "machineType");
  if (machine === undefined) throw required("resource.properties.machineType");
  if (machineNamed(lastSegment(machine)) === undefined) {
    throw invalidValue("resource.properties.machineType", machine, "The referenced machine type cannot be found.");
  }
  if (objectsOf(sent, "disks").length === 0) throw required("resource.properties.disks");
  checkLabels(objectOf(sent, "labels"));
  checkMetadata(undefined, objectOf(sent, "metadata"));
  const disks = objectsOf(sent, "disks").map((disk, index) => ({
    kind: "compute#attachedDisk",
    ...disk,
    type: textOf(disk, "type") ?? "PERSISTENT",
    mode: textOf(disk, "mode") ?? "READ_WRITE",
    deviceName: textOf(disk, "deviceName") ?? `persistent-disk-${index}`,
    index,
    boot: disk.boot ?? index === 0,
    autoDelete: disk.autoDelete ?? false,
  }));
  const tags = textsOf(objectOf(sent, "tags"), "items");
  return {
    ...call.body,
    description: call.body.description ?? "",
    properties: {
      ...sent,
      ...(tags.length === 0 ? {} : { tags: { items: tags } }),
      canIpForward: sent.canIpForward ?? false,
      disks,
      networkInterfaces: objectsOf(sent, "networkInterfaces").map((nic, index) => interfaceBody(call, nic, index)),
      metadata: metadataBody(objectOf(sent, "metadata"), `${place.project}/${place.scope}/${place.name}`),
      scheduling: schedulingBody(objectOf(sent, "scheduling")),
    },
  };
}

function interfaceBody(call: Call, nic: JsonObject, index: number): JsonObject {
  const field = `resource.properties.networkInterfaces[${index}]`;
  const network =
    nic.network === undefined && nic.subnetwork !== undefined
      ? undefined
      : referenced(call, `${field}.network`, nic.network ?? "global/networks/default", "networks", "network");
  const subnetwork =
    nic.subnetwork === undefined
      ? undefined
      : referenced(call, `${field}.subnetwork`, nic.subnetwork, "subnetworks", "subnetwork");
  const configs = objectsOf(nic, "accessConfigs").map((config) => ({
    kind: "compute#accessConfig",
    name: "External NAT",
    type: "ONE_TO_ONE_NAT",
    networkTier: "PREMIUM",
    ...config,
  }));
  return {
    kind: "compute#networkInterface",
    ...nic,
    ...(network === undefined ? {} : { network: linkOf(network.path) }),
    ...(subnetwork === undefined ? {} : { subnetwork: linkOf(subnetwork.path) }),
    name: `nic${index}`,
    ...(configs.length === 0 ? {} : { accessConfigs: configs }),
  };
}

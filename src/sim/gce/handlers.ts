import type { JsonObject } from "../../core/json.ts";
import type { Call, Handler } from "./call.ts";
import type { Effect } from "./effects.ts";
import { inUseText, notFound } from "./failure.ts";
import { deleteResource, insertResource, patchResource, resourceOf, setLabels } from "./generic.ts";
import type { ResourceKind } from "./kind.ts";
import { aggregatedAnswer, listAnswer, scopesOf } from "./list.ts";
import { operationHandlers } from "./operation-handlers.ts";
import { publicProjects } from "./public-images.ts";
import { addresses, globalAddresses } from "./resources/addresses.ts";
import { bulkInsert } from "./resources/bulk-insert.ts";
import { disks, resizeDisk } from "./resources/disks.ts";
import { firewalls } from "./resources/firewalls.ts";
import * as geography from "./resources/geography-resources.ts";
import { groupHandlers, managerHandlers } from "./resources/group-handlers.ts";
import { instanceGroupManagers } from "./resources/group-managers.ts";
import { deprecateImage, getFromFamily, images, imagesOf } from "./resources/images.ts";
import * as groups from "./resources/instance-groups.ts";
import * as lifecycle from "./resources/instance-lifecycle.ts";
import * as more from "./resources/instance-more.ts";
import * as settings from "./resources/instance-settings.ts";
import { instanceTemplates, regionInstanceTemplates } from "./resources/instance-templates.ts";
import { deleteInstance, instances } from "./resources/instances.ts";
import { updateNetworkInterface } from "./resources/interface-settings.ts";
import { recreateInstance } from "./resources/managed-instances.ts";
import { networks } from "./resources/networks.ts";
import * as peerings from "./resources/peerings.ts";
import { policyHandlers } from "./resources/policies.ts";
import { projectGet, setCommonInstanceMetadata } from "./resources/projects.ts";
import { natMappings, routerStatus, routers } from "./resources/routers.ts";
import { routes } from "./resources/routes.ts";
import { createSnapshot, snapshots } from "./resources/snapshots.ts";
import { expandIpCidrRange, setPrivateIpGoogleAccess, subnetworks } from "./resources/subnetworks.ts";
import { listUsable } from "./resources/usable.ts";

const { instanceGroups } = groups;

const kinds: readonly ResourceKind[] = [
  addresses,
  disks,
  firewalls,
  globalAddresses,
  images,
  instanceGroupManagers,
  instanceGroups,
  instances,
  instanceTemplates,
  networks,
  { ...instanceGroupManagers, service: "RegionInstanceGroupManagers" },
  regionInstanceTemplates,
  routers,
  routes,
  snapshots,
  subnetworks,
];

/** Every request that is answered, by `Service.Method`; what else the description knows is answered with 501. */
export const handlers: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ...kinds.flatMap(genericHandlers),
  ...[disks, images, instances, instanceTemplates, snapshots, subnetworks].flatMap(policyHandlers),
  ...genericHandlers({ ...instanceGroups, service: "RegionInstanceGroups" }).filter(([rpc]) =>
    /\.(Get|List)$/.test(rpc),
  ),
  ...operationHandlers,
  ...placeHandlers(),
  ["Projects.Get", projectGet],
  ["Projects.SetCommonInstanceMetadata", setCommonInstanceMetadata],
  ["Projects.GetXpnHost", () => ({})],
  ["Projects.GetXpnResources", () => ({ kind: "compute#projectsGetXpnResources" })],
  ["Disks.Resize", resizeDisk],
  ["Disks.CreateSnapshot", createSnapshot],
  ["Images.Deprecate", deprecateImage],
  ["Networks.AddPeering", peerings.addPeering],
  ["Networks.UpdatePeering", peerings.updatePeering],
  ["Networks.RemovePeering", peerings.removePeering],
  ["Networks.SwitchToCustomMode", peerings.switchToCustomMode],
  ["Networks.GetEffectiveFirewalls", peerings.networkFirewalls],
  ["Subnetworks.ListUsable", listUsable],
  ["Images.Get", imageGet],
  ["Images.GetFromFamily", getFromFamily],
  ["Images.List", imageList],
  ["ImageFamilyViews.Get", (call) => ({ image: getFromFamily(call) })],
  ["Subnetworks.ExpandIpCidrRange", expandIpCidrRange],
  ["Subnetworks.SetPrivateIpGoogleAccess", setPrivateIpGoogleAccess],
  ["Routers.GetNatMappingInfo", natMappings],
  ["Routers.GetRouterStatus", (call) => routerStatus(resourceOf(call, routers).body)],
  ["InstanceGroups.Delete", groups.deleteInstanceGroup],
  ["InstanceGroups.AddInstances", groups.addGroupInstances],
  ["InstanceGroups.RemoveInstances", groups.removeGroupInstances],
  ...["InstanceGroups", "RegionInstanceGroups"].flatMap(groupHandlers),
  ...["InstanceGroupManagers", "RegionInstanceGroupManagers"].flatMap(managerHandlers),
  ...nothingThere("acceleratorTypes", "compute#acceleratorType", ["AcceleratorTypes"]),
  ...nothingThere("autoscalers", "compute#autoscaler", ["Autoscalers", "RegionAutoscalers"]),
  ["Instances.BulkInsert", bulkInsert],
  ["Instances.Delete", deleteInstance],
  ["Instances.Start", lifecycle.startInstance],
  ["Instances.Stop", lifecycle.stopInstance],
  ["Instances.Suspend", lifecycle.suspendInstance],
  ["Instances.Resume", lifecycle.resumeInstance],
  ["Instances.Reset", lifecycle.resetInstance],
  ["Instances.SetMetadata", settings.setMetadata],
  ["Instances.SetTags", settings.setTags],
  ["Instances.SetMachineType", settings.setMachineType],
  ["Instances.SetServiceAccount", settings.setServiceAccount],
  ["Instances.SetMinCpuPlatform", settings.setMinCpuPlatform],
  ["Instances.SetScheduling", settings.setScheduling],
  ["Instances.SetDeletionProtection", settings.setDeletionProtection],
  ["Instances.UpdateShieldedInstanceConfig", settings.updateShieldedInstanceConfig],
  ["Instances.AttachDisk", settings.attachDisk],
  ["Instances.DetachDisk", settings.detachDisk],
  ["Instances.SetDiskAutoDelete", settings.setDiskAutoDelete],
  ["Instances.AddAccessConfig", settings.addAccessConfig],
  ["Instances.DeleteAccessConfig", settings.deleteAccessConfig],
  ["Instances.UpdateNetworkInterface", updateNetworkInterface],
  ["Instances.GetSerialPortOutput", settings.getSerialPortOutput],
  ["Instances.Insert", more.insertInstance],
  ["Instances.Update", more.updateInstance],
  ["Instances.UpdateAccessConfig", more.updateAccessConfig],
  ["Instances.UpdateDisplayDevice", more.updateDisplayDevice],
  ["Instances.SetName", more.setName],
  ["Instances.SetMachineResources", more.setMachineResources],
  ["Instances.SetShieldedInstanceIntegrityPolicy", more.setIntegrityPolicy],
  ["Instances.AddResourcePolicies", more.addResourcePolicies],
  ["Instances.RemoveResourcePolicies", more.removeResourcePolicies],
  ["Instances.SimulateMaintenanceEvent", more.maintenance("simulateMaintenanceEvent")],
  ["Instances.PerformMaintenance", more.maintenance("performMaintenance")],
  ["Instances.GetGuestAttributes", more.getGuestAttributes],
  ["Instances.GetShieldedInstanceIdentity", more.getShieldedInstanceIdentity],
  ["Instances.GetEffectiveFirewalls", more.instanceFirewalls],
  ["Instances.ListReferrers", more.listReferrers],
]);

/** What happens later, by name. */
export const effects: ReadonlyMap<string, Effect> = new Map<string, Effect>([
  ...lifecycle.instanceEffects,
  ["recreateInstance", recreateInstance],
  ["removeResource", removeResource],
]);

function genericHandlers(kind: ResourceKind): readonly (readonly [string, Handler])[] {
  const { service } = kind;
  const show = (call: Call) => (item: geography.Listed) => {
    const stored = kind.shown === undefined ? undefined : call.world.get(pathOf(call, kind, item));
    return stored === undefined || kind.shown === undefined ? item.body : kind.shown(call.world, stored);
  };
  const list = `${kind.kind}List`;
  return [
    [`${service}.Get`, (call) => shownBody(call, kind)],
    [
      `${service}.List`,
      (call) => {
        const items = call.world.all(call.project, kind.collection).filter((item) => item.scope === call.scope);
        return listAnswer(call, { kind: list, collection: kind.collection, items, show: show(call) });
      },
    ],
    [
      `${service}.AggregatedList`,
      (call) => {
        const items = call.world.all(call.project, kind.collection);
        const aggregated = `${kind.kind}AggregatedList`;
        const source = { kind: aggregated, collection: kind.collection, items, show: show(call) };
        return aggregatedAnswer(call, source, scopesOf(kind.collection));
      },
    ],
    [`${service}.Insert`, (call) => insertResource(call, kind)],
    [`${service}.Delete`, (call) => deleteResource(call, kind)],
    [`${service}.SetLabels`, (call) => setLabels(call, kind)],
    ...(kind.patched === undefined
      ? []
      : ([
          [`${service}.Patch`, (call: Call) => patchResource(call, kind)],
          [`${service}.Update`, (call: Call) => patchResource(call, kind, true)],
        ] as const)),
  ];
}

/** Lists of what cannot be made here, and so is never there; clients look whether a group has it. */
function nothingThere(
  collection: string,
  kind: string,
  services: readonly string[],
): readonly (readonly [string, Handler])[] {
  return services.flatMap(
    (service) =>
      [
        [`${service}.List`, (call: Call) => listAnswer(call, { kind: `${kind}List`, collection, items: [] })],
        [
          `${service}.AggregatedList`,
          (call: Call) => {
            const source = { kind: `${kind}AggregatedList`, collection, items: [] };
            return aggregatedAnswer(call, source, scopesOf(collection));
          },
        ],
      ] as const,
  );
}

function pathOf(call: Call, kind: ResourceKind, item: geography.Listed): string {
  return `projects/${call.project}/${item.scope}/${kind.collection}/${item.name}`;
}

function shownBody(call: Call, kind: ResourceKind): JsonObject {
  const stored = resourceOf(call, kind);
  return kind.shown === undefined ? stored.body : kind.shown(call.world, stored);
}

function imageGet(call: Call): JsonObject {
  const name = call.params.image ?? "";
  const found = imagesOf(call.world, call.project).find((image) => image.name === name || image.id === name);
  if (found === undefined) throw notFound(`projects/${call.project}/global/images/${name}`);
  return found;
}

function imageList(call: Call): JsonObject {
  const items = imagesOf(call.world, call.project)
    .map((body) => ({ scope: "global", name: String(body.name), body }))
    .sort((left, right) => (left.name < right.name ? -1 : 1));
  return listAnswer(call, { kind: "compute#imageList", collection: "images", items });
}

/** Zones, regions, machine types and disk types: read only, the same in every project. */
function placeHandlers(): readonly (readonly [string, Handler])[] {
  const types = (
    collection: string,
    kind: string,
    listed: (project: string, scope?: string) => readonly geography.Listed[],
  ) => {
    const service = `${collection[0]?.toUpperCase()}${collection.slice(1)}`;
    return [
      [
        `${service}.List`,
        (call: Call) => listAnswer(call, { kind: `${kind}List`, collection, items: listed(call.project, call.scope) }),
      ],
      [
        `${service}.AggregatedList`,
        (call: Call) => {
          const source = { kind: `${kind}AggregatedList`, collection, items: listed(call.project) };
          return aggregatedAnswer(call, source, scopesOf(collection));
        },
      ],
    ] as const;
  };
  return [
    ["Zones.Get", geography.zoneGet],
    [
      "Zones.List",
      (call) =>
        listAnswer(call, { kind: "compute#zoneList", collection: "zones", items: geography.zoneList(call.project) }),
    ],
    ["Regions.Get", geography.regionGet],
    [
      "Regions.List",
      (call) =>
        listAnswer(call, { kind: "compute#regionList", collection: "regions", items: geography.regionList(call) }),
    ],
    ["MachineTypes.Get", geography.machineTypeGet],
    ...types("machineTypes", "compute#machineType", geography.machineTypeList),
    ["DiskTypes.Get", geography.diskTypeGet],
    ...types("diskTypes", "compute#diskType", geography.diskTypeList),
  ];
}

/** The end of a delete: refused inside the operation while something else uses the resource. */
function removeResource(world: Parameters<Effect>[0], due: Parameters<Effect>[1]): ReturnType<Effect> {
  const stored = world.get(due.path);
  const kind = kinds.find((one) => one.collection === stored?.collection);
  if (stored === undefined || kind === undefined) return undefined;
  const user = kind.userOf?.(world, stored);
  if (user !== undefined) {
    const message = inUseText(kind.label, stored.path, user);
    return { code: "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE", message, httpStatus: 400, httpMessage: "BAD REQUEST" };
  }
  kind.removed?.(world, stored);
  world.remove(stored.path);
  return undefined;
}

/** Says whether a project exists for its public images alone. */
export function isPublicProject(project: string): boolean {
  return publicProjects.has(project);
}

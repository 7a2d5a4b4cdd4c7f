import type { Json, JsonObject } from "../../../core/json.ts";
import type { Call } from "../call.ts";
import { required } from "../failure.ts";
import { resourceOf, withCommon } from "../generic.ts";
import { zonesOf } from "../geography.ts";
import { emptyFingerprint, fingerprintOf } from "../identity.ts";
import type { ResourceKind } from "../kind.ts";
import { operationOfRequest, startOperation } from "../operations.ts";
import { lastSegment, linkOf, type Place, pathOf } from "../reference.ts";
import type { Stored } from "../resource-table.ts";
import { objectOf, objectsOf, textOf } from "../values.ts";
import type { World } from "../world.ts";
import { instanceGroups } from "./instance-groups.ts";
import { addMembers, deleteMember, memberStatuses, resizeTo, unmanaged } from "./managed-instances.ts";
import { referenced } from "./references.ts";

/** Managers of instance groups: as many instances of a template as wanted. */
export const instanceGroupManagers: ResourceKind = {
  service: "InstanceGroupManagers",
  collection: "instanceGroupManagers",
  kind: "compute#instanceGroupManager",
  label: "instance_group_manager",
  parameter: "instanceGroupManager",
  make: (call, place) => filled(call, place),
  created: (call, stored) => {
    const place = { ...stored, collection: "instanceGroups" };
    const body = {
      description: "",
      namedPorts: call.body.namedPorts ?? [],
      fingerprint: emptyFingerprint,
      members: [],
    };
    call.world.put(place, withCommon(call, instanceGroups, place, body));
    addMembers(call, stored, Number(stored.body.targetSize ?? 0));
    return {};
  },
  removed: (world, stored) => {
    world.remove(pathOf({ ...stored, collection: "instanceGroups" }));
  },
  patched: (call, stored, merged) => {
    const { link, versions } = askedVersions(call, call.body, merged);
    const size = Number(merged.targetSize ?? 0);
    if (call.body.targetSize !== undefined) resizeTo(call, stored, size);
    const body = { ...merged, instanceTemplate: link, versions };
    const { fingerprint: _, ...rest } = body as JsonObject;
    return { ...rest, fingerprint: fingerprintOf(rest) };
  },
  shown: (world, stored) => ({ ...stored.body, ...progress(world, stored) }),
};

function filled(call: Call, place: Place): JsonObject {
  const { body } = call;
  const { link, versions } = askedVersions(call, body, body);
  if (body.targetSize === undefined) throw required("resource.targetSize");
  const policy = objectOf(body, "updatePolicy");
  const fields: JsonObject = {
    ...body,
    baseInstanceName: textOf(body, "baseInstanceName") ?? place.name,
    instanceTemplate: link,
    versions,
    instanceGroup: linkOf(pathOf({ ...place, collection: "instanceGroups" })),
    listManagedInstancesResults: textOf(body, "listManagedInstancesResults") ?? "PAGELESS",
    instanceLifecyclePolicy: {
      forceUpdateOnRepair: "NO",
      defaultActionOnFailure: "REPAIR",
      onFailedHealthCheck: "DEFAULT_ACTION",
      ...objectOf(body, "instanceLifecyclePolicy"),
    },
    standbyPolicy: { mode: "MANUAL", ...objectOf(body, "standbyPolicy") },
    targetStoppedSize: body.targetStoppedSize ?? 0,
    targetSuspendedSize: body.targetSuspendedSize ?? 0,
    updatePolicy: {
      type: "OPPORTUNISTIC",
      minimalAction: "REPLACE",
      replacementMethod: "SUBSTITUTE",
      ...policy,
      maxSurge: calculated(policy, "maxSurge"),
      maxUnavailable: calculated(policy, "maxUnavailable"),
    },
    satisfiesPzi: false,
    satisfiesPzs: false,
    ...regionFields(body, place, policy),
  };
  return { ...fields, fingerprint: fingerprintOf(fields) };
}

/** A manager of a region spreads its machines over the zones. */
function regionFields(body: JsonObject, place: Place, policy: JsonObject): JsonObject {
  if (!place.scope.startsWith("regions/")) return {};
  const asked = objectsOf(objectOf(body, "distributionPolicy"), "zones").map((one) => textOf(one, "zone") ?? "");
  const zones = asked.length > 0 ? asked.map(lastSegment) : zonesOf(lastSegment(place.scope));
  const step = (key: string): JsonObject => ({
    fixed: zones.length,
    calculated: zones.length,
    ...objectOf(policy, key),
  });
  return {
    distributionPolicy: {
      targetShape: "EVEN",
      ...objectOf(body, "distributionPolicy"),
      zones: zones.map((zone) => ({ zone: linkOf(`projects/${place.project}/zones/${zone}`) })),
    },
    updatePolicy: {
      type: "OPPORTUNISTIC",
      minimalAction: "REPLACE",
      replacementMethod: "SUBSTITUTE",
      instanceRedistributionType: "PROACTIVE",
      ...policy,
      maxSurge: step("maxSurge"),
      maxUnavailable: step("maxUnavailable"),
    },
  };
}

function calculated(policy: JsonObject, key: string): JsonObject {
  const given = objectOf(policy, key);
  const fixed = given.fixed ?? (given.percent === undefined ? 1 : undefined);
  return { ...given, ...(fixed === undefined ? {} : { fixed }), calculated: fixed ?? 1 };
}

/** The versions that a request asks for, by themselves or by the one template; what it leaves out is as it was. */
function askedVersions(
  call: Call,
  asked: JsonObject,
  merged: JsonObject,
): { readonly link: string; readonly versions: readonly JsonObject[] } {
  const linked = (value: Json | undefined, field: string): string => {
    if (value === undefined) throw required(field);
    return linkOf(referenced(call, field, value, "instanceTemplates", "instanceTemplate").path);
  };
  const isByTemplate = asked.versions === undefined && asked.instanceTemplate !== undefined;
  const given = isByTemplate ? [] : objectsOf(merged, "versions");
  if (given.length === 0) {
    const link = linked(merged.instanceTemplate, "resource.instanceTemplate");
    return { link, versions: [{ instanceTemplate: link }] };
  }
  const versions = given.map((version, index) => {
    const field = `resource.versions[${index}].instanceTemplate`;
    return { ...version, instanceTemplate: linked(version.instanceTemplate, field) };
  });
  return { link: versions[0]?.instanceTemplate ?? "", versions };
}

/** How many machines each version is to have; the one that says nothing has the rest. */
function countedVersions(versions: readonly JsonObject[], size: number): readonly JsonObject[] {
  const own = versions.map((version) => {
    const { fixed, percent } = objectOf(version, "targetSize");
    if (typeof fixed === "number") return Math.min(fixed, size);
    return typeof percent === "number" ? Math.ceil((size * percent) / 100) : undefined;
  });
  const rest = size - own.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  return versions.map((version, index) => ({
    ...version,
    targetSize: { ...objectOf(version, "targetSize"), calculated: own[index] ?? Math.max(0, rest) },
  }));
}

const actions = [
  "abandoning",
  "creating",
  "creatingWithoutRetries",
  "deleting",
  "none",
  "recreating",
  "refreshing",
  "restarting",
  "resuming",
  "starting",
  "stopping",
  "suspending",
  "verifying",
];

/** What a manager is doing now, read from its instances. */
function progress(world: World, stored: Stored): JsonObject {
  const statuses = memberStatuses(world, stored);
  const counts = Object.fromEntries(actions.map((action) => [action, 0]));
  for (const { action } of statuses) {
    const key = action.toLowerCase();
    counts[key] = (counts[key] ?? 0) + 1;
  }
  const targetSize = Number(stored.body.targetSize ?? 0);
  const isStable = counts.none === statuses.length && statuses.length === targetSize;
  return {
    currentActions: counts,
    status: {
      isStable,
      stateful: { hasStatefulConfig: false, perInstanceConfigs: { allEffective: true } },
      versionTarget: { isReached: true },
      allInstancesConfig: { effective: true },
    },
    versions: countedVersions(objectsOf(stored.body, "versions"), targetSize),
  };
}

/** delete: its instances first. */
export function deleteManager(call: Call): JsonObject {
  const repeated = operationOfRequest(call);
  if (repeated !== undefined) return repeated;
  const stored = resourceOf(call, instanceGroupManagers);
  for (const { path } of memberStatuses(call.world, stored)) deleteMember(call, path);
  return startOperation(call, { type: "delete", target: stored, effect: "removeResource", isLast: true });
}

type Act = (call: Call, stored: Stored, named: readonly string[]) => number;

/** A request about some of a manager's instances; done when it is scheduled, not when the machines are there. */
function managing(type: string, act: Act): (call: Call) => JsonObject {
  return (call) => {
    const repeated = operationOfRequest(call);
    if (repeated !== undefined) return repeated;
    const stored = resourceOf(call, instanceGroupManagers);
    const named = ((call.body.instances as readonly Json[] | undefined) ?? [])
      .filter((one): one is string => typeof one === "string")
      .map((link, index) => referenced(call, `instances[${index}]`, link, "instances", "instance").path);
    const targetSize = act(call, stored, named);
    call.world.merge(stored.path, { targetSize });
    return startOperation(call, { type, target: stored });
  };
}

/** resize. */
export const resizeManager = managing("resize", (call, stored) => {
  const size = Number(call.query.get("size") ?? Number.NaN);
  if (!Number.isInteger(size) || size < 0) throw required("size");
  resizeTo(call, stored, size);
  return size;
});

/** deleteInstances. */
export const deleteManaged = managing("compute.instanceGroupManagers.deleteInstances", (call, stored, named) => {
  for (const path of named) deleteMember(call, path);
  return Number(stored.body.targetSize ?? 0) - named.length;
});

/** abandonInstances. */
export const abandonManaged = managing("compute.instanceGroupManagers.abandonInstances", (call, stored, named) => {
  for (const path of named) unmanaged(call.world, path);
  return Number(stored.body.targetSize ?? 0) - named.length;
});

/** recreateInstances: the same names anew. */
export const recreateManaged = managing("compute.instanceGroupManagers.recreateInstances", (call, stored, named) => {
  for (const path of named) deleteMember(call, path, stored);
  return Number(stored.body.targetSize ?? 0);
});

/** createInstances with names of the caller's choice. */
export const createManaged = managing("compute.instanceGroupManagers.createInstances", (call, stored) => {
  const names = objectsOf(call.body, "instances").map((one) => textOf(one, "name") ?? "");
  addMembers(call, stored, names.length, names);
  return Number(stored.body.targetSize ?? 0) + names.length;
});

/** setInstanceTemplate. */
export function setInstanceTemplate(call: Call): JsonObject {
  const repeated = operationOfRequest(call);
  if (repeated !== undefined) return repeated;
  const stored = resourceOf(call, instanceGroupManagers);
  const asked = call.body.instanceTemplate ?? "";
  const template = referenced(call, "instanceTemplate", asked, "instanceTemplates", "instanceTemplate");
  const instanceTemplate = linkOf(template.path);
  call.world.merge(stored.path, { instanceTemplate, versions: [{ instanceTemplate }] });
  return startOperation(call, { type: "compute.instanceGroupManagers.setInstanceTemplate", target: stored });
}

/** listManagedInstances; no pages, as the default has it. */
export function listManagedInstances(call: Call): JsonObject {
  const stored = resourceOf(call, instanceGroupManagers);
  const managedInstances = memberStatuses(call.world, stored).map(({ path, status, action, id }) => ({
    instance: linkOf(path),
    name: path.slice(path.lastIndexOf("/") + 1),
    id,
    instanceStatus: status,
    currentAction: action,
    version: { instanceTemplate: stored.body.instanceTemplate ?? "" },
  }));
  return managedInstances.length === 0 ? {} : { managedInstances };
}

/** applyUpdatesToInstances: the asked machines anew from the template, or all of them. */
export const applyUpdates = managing("compute.instanceGroupManagers.applyUpdatesToInstances", (call, stored, named) => {
  const all = call.body.allInstances === true ? memberStatuses(call.world, stored).map(({ path }) => path) : named;
  const isQuiet = textOf(call.body, "minimalAction") === "NONE";
  if (!isQuiet) for (const path of all) deleteMember(call, path, stored);
  return Number(stored.body.targetSize ?? 0);
});

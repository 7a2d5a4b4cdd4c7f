import type { JsonObject } from "../../../core/json.ts";
import type { Call } from "../call.ts";
import { inUse, invalid } from "../failure.ts";
import { deleteResource, resourceOf } from "../generic.ts";
import { emptyFingerprint, fingerprintOf } from "../identity.ts";
import type { ResourceKind } from "../kind.ts";
import { memberKey } from "../links.ts";
import { listAnswer } from "../list.ts";
import { operationOfRequest, startOperation } from "../operations.ts";
import { linkOf, pathIn } from "../reference.ts";
import type { Stored } from "../resource-table.ts";
import { objectsOf, textOf } from "../values.ts";
import type { World } from "../world.ts";
import { referenced } from "./references.ts";

/** Groups of instances, filled by hand or by a manager of the same name. */
export const instanceGroups: ResourceKind = {
  service: "InstanceGroups",
  collection: "instanceGroups",
  kind: "compute#instanceGroup",
  label: "instance_group",
  parameter: "instanceGroup",
  make: (call) => ({
    ...call.body,
    description: call.body.description ?? "",
    namedPorts: call.body.namedPorts ?? [],
    fingerprint: emptyFingerprint,
    members: [],
  }),
  shown: (world, stored) => {
    const { members: _, ...rest } = stored.body;
    const paths = membersOf(world, stored);
    const [nic] = objectsOf(world.get(paths[0] ?? "")?.body, "networkInterfaces");
    const place = nic === undefined ? {} : { network: nic.network ?? "", subnetwork: nic.subnetwork ?? "" };
    return { ...rest, ...place, size: paths.length };
  },
};

/** The path of the manager that a group would have. */
export function managerPath(group: Stored): string {
  return `projects/${group.project}/${group.scope}/instanceGroupManagers/${group.name}`;
}

/** Paths of a group's instances. */
export function membersOf(world: World, group: Stored): readonly string[] {
  const managed = [...world.usersOf(memberKey(managerPath(group)))];
  const added = (group.body.members as readonly string[] | undefined) ?? [];
  return [...managed, ...added].filter((path) => world.get(path) !== undefined).sort();
}

/** delete: a managed group goes with its manager only. */
export function deleteInstanceGroup(call: Call): JsonObject {
  const stored = resourceOf(call, instanceGroups);
  const manager = managerPath(stored);
  if (call.world.get(manager) !== undefined) throw inUse("instance_group", stored.path, manager);
  return deleteResource(call, instanceGroups);
}

/** listInstances. */
export function listGroupInstances(call: Call): JsonObject {
  const stored = resourceOf(call, instanceGroups);
  const running = call.body.instanceState === "RUNNING";
  const items = membersOf(call.world, stored).flatMap((path) => {
    const instance = call.world.get(path);
    const status = textOf(instance?.body, "status") ?? "";
    if (instance === undefined || (running && status !== "RUNNING")) return [];
    return [{ scope: instance.scope, name: instance.name, body: { instance: linkOf(path), status } }];
  });
  const source = { kind: "compute#instanceGroupsListInstances", collection: "instanceGroups", items };
  return listAnswer(call, source);
}

function changeMembers(
  call: Call,
  type: string,
  change: (now: readonly string[], asked: readonly string[]) => readonly string[],
): JsonObject {
  const repeated = operationOfRequest(call);
  if (repeated !== undefined) return repeated;
  const stored = resourceOf(call, instanceGroups);
  if (call.world.get(managerPath(stored)) !== undefined) {
    throw invalid(`The instance group '${stored.path}' is managed; change it through its manager.`);
  }
  const asked = objectsOf(call.body, "instances").map((one, index) => {
    const field = `instances[${index}].instance`;
    return referenced(call, field, one.instance ?? "", "instances", "instance").path;
  });
  const now = (stored.body.members as readonly string[] | undefined) ?? [];
  call.world.merge(stored.path, { members: change(now, asked) });
  return startOperation(call, { type, target: stored });
}

/** addInstances. */
export function addGroupInstances(call: Call): JsonObject {
  return changeMembers(call, "addInstances", (now, asked) => [...new Set([...now, ...asked])]);
}

/** removeInstances. */
export function removeGroupInstances(call: Call): JsonObject {
  return changeMembers(call, "removeInstances", (now, asked) => now.filter((path) => !asked.includes(pathIn(path))));
}

/** setNamedPorts. */
export function setNamedPorts(call: Call): JsonObject {
  const repeated = operationOfRequest(call);
  if (repeated !== undefined) return repeated;
  const stored = resourceOf(call, instanceGroups);
  const namedPorts = call.body.namedPorts ?? [];
  call.world.merge(stored.path, { namedPorts, fingerprint: fingerprintOf(namedPorts) });
  // The manager of a group shows its ports too.
  call.world.merge(managerPath(stored), { namedPorts });
  return startOperation(call, { type: "setNamedPorts", target: stored });
}

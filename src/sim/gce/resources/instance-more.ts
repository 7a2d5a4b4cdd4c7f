import { canonical, type Json, type JsonObject } from "../../../core/json.ts";
import type { Call } from "../call.ts";
import { alreadyExists, conditionNotMet, GceFailure, invalid, invalidValue, required } from "../failure.ts";
import { checkName, insertResource, resourceOf } from "../generic.ts";
import { operationOfRequest, startOperation } from "../operations.ts";
import { lastSegment, linkOf, pathIn, pathOf } from "../reference.ts";
import type { Stored } from "../resource-table.ts";
import { objectOf, objectsOf, textOf, textsOf } from "../values.ts";
import { checkMetadata, metadataBody, schedulingBody, tagsBody, withInstanceFingerprint } from "./instance-fields.ts";
import { changeNic, setting } from "./instance-settings.ts";
import { changeInstance, instances, machineOf } from "./instances.ts";
import { accessConfig } from "./interfaces.ts";
import { referenced } from "./references.ts";

/** updateAccessConfig: one field after the other over what stands. */
export const updateAccessConfig = setting("updateAccessConfig", (call, stored) =>
  changeNic(call, stored, (nic) => {
    const name = textOf(call.body, "name");
    const configs = objectsOf(nic, "accessConfigs");
    const found = configs.find((config) => config.name === name) ?? (name === undefined ? configs[0] : undefined);
    if (found === undefined) throw invalidValue("accessConfig", name ?? "", "The access config was not found.");
    // Its own address is not in the way of itself.
    const { natIP: own, ...kept } = found;
    const wanted = textOf(call.body, "natIP");
    const isKept = wanted === undefined || wanted === own;
    const { natIP: _, ...sent } = call.body;
    const made = accessConfig(call, { ...kept, ...sent, ...(isKept ? {} : { natIP: wanted }) }, "resource");
    const changed = isKept && own !== undefined ? { ...made, natIP: own } : made;
    return { ...nic, accessConfigs: configs.map((config) => (config === found ? changed : config)) };
  }),
);

/** updateDisplayDevice. */
export const updateDisplayDevice = setting("updateDisplayDevice", (call) => ({ displayDevice: call.body }));

/** setName: a stopped machine gets another name; its disks keep theirs. */
export function setName(call: Call): JsonObject {
  const repeated = operationOfRequest(call);
  if (repeated !== undefined) return repeated;
  const stored = resourceOf(call, instances);
  const name = textOf(call.body, "name") ?? "";
  checkName("name", name);
  if (textOf(call.body, "currentName") !== stored.name) {
    throw invalidValue("currentName", call.body.currentName ?? "", "It is not the name of the instance.");
  }
  if (stored.body.status !== "TERMINATED") {
    throw invalid(
      `Invalid resource usage: '${stored.path}' must be stopped before setName; it is ${stored.body.status}.`,
    );
  }
  const place = { ...stored, name };
  if (call.world.get(pathOf(place)) !== undefined) throw alreadyExists(pathOf(place));
  call.world.remove(stored.path);
  const renamed = withInstanceFingerprint(stored.body, { name, selfLink: linkOf(pathOf(place)) });
  return startOperation(call, { type: "setName", target: call.world.put(place, renamed) });
}

/** setMachineResources. */
export const setMachineResources = setting("setMachineResources", (call) => ({
  guestAccelerators: call.body.guestAccelerators,
}));

/** setShieldedInstanceIntegrityPolicy. */
export const setIntegrityPolicy = setting("setShieldedInstanceIntegrityPolicy", (call, stored) => ({
  shieldedInstanceIntegrityPolicy: { ...objectOf(stored.body, "shieldedInstanceIntegrityPolicy"), ...call.body },
}));

/** addResourcePolicies and removeResourcePolicies. */
export const addResourcePolicies = setting("addResourcePolicies", (call, stored) => {
  const all = [...textsOf(stored.body, "resourcePolicies"), ...textsOf(call.body, "resourcePolicies").map(policyLink)];
  return { resourcePolicies: [...new Set(all)] };
});

/** See above. */
export const removeResourcePolicies = setting("removeResourcePolicies", (call, stored) => {
  const gone = new Set(textsOf(call.body, "resourcePolicies").map(policyLink));
  const left = textsOf(stored.body, "resourcePolicies").filter((link) => !gone.has(link));
  return { resourcePolicies: left.length === 0 ? undefined : left };
});

function policyLink(value: string): string {
  return value.includes("projects/") ? linkOf(pathIn(value)) : value;
}

/** simulateMaintenanceEvent and performMaintenance: the machine moves on and nothing is seen of it. */
export function maintenance(type: string): (call: Call) => JsonObject {
  return (call) => {
    const repeated = operationOfRequest(call);
    if (repeated !== undefined) return repeated;
    return startOperation(call, { type, target: resourceOf(call, instances) });
  };
}

/** Fields of an update that an instance may change, with how each is checked and filled. */
const updatable: Readonly<Record<string, (call: Call, stored: Stored, value: Json) => Json | undefined>> = {
  tags: (_call, _stored, value) => tagsBody(value as JsonObject),
  metadata: (_call, stored, value) => {
    // The instance's own fingerprint has been compared; that of its metadata may be left out.
    const { fingerprint = "" } = objectOf(stored.body, "metadata");
    checkMetadata(stored.body.metadata, { ...(value as JsonObject), fingerprint });
    return metadataBody(value as JsonObject, stored.path.slice("projects/".length));
  },
  scheduling: (_call, stored, value) =>
    schedulingBody({ ...objectOf(stored.body, "scheduling"), ...(value as JsonObject) }),
  machineType: (call, stored, value) => {
    const machine = machineOf(value, stored, "resource.machineType");
    return linkOf(`projects/${call.project}/${stored.scope}/machineTypes/${machine.name}`);
  },
  labels: (_call, _stored, value) => value,
  deletionProtection: (_call, _stored, value) => value,
  minCpuPlatform: (_call, _stored, value) => value,
  shieldedInstanceConfig: (_call, _stored, value) => value,
  resourcePolicies: (_call, _stored, value) => value,
  description: (_call, _stored, value) => value,
};
const stoppedOnly: ReadonlySet<string> = new Set(["machineType", "minCpuPlatform", "shieldedInstanceConfig"]);

/** update: the whole instance as it shall be, against its fingerprint. What only the server sets is passed over. */
export function updateInstance(call: Call): JsonObject {
  const repeated = operationOfRequest(call);
  if (repeated !== undefined) return repeated;
  const stored = resourceOf(call, instances);
  const { body } = call;
  if (body.fingerprint !== undefined && body.fingerprint !== stored.body.fingerprint) {
    throw conditionNotMet("Invalid fingerprint.");
  }
  if (body.name !== undefined && body.name !== stored.name) {
    throw invalidValue("resource.name", body.name, "The name cannot be changed.");
  }
  const isStopped = stored.body.status === "TERMINATED";
  const fields: Record<string, Json | undefined> = {};
  for (const [name, change] of Object.entries(updatable)) {
    const value = body[name];
    if (value === undefined) continue;
    const next = change(call, stored, value);
    if (canonical(next ?? null) === canonical(stored.body[name] ?? null)) continue;
    if (stoppedOnly.has(name) && !isStopped) {
      throw invalid(`Changing ${name} needs the instance '${stored.path}' to be stopped.`);
    }
    fields[name] = next;
  }
  return changeInstance(call, "update", fields);
}

/** getGuestAttributes: nobody inside writes any. */
export function getGuestAttributes(call: Call): JsonObject {
  const stored = resourceOf(call, instances);
  const path = `${stored.path}/guestAttributes/${call.query.get("queryPath") ?? ""}`;
  throw new GceFailure(404, "notFound", `The resource '${path}' was not found`);
}

/** getShieldedInstanceIdentity. */
export function getShieldedInstanceIdentity(call: Call): JsonObject {
  resourceOf(call, instances);
  return { kind: "compute#shieldedInstanceIdentity", signingKey: {}, encryptionKey: {} };
}

/** listReferrers: the group that manages it. */
export function listReferrers(call: Call): JsonObject {
  const { project } = call;
  const name = call.params.instance ?? "";
  const where = `projects/${project}/${call.scope}`;
  const path = `${where}/instances/${name}`;
  const groups = call.world
    .all(project, "instanceGroups")
    .filter(({ body }) => Array.isArray(body.members) && body.members.includes(path));
  const items = groups.map((group) => ({
    kind: "compute#reference",
    referrer: linkOf(group.path),
    target: linkOf(path),
    referenceType: "MEMBER_OF",
  }));
  const id = `${where}/instances/${name}/referrers`;
  return { kind: "compute#instanceListReferrers", id, ...(items.length === 0 ? {} : { items }), selfLink: linkOf(id) };
}

/** getEffectiveFirewalls of an instance: the rules of the interface's network. */
export function instanceFirewalls(call: Call): JsonObject {
  const stored = resourceOf(call, instances);
  const wanted = call.query.get("networkInterface");
  if (wanted === null) throw required("networkInterface");
  const nic = objectsOf(stored.body, "networkInterfaces").find(({ name }) => name === wanted);
  if (nic === undefined) throw invalidValue("networkInterface", wanted, "The network interface was not found.");
  return firewallsOf(call, textOf(nic, "network") ?? "");
}

/** The rules of a network as effective firewalls. */
export function firewallsOf(call: Call, network: string): JsonObject {
  const rules = call.world.all(call.project, "firewalls").filter(({ body }) => body.network === network);
  return rules.length === 0 ? {} : { firewalls: rules.map(({ body }) => body) };
}

/** insert: with a template named in the query, the body says what differs from it. */
export function insertInstance(call: Call): JsonObject {
  const named = call.query.get("sourceInstanceTemplate");
  if (named === null || named === "") return insertResource(call, instances);
  const template = referenced(call, "sourceInstanceTemplate", named, "instanceTemplates", "instanceTemplate");
  const properties = objectOf(template.body, "properties");
  const machine = lastSegment(textOf(properties, "machineType") ?? "");
  const machineType = `${call.scope}/machineTypes/${machine}`;
  return insertResource({ ...call, body: { ...properties, machineType, ...call.body } }, instances);
}

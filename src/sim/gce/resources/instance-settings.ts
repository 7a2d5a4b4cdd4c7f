import type { Json, JsonObject } from "../../../core/json.ts";
import type { Call } from "../call.ts";
import { conditionNotMet, invalid, invalidValue, required } from "../failure.ts";
import { resourceOf } from "../generic.ts";
import { fingerprintOf, numberOfProject, timestamp } from "../identity.ts";
import { operationOfRequest } from "../operations.ts";
import { linkOf, pathIn } from "../reference.ts";
import type { Stored } from "../resource-table.ts";
import { flagOf, objectsOf, textOf } from "../values.ts";
import { mergedFields } from "../world.ts";
import { attachedDisk } from "./attached-disks.ts";
import { checkMetadata, metadataBody, schedulingBody, tagsBody } from "./instance-fields.ts";
import { changeInstance, instances, machineOf } from "./instances.ts";
import { accessConfig } from "./interfaces.ts";

type Change = (call: Call, stored: Stored) => Readonly<Record<string, Json | undefined>>;

/** A request that changes fields of an instance, and the operation type it has. */
/** A change of one instance that is an operation. */
export function setting(
  type: string,
  change: Change,
  first: "PENDING" | "RUNNING" = "RUNNING",
): (call: Call) => JsonObject {
  return (call) => {
    const repeated = operationOfRequest(call);
    if (repeated !== undefined) return repeated;
    return changeInstance(call, type, change(call, resourceOf(call, instances)), first);
  };
}

/** The same for what can only be changed while the machine is stopped. */
function stoppedSetting(type: string, change: Change): (call: Call) => JsonObject {
  return setting(type, (call, stored) => {
    if (stored.body.status !== "TERMINATED" && stored.body.status !== "STOPPED") {
      throw invalid(
        `Invalid resource usage: '${stored.path}' must be stopped before ${type}; it is ${stored.body.status}.`,
      );
    }
    return change(call, stored);
  });
}

/** setMetadata: replaces all items, against the current fingerprint. */
export const setMetadata = setting("setMetadata", (call, stored) => {
  checkMetadata(stored.body.metadata, call.body);
  return { metadata: metadataBody(call.body, stored.path.slice("projects/".length)) };
});

/** setTags: replaces all tags, against the current fingerprint. */
export const setTags = setting("setTags", (call, stored) => {
  const current = (stored.body.tags as JsonObject | undefined)?.fingerprint;
  if (call.body.fingerprint !== current)
    throw conditionNotMet("Supplied fingerprint does not match current tags fingerprint.");
  return { tags: tagsBody(call.body) };
});

/** setMachineType. */
export const setMachineType = stoppedSetting("setMachineType", (call, stored) => {
  const machine = machineOf(call.body.machineType, stored, "machineType");
  return { machineType: linkOf(`projects/${stored.project}/${stored.scope}/machineTypes/${machine.name}`) };
});

/** setServiceAccount; without a mail address the instance has none. */
export const setServiceAccount = stoppedSetting("setServiceAccount", (call) => {
  const email = textOf(call.body, "email");
  if (email === undefined || email === "") return { serviceAccounts: undefined };
  const known = email === "default" ? `${numberOfProject(call.project)}-compute@developer.gserviceaccount.com` : email;
  return { serviceAccounts: [{ email: known, scopes: call.body.scopes ?? [] }] };
});

/** setMinCpuPlatform. */
export const setMinCpuPlatform = stoppedSetting("setMinCpuPlatform", (call) => {
  const wanted = textOf(call.body, "minCpuPlatform");
  return { minCpuPlatform: wanted === undefined || wanted === "" ? undefined : wanted };
});

/** setScheduling. */
export const setScheduling = setting("setScheduling", (call, stored) => ({
  scheduling: schedulingBody({ ...(stored.body.scheduling as JsonObject), ...call.body }),
}));

/** setDeletionProtection; the flag is in the query and true when it is not there. */
export const setDeletionProtection = setting("setDeletionProtection", (call) => ({
  deletionProtection: flagOf(call.query, "deletionProtection") ?? true,
}));

/** updateShieldedInstanceConfig. */
export const updateShieldedInstanceConfig = stoppedSetting("updateShieldedInstanceConfig", (call, stored) => ({
  shieldedInstanceConfig: { ...(stored.body.shieldedInstanceConfig as JsonObject), ...call.body },
}));

/** attachDisk. */
export const attachDisk = setting("attachDisk", (call, stored) => {
  const current = objectsOf(stored.body, "disks");
  if (call.body.source === undefined) throw required("source");
  const free = freeIndex(current);
  const body = attachedDisk(call, stored, call.body, free, "resource");
  if (current.some((disk) => disk.deviceName === body.deviceName)) {
    throw invalidValue("deviceName", body.deviceName ?? "", "The device name is already in use.");
  }
  if (current.length >= 128) throw invalid("The instance has the most disks that its machine type allows.");
  return { disks: [...current, body] };
});

function freeIndex(current: readonly JsonObject[]): number {
  const used = new Set(current.map((disk) => disk.index));
  let index = 0;
  while (used.has(index)) index += 1;
  return index;
}

/** detachDisk. */
export const detachDisk = setting(
  "detachDisk",
  (call, stored) => {
    const { disks, found } = findDisk(call, stored);
    if (found.boot === true && stored.body.status !== "TERMINATED") {
      throw invalid("The boot disk cannot be detached from a running instance.");
    }
    call.world.merge(pathIn(textOf(found, "source") ?? ""), { lastDetachTimestamp: timestamp(call.nowMs) });
    return { disks: disks.filter((disk) => disk !== found) };
  },
  "PENDING",
);

/** setDiskAutoDelete. */
export const setDiskAutoDelete = setting("setDiskAutoDelete", (call, stored) => {
  const { disks, found } = findDisk(call, stored);
  const autoDelete = flagOf(call.query, "autoDelete") ?? false;
  return { disks: disks.map((disk) => (disk === found ? { ...disk, autoDelete } : disk)) };
});

function findDisk(call: Call, stored: Stored): { disks: readonly JsonObject[]; found: JsonObject } {
  const deviceName = call.query.get("deviceName");
  if (deviceName === null) throw required("deviceName");
  const disks = objectsOf(stored.body, "disks");
  const found = disks.find((disk) => disk.deviceName === deviceName);
  if (found === undefined) {
    throw invalidValue("deviceName", deviceName, `No attached disk found with device name '${deviceName}'`);
  }
  return { disks, found };
}

/** addAccessConfig. */
export const addAccessConfig = setting("addAccessConfig", (call, stored) =>
  changeNic(call, stored, (nic) => {
    if (objectsOf(nic, "accessConfigs").length > 0) {
      throw invalid("At most one access config currently supported.");
    }
    return mergedFields(nic, { accessConfigs: [accessConfig(call, call.body, "resource")] });
  }),
);

/** deleteAccessConfig. */
export const deleteAccessConfig = setting("deleteAccessConfig", (call, stored) =>
  changeNic(call, stored, (nic) => {
    const name = call.query.get("accessConfig");
    const left = objectsOf(nic, "accessConfigs").filter((config) => config.name !== name);
    if (left.length === objectsOf(nic, "accessConfigs").length) {
      throw invalidValue("accessConfig", name ?? "", "The access config was not found.");
    }
    return mergedFields(nic, { accessConfigs: left.length === 0 ? undefined : left });
  }),
);

/** Changes the interface that the request names, with a new fingerprint. */
export function changeNic(
  call: Call,
  stored: Stored,
  change: (nic: JsonObject) => JsonObject,
): { networkInterfaces: Json } {
  const name = call.query.get("networkInterface");
  const nics = objectsOf(stored.body, "networkInterfaces");
  if (!nics.some((nic) => nic.name === name)) {
    throw invalidValue("networkInterface", name ?? "", "The network interface was not found.");
  }
  const changed = nics.map((nic) => {
    if (nic.name !== name) return nic;
    const { fingerprint: _, ...rest } = change(nic);
    return { ...rest, fingerprint: fingerprintOf(rest) };
  });
  return { networkInterfaces: changed };
}

/** getSerialPortOutput: a machine that is not there has little to say. */
export function getSerialPortOutput(call: Call): JsonObject {
  const stored = resourceOf(call, instances);
  const started = textOf(stored.body, "lastStartTimestamp");
  const contents = started === undefined ? "" : `[    0.000000] ${stored.name}: started ${started}\r\n`;
  const link = `${linkOf(stored.path)}/serialPort`;
  return { kind: "compute#serialPortOutput", selfLink: link, contents, start: "0", next: String(contents.length) };
}

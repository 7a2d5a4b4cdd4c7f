import type { JsonObject } from "../../../core/json.ts";
import type { Call } from "../call.ts";
import { alreadyExists, inUse, invalid, invalidValue } from "../failure.ts";
import { withCommon } from "../generic.ts";
import { timestamp } from "../identity.ts";
import { linkOf, type Place, pathIn, pathOf } from "../reference.ts";
import type { Stored } from "../resource-table.ts";
import { objectOf, objectsOf, textOf } from "../values.ts";
import type { World } from "../world.ts";
import { diskBody, disks } from "./disks.ts";
import { referenced } from "./references.ts";

/** Fills the disks of a new instance; those described in place are made as resources of their own. */
export function makeAttachedDisks(call: Call, place: Place): readonly JsonObject[] {
  const sent = objectsOf(call.body, "disks");
  if (sent.length === 0) throw invalidValue("resource.disks", "", "No disks are specified.");
  const boots = sent.filter((disk) => disk.boot === true).length;
  const hasBoot = boots === 1 || (boots === 0 && sent.length === 1);
  if (!hasBoot) throw invalid("Boot disk must be the first disk attached to the instance.");
  const names = new Set<string>();
  return sent.map((disk, index) => {
    const field = `resource.disks[${index}]`;
    const body = attachedDisk(call, place, index === 0 ? { boot: true, ...disk } : disk, index, field);
    const deviceName = String(body.deviceName);
    if (names.has(deviceName)) throw invalidValue(`${field}.deviceName`, deviceName, "The device name is used twice.");
    names.add(deviceName);
    return body;
  });
}

/** Fills one disk at its index in an instance. */
export function attachedDisk(call: Call, instance: Place, sent: JsonObject, index: number, field: string): JsonObject {
  const { initializeParams, source: _, ...rest } = sent;
  const common: JsonObject = {
    kind: "compute#attachedDisk",
    ...rest,
    type: textOf(sent, "type") ?? "PERSISTENT",
    mode: textOf(sent, "mode") ?? "READ_WRITE",
    deviceName: textOf(sent, "deviceName") ?? `persistent-disk-${index}`,
    index,
    boot: sent.boot ?? false,
    autoDelete: sent.autoDelete ?? false,
    interface: textOf(sent, "interface") ?? "SCSI",
  };
  if (common.type === "SCRATCH") return { ...common, diskSizeGb: "375", autoDelete: true };
  const disk =
    sent.source === undefined
      ? newDisk(call, instance, objectOf(sent, "initializeParams"), index, field)
      : existingDisk(call, instance, sent, field);
  if (sent.source !== undefined && initializeParams !== undefined) {
    throw invalid(`Invalid value for field '${field}.initializeParams': only for disks without a source.`);
  }
  const inherited = ["licenses", "guestOsFeatures", "architecture"].flatMap((key) => {
    const value = disk.body[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  return {
    ...common,
    source: linkOf(disk.path),
    diskSizeGb: disk.body.sizeGb ?? "10",
    ...Object.fromEntries(inherited),
  };
}

function newDisk(call: Call, instance: Place, params: JsonObject, index: number, field: string): Stored {
  const name = textOf(params, "diskName") ?? (index === 0 ? instance.name : `${instance.name}-${index}`);
  const place = { ...instance, collection: "disks", name };
  if (call.world.get(pathOf(place)) !== undefined) throw alreadyExists(pathOf(place));
  const { diskName: _, diskSizeGb, diskType, sourceImage, ...rest } = params;
  const asked: JsonObject = {
    ...rest,
    ...(diskSizeGb === undefined ? {} : { sizeGb: diskSizeGb }),
    ...(diskType === undefined ? {} : { type: diskType }),
    ...(sourceImage === undefined ? {} : { sourceImage }),
  };
  const body = diskBody(call, place, asked, undefined, `${field}.initializeParams`);
  const attached = { lastAttachTimestamp: timestamp(call.nowMs) };
  return call.world.put(place, withCommon(call, disks, place, { ...body, ...attached }));
}

function existingDisk(call: Call, instance: Place, sent: JsonObject, field: string): Stored {
  const disk = referenced(call, `${field}.source`, sent.source ?? "", "disks", "disk");
  if (disk.scope !== instance.scope) {
    throw invalidValue(`${field}.source`, sent.source ?? "", "The disk must be in the zone of the instance.");
  }
  const isShared = sent.mode === "READ_ONLY";
  for (const user of call.world.usersOf(disk.path)) {
    const other = objectsOf(call.world.get(user)?.body, "disks").find((one) => one.source === linkOf(disk.path));
    if (!isShared || other?.mode !== "READ_ONLY") throw inUse("disk", disk.path, user);
  }
  const attached = call.world.merge(disk.path, { lastAttachTimestamp: timestamp(call.nowMs) });
  if (attached === undefined) throw new Error(`${disk.path} vanished.`);
  return attached;
}

/** The disks of an instance that go away with it. */
export function removeOwnDisks(world: World, instance: JsonObject, atMs: number): void {
  for (const disk of objectsOf(instance, "disks")) {
    const path = pathIn(textOf(disk, "source") ?? "");
    if (disk.autoDelete === true) world.remove(path);
    else world.merge(path, { lastDetachTimestamp: timestamp(atMs) });
  }
}

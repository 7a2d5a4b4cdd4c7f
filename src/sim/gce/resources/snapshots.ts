import type { JsonObject } from "../../../core/json.ts";
import type { Call } from "../call.ts";
import { alreadyExists, invalidValue, required } from "../failure.ts";
import { checkName, createResource, labelFields, resourceOf } from "../generic.ts";
import type { ResourceKind } from "../kind.ts";
import { operationOfRequest, startOperation } from "../operations.ts";
import { linkOf, pathIn, pathOf } from "../reference.ts";
import type { Stored } from "../resource-table.ts";
import { objectOf, textOf } from "../values.ts";
import { mergedFields } from "../world.ts";
import { disks } from "./disks.ts";
import { inheritedFrom } from "./images.ts";

/** Snapshots of disks; they outlive them. */
export const snapshots: ResourceKind = {
  service: "Snapshots",
  collection: "snapshots",
  kind: "compute#snapshot",
  label: "snapshot",
  parameter: "snapshot",
  labelled: true,
  immediate: ["setLabels"],
  make: (call) => {
    const source = textOf(call.body, "sourceDisk");
    if (source === undefined) throw required("resource.sourceDisk");
    const inside = pathIn(source);
    const path = inside.startsWith("projects/") ? inside : `projects/${call.project}/${inside}`;
    const disk = call.world.get(path);
    if (disk === undefined) {
      throw invalidValue("resource.sourceDisk", source, "The referenced disk resource cannot be found.");
    }
    return filled(call.body, disk);
  },
};

function filled(sent: JsonObject, { path, body }: Stored): JsonObject {
  const whole: JsonObject = {
    ...sent,
    ...inheritedFrom(body),
    ...{ status: "READY", sourceDisk: linkOf(path), sourceDiskId: body.id ?? "0", diskSizeGb: body.sizeGb ?? "10" },
    ...{ storageBytes: "0", storageBytesStatus: "UP_TO_DATE", downloadBytes: "0", creationSizeBytes: "0" },
    ...{ storageLocations: sent.storageLocations ?? ["us"], snapshotType: sent.snapshotType ?? "STANDARD" },
    ...{ autoCreated: false, enableConfidentialCompute: false, satisfiesPzi: false },
  };
  return mergedFields(whole, labelFields(objectOf(sent, "labels")));
}

/** disks.createSnapshot: an operation on the disk. */
export function createSnapshot(call: Call): JsonObject {
  const repeated = operationOfRequest(call);
  if (repeated !== undefined) return repeated;
  const disk = resourceOf(call, disks);
  const name = textOf(call.body, "name");
  if (name === undefined) throw required("resource.name");
  checkName("resource.name", name);
  const place = { project: call.project, scope: "global", collection: "snapshots", name };
  if (call.world.get(pathOf(place)) !== undefined) throw alreadyExists(pathOf(place));
  createResource({ ...call, body: { ...call.body, sourceDisk: disk.path } }, snapshots, place);
  return startOperation(call, { type: "createSnapshot", target: disk });
}

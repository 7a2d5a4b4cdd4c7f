import type { JsonObject } from "../../../core/json.ts";
import type { Call } from "../call.ts";
import { invalid, invalidValue } from "../failure.ts";
import { labelFields, resourceOf } from "../generic.ts";
import type { ResourceKind } from "../kind.ts";
import { operationOfRequest, startOperation } from "../operations.ts";
import { lastSegment, linkOf, type Place } from "../reference.ts";
import type { Stored } from "../resource-table.ts";
import { objectOf, objectsOf, textOf } from "../values.ts";
import { mergedFields } from "../world.ts";
import { imageReferenced } from "./images.ts";
import { referenced } from "./references.ts";

/** Disk types of every zone, with the size a blank disk gets when none is asked for. */
export const diskTypes: ReadonlyMap<
  string,
  { readonly description: string; readonly defaultGb: number; readonly sizes: string }
> = new Map([
  ["hyperdisk-balanced", { description: "Hyperdisk Balanced Persistent Disk", defaultGb: 100, sizes: "4GB-65536GB" }],
  ["hyperdisk-extreme", { description: "Hyperdisk Extreme Persistent Disk", defaultGb: 1000, sizes: "64GB-65536GB" }],
  [
    "hyperdisk-throughput",
    { description: "Hyperdisk Throughput Persistent Disk", defaultGb: 2048, sizes: "2048GB-32768GB" },
  ],
  ["local-ssd", { description: "Local SSD", defaultGb: 375, sizes: "375GB-375GB" }],
  ["pd-balanced", { description: "Balanced Persistent Disk", defaultGb: 100, sizes: "10GB-65536GB" }],
  ["pd-extreme", { description: "Extreme Persistent Disk", defaultGb: 1000, sizes: "500GB-65536GB" }],
  ["pd-ssd", { description: "SSD Persistent Disk", defaultGb: 100, sizes: "10GB-65536GB" }],
  ["pd-standard", { description: "Standard Persistent Disk", defaultGb: 500, sizes: "10GB-65536GB" }],
]);

/** Persistent disks of a zone. */
export const disks: ResourceKind = {
  service: "Disks",
  collection: "disks",
  kind: "compute#disk",
  label: "disk",
  parameter: "disk",
  refusal: "request",
  labelled: true,
  immediate: ["setLabels"],
  make: (call, place) => diskBody(call, place, call.body, call.query.get("sourceImage") ?? undefined, "resource"),
  userOf: (world, stored) => [...world.usersOf(stored.path)].sort()[0],
  shown: (world, stored) => {
    const users = [...world.usersOf(stored.path)].sort();
    return users.length === 0 ? stored.body : { ...stored.body, users: users.map(linkOf) };
  },
  patched: (_call, _stored, merged) => mergedFields(merged, labelFields(objectOf(merged, "labels"))),
};

/** Fills a disk from what was asked for; `field` is where the request stands in the body. */
export function diskBody(
  call: Call,
  place: Place,
  sent: JsonObject,
  image: string | undefined,
  field: string,
): JsonObject {
  const source = image ?? textOf(sent, "sourceImage");
  const from = source === undefined ? undefined : imageReferenced(call, `${field}.sourceImage`, source);
  const typeName = lastSegment(textOf(sent, "type") ?? "pd-standard");
  const type = diskTypes.get(typeName);
  if (type === undefined) {
    throw invalidValue(
      `${field}.type`,
      textOf(sent, "type") ?? "",
      "The referenced diskType resource cannot be found.",
    );
  }
  const snapshot = snapshotOf(call, textOf(sent, "sourceSnapshot"), field);
  const leastGb = Number(textOf(from, "diskSizeGb") ?? textOf(snapshot?.body, "diskSizeGb") ?? 1);
  const isBlank = from === undefined && snapshot === undefined;
  const sizeGb = Number(textOf(sent, "sizeGb") ?? (isBlank ? type.defaultGb : leastGb));
  if (sizeGb < leastGb) {
    throw invalidValue(
      `${field}.sizeGb`,
      String(sizeGb),
      `Requested disk size cannot be smaller than the image size (${leastGb} GB)`,
    );
  }
  if (sizeGb < 1 || sizeGb > 65_536)
    throw invalidValue(`${field}.sizeGb`, String(sizeGb), "Disk size is out of range.");
  const { labels: _, ...rest } = sent;
  const inherited = ["architecture", "guestOsFeatures", "licenses", "licenseCodes"].flatMap((key) => {
    const value = sent[key] ?? from?.[key] ?? snapshot?.body[key];
    return value === undefined ? [] : [[key, value] as const];
  });
  const filled: JsonObject = {
    ...rest,
    ...Object.fromEntries(inherited),
    sizeGb: String(sizeGb),
    status: "READY",
    type: linkOf(`projects/${place.project}/${place.scope}/diskTypes/${typeName}`),
    physicalBlockSizeBytes: textOf(sent, "physicalBlockSizeBytes") ?? "4096",
    enableConfidentialCompute: sent.enableConfidentialCompute ?? false,
    satisfiesPzi: false,
    ...(snapshot === undefined
      ? {}
      : { sourceSnapshot: linkOf(snapshot.path), sourceSnapshotId: snapshot.body.id ?? "" }),
    ...(from === undefined ? {} : { sourceImage: from.selfLink ?? "", sourceImageId: from.id ?? "" }),
  };
  return mergedFields(filled, labelFields(objectOf(sent, "labels")));
}

function snapshotOf(call: Call, named: string | undefined, field: string): Stored | undefined {
  if (named === undefined || named === "") return undefined;
  return referenced(call, `${field}.sourceSnapshot`, named, "snapshots", "snapshot");
}

/** resize: a disk only grows, in use or not. */
export function resizeDisk(call: Call): JsonObject {
  const repeated = operationOfRequest(call);
  if (repeated !== undefined) return repeated;
  const stored = resourceOf(call, disks);
  const wanted = Number(textOf(call.body, "sizeGb") ?? 0);
  if (!Number.isSafeInteger(wanted) || wanted < 1 || wanted > 65_536) {
    throw invalidValue("sizeGb", textOf(call.body, "sizeGb") ?? "", "Disk size is out of range.");
  }
  if (wanted <= Number(textOf(stored.body, "sizeGb") ?? 0)) {
    throw invalid(`Invalid value for field 'sizeGb': '${wanted}'. New disk size must be larger than the current size.`);
  }
  call.world.merge(stored.path, { sizeGb: String(wanted) });
  showSize(call, stored, String(wanted));
  return startOperation(call, { type: "resize", target: stored });
}

/** Whoever holds the disk shows its new size too. */
function showSize(call: Call, { project, path }: Stored, diskSizeGb: string): void {
  const link = linkOf(path);
  for (const instance of call.world.all(project, "instances")) {
    const attached = objectsOf(instance.body, "disks");
    if (!attached.some(({ source }) => source === link)) continue;
    const shown = attached.map((disk) => (disk.source === link ? { ...disk, diskSizeGb } : disk));
    call.world.merge(instance.path, { disks: shown });
  }
}

import type { JsonObject } from "../../../core/json.ts";
import type { Call } from "../call.ts";
import { invalidValue, notFound, required } from "../failure.ts";
import { labelFields, resourceOf } from "../generic.ts";
import type { ResourceKind } from "../kind.ts";
import { operationOfRequest, startOperation } from "../operations.ts";
import { publicImages, publicProjects } from "../public-images.ts";
import { linkOf, pathIn } from "../reference.ts";
import { objectOf, textOf } from "../values.ts";
import type { World } from "../world.ts";
import { mergedFields } from "../world.ts";
import { referenced } from "./references.ts";

/** Images of a project; those of the public projects are data of their own and cannot be changed. */
export const images: ResourceKind = {
  service: "Images",
  collection: "images",
  kind: "compute#image",
  label: "image",
  parameter: "image",
  labelled: true,
  immediate: ["setLabels"],
  make: (call) => {
    const { body } = call;
    const source = body.sourceDisk ?? body.sourceImage;
    const isUpload = textOf(objectOf(body, "rawDisk"), "source") !== undefined;
    if (source === undefined && !isUpload) throw required("resource.sourceDisk");
    const origin = originOf(call);
    const { labels: _, ...rest } = body;
    const filled = {
      ...origin.inherited,
      ...rest,
      sourceType: "RAW",
      rawDisk: { source: "", containerType: "TAR", ...objectOf(body, "rawDisk") },
      status: "READY",
      archiveSizeBytes: "1073741824",
      diskSizeGb: textOf(body, "diskSizeGb") ?? origin.sizeGb,
      architecture: textOf(body, "architecture") ?? textOf(origin.inherited, "architecture") ?? "X86_64",
      storageLocations: body.storageLocations ?? ["us"],
      enableConfidentialCompute: false,
      ...origin.named,
    };
    return mergedFields(filled, labelFields(objectOf(body, "labels")));
  },
  patched: (_call, _stored, merged) => mergedFields(merged, labelFields(objectOf(merged, "labels"))),
};

/** What an image is made from. */
interface Origin {
  /** What the image takes over from it. */
  readonly inherited: JsonObject;
  /** How the image names it. */
  readonly named: JsonObject;
  readonly sizeGb: string;
}

function originOf(call: Call): Origin {
  const { sourceDisk, sourceImage } = call.body;
  if (sourceDisk !== undefined) {
    const disk = referenced(call, "resource.sourceDisk", sourceDisk, "disks", "disk");
    const named = { sourceDisk: linkOf(disk.path), sourceDiskId: disk.body.id ?? "0" };
    return { inherited: inheritedFrom(disk.body), named, sizeGb: textOf(disk.body, "sizeGb") ?? "10" };
  }
  if (typeof sourceImage !== "string") return { inherited: {}, named: {}, sizeGb: "10" };
  const image = imageReferenced(call, "resource.sourceImage", sourceImage);
  const named = { sourceImage: image.selfLink ?? sourceImage, sourceImageId: image.id ?? "0" };
  return { inherited: inheritedFrom(image), named, sizeGb: textOf(image, "diskSizeGb") ?? "10" };
}

/** What a copy of a disk or an image takes over from it. */
export function inheritedFrom(body: JsonObject): JsonObject {
  const kept = ["architecture", "guestOsFeatures", "licenses", "licenseCodes"];
  return Object.fromEntries(kept.flatMap((key) => (body[key] === undefined ? [] : [[key, body[key]] as const])));
}

/** All images of a project, public ones included. */
export function imagesOf(world: World, project: string): readonly JsonObject[] {
  if (publicProjects.has(project)) return publicImages(project);
  return world.all(project, "images").map((stored) => stored.body);
}

/** The newest image of a family that is not deprecated. */
export function imageOfFamily(world: World, project: string, family: string): JsonObject {
  const members = imagesOf(world, project)
    .filter((image) => image.family === family && textOf(objectOf(image, "deprecated"), "state") === undefined)
    .sort((left, right) => (String(left.creationTimestamp) < String(right.creationTimestamp) ? 1 : -1));
  const newest = members[0];
  if (newest === undefined) throw notFound(`projects/${project}/global/images/family/${family}`);
  return newest;
}

/** getFromFamily. */
export function getFromFamily(call: Call): JsonObject {
  return imageOfFamily(call.world, call.project, call.params.family ?? "");
}

/** The image that a `sourceImage` names, directly or by its family. */
export function imageReferenced(call: Call, field: string, value: string): JsonObject {
  const inside = pathIn(value);
  const path = /^(?:global|zones)\//.test(inside) ? `projects/${call.project}/${inside}` : inside;
  // The command line client of the cloud names families by their view in any zone.
  const byFamily = /^projects\/([^/]+)\/(?:global\/images\/family|zones\/[^/]+\/imageFamilyViews)\/([^/]+)$/.exec(path);
  const byName = /^projects\/([^/]+)\/global\/images\/([^/]+)$/.exec(path);
  const missing = invalidValue(field, value, "The referenced image resource cannot be found.");
  if (byFamily !== null) {
    try {
      return imageOfFamily(call.world, byFamily[1] ?? "", byFamily[2] ?? "");
    } catch {
      throw missing;
    }
  }
  if (byName === null) throw invalidValue(field, value, "The URL is malformed.");
  const found = imagesOf(call.world, byName[1] ?? "").find((image) => image.name === byName[2]);
  if (found === undefined) throw missing;
  return found;
}

/** deprecate: a state, or none to take it back. */
export function deprecateImage(call: Call): JsonObject {
  const repeated = operationOfRequest(call);
  if (repeated !== undefined) return repeated;
  const stored = resourceOf(call, images);
  const state = textOf(call.body, "state");
  const isBack = state === undefined || state === "ACTIVE";
  const after = call.world.merge(stored.path, { deprecated: isBack ? undefined : call.body }) ?? stored;
  return startOperation(call, { type: "deprecate", target: after });
}

import type { JsonObject } from "../../core/json.ts";
import type { Marker } from "../../core/resource.ts";
import { fieldOf, textOf } from "./object.ts";

/** Label by which everything of a fleet is listed. */
export const fleetLabel = "plumbline.dev/fleet";
const uidLabel = "plumbline.dev/uid";
const addressNote = "plumbline.dev/address";
const specNote = "plumbline.dev/spec";
const commitNote = "plumbline.dev/commit";
/** Asked for by the manifest and kept on the object as written, so that it protects even where nothing else is remembered. */
export const protectNote = "plumbline.dev/protect";

/** Names the presence that an object of ours makes; such a one is ready only when it says so itself. */
export const presenceNote = "plumbline.dev/presence";

/** The block of that presence, on a binding: the claim may be somebody else's, and its control plane out of sight. */
export const blockNote = "plumbline.dev/block";

const markerFields: ReadonlySet<string> = new Set([fleetLabel, uidLabel, addressNote, specNote, commitNote]);

/** Whether a label or annotation belongs to the marker. */
export function isMarkerField(field: string): boolean {
  return markerFields.has(field);
}

/** The object with the marker in its labels and annotations. */
export function withMarker(object: JsonObject, marker: Marker): JsonObject {
  const metadata = fieldOf(object, "metadata");
  return {
    ...object,
    metadata: {
      ...metadata,
      labels: { ...fieldOf(metadata, "labels"), [fleetLabel]: marker.fleet, [uidLabel]: marker.uid },
      annotations: {
        ...fieldOf(metadata, "annotations"),
        [addressNote]: marker.address,
        [specNote]: marker.spec,
        [commitNote]: marker.commit,
      },
    },
  };
}

/** Reads the marker; undefined when fleet or uid is missing, because then nothing proves whose it is. */
export function markerOf(object: JsonObject): Marker | undefined {
  const metadata = fieldOf(object, "metadata");
  const labels = fieldOf(metadata, "labels");
  const annotations = fieldOf(metadata, "annotations");
  const fleet = textOf(labels, fleetLabel);
  const uid = textOf(labels, uidLabel);
  if (fleet === "" || uid === "") return undefined;
  return {
    fleet,
    uid,
    address: textOf(annotations, addressNote),
    spec: textOf(annotations, specNote),
    commit: textOf(annotations, commitNote),
    ...(textOf(annotations, protectNote) === "true" ? { protected: true } : {}),
  };
}

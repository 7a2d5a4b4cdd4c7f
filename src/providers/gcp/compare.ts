import { withoutReferences } from "../../core/identity.ts";
import { canonical, isObject, type Json, type JsonObject } from "../../core/json.ts";
import { compareText } from "../../core/problem.ts";
import type { FieldChange, Observed, Resource } from "../../core/resource.ts";
import { textsAt } from "./boot/template.ts";
import type { Kind } from "./kinds.ts";
import { shownMetadata } from "./live/state.ts";
import { ownLabel } from "./marker.ts";
import { forceOf } from "./matrix.ts";

/** Fields that only speak to us, or that a living thing does not tell; they are never compared. */
const silent: Readonly<Record<Kind, readonly string[]>> = {
  network: ["name", "peerings"],
  subnetwork: ["name", "allocation", "secondaryRanges"],
  firewall: ["name"],
  router: ["name"],
  route: ["name"],
  disk: ["name", "image"],
  // What secrets hold is compared by the digests in the metadata.
  instance: ["name", "secrets"],
};

/** Fields that are compared only where both sides know them: the server fills them in, or a foreign thing does not tell. */
const optional: ReadonlySet<string> = new Set([
  "hostname",
  "bootDisk.deviceName",
  "bootDisk.image",
  "bootDisk.type",
  "bootDisk.sizeGib",
  "sizeGib",
]);

/** Fields that are compared only where they are asked for: the server chooses them otherwise, or they cannot be taken back. */
const askedFor: ReadonlySet<string> = new Set(["enableUlaInternalIpv6", "internalIpv6Range", "ipv6AccessType"]);

/** What differs between wanted and live, and what each difference costs. */
export function compareThings(resource: Resource, observed: Observed): readonly FieldChange[] {
  const kind = resource.kind as Kind;
  const spec = shownSpec(withoutReferences(resource.spec) as JsonObject);
  const isMarked = observed.marker !== undefined;
  const wanted = flat(comparable(kind, isMarked ? withTagsOf(spec, observed) : spec));
  const live = flat(comparable(kind, observed.state));
  const left = textsAt(resource.spec, "leave").filter((field) => field !== "tags" || !isMarked);
  // Our own labels are a part of the marker to what does not have it yet.
  if (!isMarked) left.push(...ownLabels(wanted, live));
  const isCompared = (path: string): boolean => !left.some((field) => isWithin(path, field));
  const paths = [...new Set([...wanted.keys(), ...live.keys()])].filter(isCompared).sort(compareText);
  return paths.flatMap((path) => {
    const before = live.get(path);
    const after = wanted.get(path);
    if (before !== undefined && after !== undefined && canonical(before) === canonical(after)) return [];
    if (askedFor.has(path) && after === undefined) return [];
    if (optional.has(path) && (before === undefined || after === undefined)) return [];
    const source = sourceOf(resource, path);
    return [{ path, before, after, forces: forceOf(kind, path, before, after), source }];
  });
}

/** Whether a path is that field or a part of it. */
export function isWithin(path: string, field: string): boolean {
  return path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`);
}

/** Tags of others that are left stand beside our own, at which our firewalls aim. */
function withTagsOf(spec: JsonObject, { state }: Observed): JsonObject {
  if (!textsAt(spec, "leave").includes("tags")) return spec;
  return { ...spec, tags: [...new Set([...textsAt(state, "tags"), ...textsAt(spec, "tags")])].sort(compareText) };
}

function ownLabels(wanted: ReadonlyMap<string, Json>, live: ReadonlyMap<string, Json>): readonly string[] {
  return [...wanted.keys()].filter((path) => path.startsWith(`labels.${ownLabel}`) && !live.has(path));
}

/** The spec with its metadata as it may be shown, which is how a state has it. */
function shownSpec(spec: JsonObject): JsonObject {
  return isObject(spec.metadata) ? { ...spec, metadata: shownMetadata(spec.metadata) } : spec;
}

/** The parts that are compared. */
function comparable(kind: Kind, spec: JsonObject): JsonObject {
  const kept = Object.entries(spec).filter(([name]) => name !== "leave" && !silent[kind].includes(name));
  const plain = kept.map(([name, value]) => {
    if (name === "metadata" && isObject(value)) return [name, withoutBoot(value)] as const;
    if (name === "dataDisks" && Array.isArray(value)) return [name, byDevice(value)] as const;
    return [name, value] as const;
  });
  return Object.fromEntries(plain);
}

/** What the boot disk was made from is compared as fields of the boot disk. */
function withoutBoot(metadata: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => key !== "plumbline-boot"));
}

function byDevice(disks: readonly Json[]): Json {
  const device = (disk: Json): string => (isObject(disk) ? String(disk.deviceName ?? "") : "");
  return [...disks].sort((left, right) => compareText(device(left), device(right)));
}

/** Objects and lists of objects are compared field by field; lists of texts and rules as a whole. */
function flat(value: JsonObject): ReadonlyMap<string, Json> {
  const found = new Map<string, Json>();
  function walk(inner: Json, path: string): void {
    if (isObject(inner)) {
      for (const [name, field] of Object.entries(inner)) walk(field, path === "" ? name : `${path}.${name}`);
    } else if (path === "networkInterfaces" && Array.isArray(inner)) {
      for (const [index, item] of inner.entries()) walk(item, `${path}[${index}]`);
    } else found.set(path, inner);
  }
  walk(value, "");
  return found;
}

function sourceOf(resource: Resource, path: string) {
  let prefix = path;
  while (prefix !== "") {
    const source = resource.fieldSources[prefix];
    if (source !== undefined) return source;
    const shorter = prefix.replace(/(^|\.)[^.[\]]+$|\[\d+\]$/, "");
    if (shorter === prefix) break;
    prefix = shorter;
  }
  return resource.source;
}

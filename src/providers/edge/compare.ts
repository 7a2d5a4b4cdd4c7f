import { specHash } from "../../core/identity.ts";
import { canonical, isObject, type Json, type JsonObject } from "../../core/json.ts";
import type { FieldChange, Force, Observed, Resource } from "../../core/resource.ts";
import { type Path, pathText } from "../../datum/document.ts";
import { extrasIn } from "./extras.ts";
import type { KnownKind } from "./kinds.ts";
import { isMarkerField } from "./marker.ts";
import { fieldOf, objectsOf, omit, textOf } from "./object.ts";
import { fieldManager } from "./options.ts";

/** Where the fields we own are kept in an observed state, beside the object itself. */
const ownedField = "$owned";

/** The living object cut down to what is compared: no status, no marker, none of the server's own metadata. */
export function stateOf(object: JsonObject): JsonObject {
  const metadata = fieldOf(object, "metadata");
  const labels = omit(fieldOf(metadata, "labels"), isMarkerField);
  const annotations = omit(fieldOf(metadata, "annotations"), isMarkerField);
  const rest = omit(object, (field) => field === "status" || field === "metadata");
  const owned = ownedFields(metadata);
  return {
    ...rest,
    metadata: {
      name: textOf(metadata, "name"),
      ...(textOf(metadata, "namespace") === "" ? {} : { namespace: textOf(metadata, "namespace") }),
      ...(Object.keys(labels).length === 0 ? {} : { labels }),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
    ...(Object.keys(owned).length === 0 ? {} : { [ownedField]: owned }),
  };
}

/** What our last apply owns, as managedFields tells: the only way to see that a manifest no longer sets a field. */
function ownedFields(metadata: JsonObject): JsonObject {
  const entry = objectsOf(metadata, "managedFields").find(
    (candidate) =>
      candidate.manager === fieldManager && candidate.operation === "Apply" && textOf(candidate, "subresource") === "",
  );
  return fieldOf(entry, "fieldsV1");
}

/** What differs, compared only where the manifest sets something or once did. */
export function compareObjects(kind: KnownKind, resource: Resource, observed: Observed): readonly FieldChange[] {
  const changes: FieldChange[] = [];
  const add = (path: Path, before: Json | undefined, after: Json | undefined): void => {
    const text = pathText(path);
    const forces: Force = kind.immutable.some((field) => covers(field, text)) ? "replace" : "nothing";
    changes.push({ path: text, before, after, forces, source: sourceOf(resource, text) });
  };
  const wanted = omit(resource.spec, (field) => field === "apiVersion" || field === "kind");
  differ(wanted, observed.state, [], kind, add);
  const owned = observed.state[ownedField];
  if (!isObject(owned)) return changes;
  findDropped(owned, wanted, observed.state, [], kind, add);
  const extras = extrasIn(wanted, observed.state, owned);
  for (const { path, value, isTaken } of extras) if (isTaken) add(path, value, undefined);
  // Of a list that is still ours, only another manifest tells what it no longer says from what the server filled in.
  const isRewritten = observed.marker !== undefined && observed.marker.spec !== specHash(resource.spec);
  if (changes.length === 0 && isRewritten) for (const { path, value } of extras) add(path, value, undefined);
  return changes;
}

type Add = (path: Path, before: Json | undefined, after: Json | undefined) => void;

/** `path` is the field, something in it, or something around it. */
function covers(field: string, path: string): boolean {
  const inside = (outer: string, inner: string) =>
    inner === outer || inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);
  return inside(field, path) || inside(path, field);
}

function sourceOf(resource: Resource, path: string): Resource["source"] {
  let text = path;
  while (text !== "") {
    const source = resource.fieldSources[text];
    if (source !== undefined) return source;
    const shorter = text.replace(/(\.|^)[^.[\]]+$|\[[^[]*$/, "");
    if (shorter === text) break;
    text = shorter;
  }
  return resource.source;
}

function differ(wanted: Json, live: Json | undefined, path: Path, kind: KnownKind, add: Add): void {
  if (isObject(wanted) && isObject(live)) {
    for (const [field, value] of Object.entries(wanted)) differ(value, live[field], [...path, field], kind, add);
    return;
  }
  if (Array.isArray(wanted) && Array.isArray(live)) {
    const key = kind.keyedLists[pathText(path)];
    if (key !== undefined) {
      for (const [index, item] of (wanted as readonly Json[]).entries()) {
        const there = (live as readonly Json[]).find((other) => sameKey(item, other, key));
        differ(item, there, [...path, index], kind, add);
      }
      return;
    }
    if (wanted.length === live.length) {
      for (const [index, item] of (wanted as readonly Json[]).entries()) {
        differ(item, (live as readonly Json[])[index], [...path, index], kind, add);
      }
      return;
    }
  }
  if (live === undefined && isHollow(wanted)) return;
  if (live === undefined || canonical(wanted) !== canonical(live)) add(path, live, wanted);
}

/** Objects of nothing but objects: a server may keep them or leave them out. */
function isHollow(value: Json): boolean {
  return isObject(value) && Object.values(value).every(isHollow);
}

function sameKey(left: Json, right: Json, key: string): boolean {
  return isObject(left) && isObject(right) && left[key] === right[key];
}

/** Walks the fields we own: what is owned and there but no longer wanted has to go. */
function findDropped(
  owned: JsonObject,
  wanted: Json | undefined,
  live: Json | undefined,
  path: Path,
  kind: KnownKind,
  add: Add,
): void {
  for (const [step, inner] of Object.entries(owned)) {
    if (step === "." || !isObject(inner)) continue;
    if (step.startsWith("f:")) {
      const field = step.slice(2);
      if (path.at(0) === "metadata" && isMarkerField(field)) continue;
      const value = isObject(live) ? live[field] : undefined;
      if (value === undefined) continue;
      const asked = isObject(wanted) ? wanted[field] : undefined;
      const inside = Object.keys(inner).some((key) => key !== ".");
      if (asked !== undefined || (inside && isObject(value))) {
        findDropped(inner, asked, value, [...path, field], kind, add);
      } else {
        add([...path, field], value, undefined);
      }
    } else if (step.startsWith("k:") && Array.isArray(live)) {
      const keys = JSON.parse(step.slice(2)) as JsonObject;
      const matches = (item: Json) =>
        isObject(item) && Object.entries(keys).every(([key, value]) => item[key] === value);
      const index = (live as readonly Json[]).findIndex(matches);
      if (index < 0 || !Array.isArray(wanted)) continue;
      const asked = (wanted as readonly Json[]).find(matches);
      const value = (live as readonly Json[])[index];
      if (asked === undefined) add([...path, index], value, undefined);
      else findDropped(inner, asked, value, [...path, index], kind, add);
    }
  }
}

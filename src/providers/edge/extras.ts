import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import type { Path } from "../../datum/document.ts";

/** Something that stands inside a value the server owns as one (an atomic list or map), and that the manifest does not say. */
export interface Extra {
  readonly path: Path;
  readonly value: Json;
  /** Whether the value has changed hands: then somebody else wrote this. Else we once did, or it is a default of the server. */
  readonly isTaken: boolean;
}

/**
 * Finds what equal-looking values hide. Of most fields each has an owner of its own, and what others set beside ours is theirs to set;
 * but a list of objects usually has one owner in all, and what stands in its items beyond the manifest is a difference.
 */
export function extrasIn(wanted: JsonObject, live: JsonObject, owned: JsonObject): readonly Extra[] {
  const found: Extra[] = [];
  for (const [field, value] of Object.entries(wanted)) {
    const there = live[field];
    if (field !== "metadata" && there !== undefined) visit(value, there, owned[`f:${field}`], [field], found);
  }
  return found;
}

function visit(wanted: Json, live: Json, owned: Json | undefined, path: Path, found: Extra[]): void {
  const isContainer = Array.isArray(wanted) ? wanted.length > 0 : isObject(wanted) && Object.keys(wanted).length > 0;
  if (!isContainer) return;
  const steps = isObject(owned) ? Object.keys(owned).filter((step) => step !== ".") : [];
  if (!isObject(owned) || steps.length === 0) {
    collect(wanted, live, path, !isObject(owned), found);
    return;
  }
  if (isObject(wanted) && isObject(live)) {
    for (const [field, value] of Object.entries(wanted)) {
      const there = live[field];
      if (there !== undefined) visit(value, there, owned[`f:${field}`], [...path, field], found);
    }
  }
  if (!Array.isArray(wanted) || !Array.isArray(live)) return;
  for (const step of steps.filter((one) => one.startsWith("k:"))) {
    const keys = JSON.parse(step.slice(2)) as JsonObject;
    const matches = (item: Json) => isObject(item) && Object.entries(keys).every(([key, value]) => item[key] === value);
    const index = (live as readonly Json[]).findIndex(matches);
    const asked = (wanted as readonly Json[]).find(matches);
    if (index < 0 || !isObject(asked)) continue;
    for (const [field, value] of Object.entries(asked)) {
      const there = (live[index] as JsonObject)[field];
      const inner = (owned[step] as JsonObject)[`f:${field}`];
      if (there !== undefined) visit(value, there, inner, [...path, index, field], found);
    }
  }
}

function collect(wanted: Json, live: Json, path: Path, isTaken: boolean, found: Extra[]): void {
  if (Array.isArray(wanted) && Array.isArray(live) && wanted.length === live.length) {
    for (const [index, item] of (wanted as readonly Json[]).entries()) {
      collect(item, live[index] as Json, [...path, index], isTaken, found);
    }
  }
  if (!isObject(wanted) || !isObject(live)) return;
  for (const [field, value] of Object.entries(live)) {
    const asked = wanted[field];
    if (asked === undefined) found.push({ path: [...path, field], value, isTaken });
    else collect(asked, value, [...path, field], isTaken, found);
  }
}

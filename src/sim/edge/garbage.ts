import type { EdgeKind } from "./kinds.ts";
import { type ApiObject, finalizersOf, isDeleting, metadataText, ownersOf, placeOf, withMetadata } from "./object.ts";
import type { World } from "./world.ts";
import { deleteObject } from "./write.ts";

interface Found {
  readonly kind: EdgeKind;
  readonly object: ApiObject;
}

/** Deletes what lost its last owner, and lets go of owners that wait in the foreground for their dependants. */
export function collectGarbage(world: World, kinds: readonly EdgeKind[], nowMs: number): void {
  const all: Found[] = kinds.flatMap((kind) => world.all(kind).map(({ object }) => ({ kind, object })));
  const living = new Set(all.map(({ object }) => metadataText(object, "uid")));
  for (const { kind, object } of all) {
    const owners = ownersOf(object);
    if (owners.length === 0 || owners.some((owner) => living.has(String(owner.uid)))) continue;
    remove(world, kind, object, nowMs);
  }
  for (const { kind, object } of all) {
    if (!isDeleting(object) || !finalizersOf(object).includes("foregroundDeletion")) continue;
    const uid = metadataText(object, "uid");
    const dependants = all.filter((other) => ownersOf(other.object).some((owner) => owner.uid === uid));
    const standing = dependants.filter(({ kind: k, object: o }) => world.get(k, place(o)) !== undefined);
    for (const dependant of standing) remove(world, dependant.kind, dependant.object, nowMs);
    if (standing.length === 0) release(world, kind, object);
  }
}

function release(world: World, kind: EdgeKind, stale: ApiObject): void {
  const object = world.get(kind, place(stale))?.object;
  if (object === undefined) return;
  const finalizers = finalizersOf(object).filter((finalizer) => finalizer !== "foregroundDeletion");
  if (finalizers.length === 0) world.remove(kind, place(object));
  else if (finalizers.length !== finalizersOf(object).length) world.put(kind, withMetadata(object, { finalizers }));
}

function remove(world: World, kind: EdgeKind, object: ApiObject, nowMs: number): void {
  const current = world.get(kind, place(object))?.object;
  if (current === undefined || isDeleting(current)) return;
  deleteObject(
    {
      world,
      kind,
      namespace: metadataText(object, "namespace"),
      name: metadataText(object, "name"),
      part: "main",
      manager: "garbage-collector",
      dryRun: false,
      fieldValidation: "Ignore",
      nowMs,
    },
    {},
  );
}

function place(object: ApiObject): string {
  return placeOf(metadataText(object, "namespace"), metadataText(object, "name"));
}

import type { Json } from "../../../core/json.ts";
import type { Call } from "../call.ts";
import { invalidValue, notReady } from "../failure.ts";
import { readReference } from "../reference.ts";
import type { Stored } from "../resource-table.ts";

/** The resource a field refers to; 400 when it is not there, resourceNotReady while it is being made or deleted. */
export function referenced(call: Call, field: string, value: Json, collection: string, label: string): Stored {
  const place = readReference(field, value, call.project, collection);
  const path = `projects/${place.project}/${place.scope}/${place.collection}/${place.name}`;
  const found = call.world.get(path) ?? byId(call, place.collection, place.name);
  if (found === undefined) throw invalidValue(field, value, `The referenced ${label} resource cannot be found.`);
  const isSettling = collection === "networks" || collection === "subnetworks";
  if (isSettling && call.world.isBusy(found.path)) throw notReady(found.path);
  return found;
}

function byId(call: Call, collection: string, id: string): Stored | undefined {
  const path = call.world.pathOfId(collection, id);
  return path === undefined ? undefined : call.world.get(path);
}

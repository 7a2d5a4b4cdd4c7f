import type { JsonObject } from "../../core/json.ts";
import { ProviderError } from "../provider.ts";
import type { Bench, Place } from "./bench.ts";
import { fieldOf, objectsOf, textOf } from "./object.ts";
import { fieldManager } from "./options.ts";

/** Names under which fields stand that people wrote by hand. Controllers are never among them. */
const byHand = /^(kubectl(-.*)?|before-first-apply)$/;

/**
 * Ends what people's hands own of an object that was just adopted, as their own tool does when it goes over to apply: with the
 * same values it would own every field beside us, and each later commit would be a conflict with somebody who has long let go.
 */
export async function takeOver(
  bench: Bench,
  place: Place,
  object: JsonObject,
  signal: AbortSignal,
): Promise<JsonObject> {
  const metadata = fieldOf(object, "metadata");
  const entries = objectsOf(metadata, "managedFields");
  const kept = entries.filter((entry) => entry.operation === "Apply" || !byHand.test(textOf(entry, "manager")));
  if (kept.length === entries.length || kept.length === 0) return object;
  const { uid = "", resourceVersion = "" } = metadata;
  const body = { metadata: { uid, resourceVersion, managedFields: kept } };
  const call = { method: "PATCH", path: place.path, query: { fieldManager }, body } as const;
  const contentType = "application/merge-patch+json";
  try {
    const doing = `take over ${place.title}`;
    return (await bench.client.call({ ...call, contentType, doing, resource: place.key }, signal)) ?? object;
  } catch (error) {
    // Somebody else wrote meanwhile: it is ours all the same, only not alone.
    if (error instanceof ProviderError && error.code === "changed") return object;
    throw error;
  }
}

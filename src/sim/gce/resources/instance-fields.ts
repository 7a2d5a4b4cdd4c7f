import type { Json, JsonObject } from "../../../core/json.ts";
import { isObject } from "../../../core/json.ts";
import { conditionNotMet, invalid, invalidValue } from "../failure.ts";
import { checkName } from "../generic.ts";
import { emptyFingerprint, fingerprintOf } from "../identity.ts";
import { objectsOf, textOf, textsOf } from "../values.ts";
import { type Fields, mergedFields } from "../world.ts";

/** Metadata as it is served; its fingerprint depends on whose it is, even when it is empty. */
export function metadataBody(sent: JsonObject, owner: string): JsonObject {
  const items = objectsOf(sent, "items");
  const fingerprint = fingerprintOf({ owner, items });
  return { kind: "compute#metadata", fingerprint, ...(items.length === 0 ? {} : { items }) };
}

/** Checks keys, sizes and, when something is replaced, the fingerprint. */
export function checkMetadata(before: Json | undefined, sent: JsonObject): void {
  const current = isObject(before) ? before : undefined;
  const given = textOf(sent, "fingerprint");
  const isFirst = current === undefined || objectsOf(current, "items").length === 0;
  if (given === undefined ? !isFirst : current !== undefined && given !== current.fingerprint) {
    throw conditionNotMet("Supplied fingerprint does not match current metadata fingerprint.");
  }
  const seen = new Set<string>();
  let total = 0;
  for (const [index, item] of objectsOf(sent, "items").entries()) {
    const key = textOf(item, "key") ?? "";
    const value = textOf(item, "value") ?? "";
    const field = `metadata.items[${index}]`;
    if (!/^[a-zA-Z0-9-_]{1,127}$/.test(key)) {
      throw invalidValue(`${field}.key`, key, "Must be a match of regex '[a-zA-Z0-9-_]{1,127}'");
    }
    if (seen.has(key)) throw invalid(`Metadata has duplicate keys: ${key}`);
    seen.add(key);
    if (Buffer.byteLength(value) > 262_144) {
      throw invalidValue(`${field}.value`, key, "Metadata value is larger than the maximum allowed size 262144.");
    }
    total += key.length + Buffer.byteLength(value);
  }
  if (total > 524_288) throw invalid("Total size of metadata is larger than the maximum allowed size 524288.");
}

/** Tags as they are served. */
export function tagsBody(sent: JsonObject): JsonObject {
  const items = textsOf(sent, "items");
  for (const [index, tag] of items.entries()) checkName(`resource.tags.items[${index}]`, tag);
  return items.length === 0 ? { fingerprint: emptyFingerprint } : { items, fingerprint: fingerprintOf(items) };
}

/** Scheduling with what the server fills. */
export function schedulingBody(sent: JsonObject): JsonObject {
  const isSpot = sent.provisioningModel === "SPOT" || sent.preemptible === true;
  return {
    ...sent,
    onHostMaintenance: sent.onHostMaintenance ?? (isSpot ? "TERMINATE" : "MIGRATE"),
    automaticRestart: sent.automaticRestart ?? !isSpot,
    preemptible: sent.preemptible ?? isSpot,
    provisioningModel: sent.provisioningModel ?? (isSpot ? "SPOT" : "STANDARD"),
  };
}

/** An instance after a change, with its new fingerprint. */
export function withInstanceFingerprint(body: JsonObject, fields: Fields): JsonObject {
  const { fingerprint: _, ...rest } = mergedFields(body, fields);
  return { ...rest, fingerprint: fingerprintOf(rest) };
}

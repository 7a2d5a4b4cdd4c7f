import { withoutReferences } from "../../../core/identity.ts";
import type { JsonObject } from "../../../core/json.ts";
import type { Observed, Resource } from "../../../core/resource.ts";
import { type Order, ProviderError } from "../../provider.ts";
import { markerOf } from "../act/bench.ts";
import { mergedLabels } from "../act/bodies.ts";
import { found404 } from "../act/operations.ts";
import { objectAt, objectsAt, textsAt } from "../boot/template.ts";
import { markerLabels, markerOfLabels } from "../marker.ts";
import { checkOurs, goneError, isExists, type SecretBench, untilUndisturbed } from "./bench.ts";
import { accessorRole, secretPlaceOf } from "./kinds.ts";
import { accessorsOf, observedSecret, readPolicy, secretFields } from "./observe.ts";

/** Makes an empty secret and says who may read it. One that stands there and is ours is as good. */
export async function createSecret(
  bench: SecretBench,
  order: Order,
  resource: Resource,
  signal: AbortSignal,
): Promise<Observed> {
  const { key } = resource;
  const { project, name } = secretPlaceOf(key);
  const value = { replication: { automatic: {} }, labels: markerLabels(markerOf(order, resource)) };
  const path = `projects/${project}/secrets`;
  const call = { service: "secretmanager", method: "POST", path, query: { secretId: name }, resource: key } as const;
  try {
    const doing = `create secret ${name}`;
    await bench.rest.call({ ...call, body: { shape: "CreateSecret", value }, doing }, signal);
  } catch (error) {
    if (!isExists(error)) throw error;
  }
  return updateSecret(bench, order, resource, signal);
}

/** Brings a living secret to what is wanted: its marker and its readers. */
export function updateSecret(
  bench: SecretBench,
  order: Order,
  resource: Resource,
  signal: AbortSignal,
): Promise<Observed> {
  const { key } = resource;
  const { project, name } = secretPlaceOf(key);
  const marker = markerOf(order, resource);
  const doing = `update secret ${name}`;
  return untilUndisturbed(async () => {
    const live = await readSecret(bench, key, signal);
    if (live === undefined) throw goneError(doing, key);
    const seen = observedSecret(bench.provider, project, live, markedBy(bench, live), []);
    checkOurs(order, seen);
    const labels = mergedLabels(live, {}, marker);
    // A secret that was made a moment ago carries them already.
    if (!isSame(objectAt(live, "labels"), labels)) {
      const value = { labels, ...etagOf(live) };
      await patchSecret(bench, key, value, "labels", doing, signal);
    }
    const wanted = textsAt(withoutReferences(resource.spec), "accessors");
    const accessors = await settleReaders(bench, key, wanted, signal);
    return observedSecret(bench.provider, project, live, marker, accessors);
  });
}

/** Deletes a secret with all it held. Gone already is as good; what is not ours is never touched. */
export async function removeSecret(bench: SecretBench, order: Order, key: string, signal: AbortSignal): Promise<void> {
  const { project, name } = secretPlaceOf(key);
  const live = await readSecret(bench, key, signal);
  if (live === undefined) return;
  checkOurs(order, observedSecret(bench.provider, project, live, markedBy(bench, live), []));
  const doing = `delete secret ${name}`;
  const call = { service: "secretmanager", method: "DELETE", path: key, doing, resource: key } as const;
  await found404(bench.rest.call(call, signal));
}

/** The secret as it is now, without what it holds; undefined when it is not there. */
export function readSecret(bench: SecretBench, key: string, signal: AbortSignal): Promise<JsonObject | undefined> {
  const doing = `read secret ${secretPlaceOf(key).name}`;
  const query = { fields: secretFields };
  return found404(
    bench.rest.call({ service: "secretmanager", method: "GET", path: key, query, doing, resource: key }, signal),
  );
}

/** Changes fields of a secret, unless somebody else did in between. */
export async function patchSecret(
  bench: SecretBench,
  key: string,
  value: JsonObject,
  updateMask: string,
  doing: string,
  signal: AbortSignal,
): Promise<void> {
  const body = { shape: "PatchSecret", value } as const;
  const call = { service: "secretmanager", method: "PATCH", path: key, query: { updateMask }, body } as const;
  await bench.rest.call({ ...call, doing, resource: key }, signal);
}

/** The marker on a secret. */
export function markedBy(bench: SecretBench, live: JsonObject) {
  return markerOfLabels(bench.provider, "secret", objectAt(live, "labels"));
}

/** The etag of what was read, so that a write finds out whether it still is so. */
export function etagOf(live: JsonObject): JsonObject {
  return live.etag === undefined ? {} : { etag: live.etag };
}

/** Lets exactly these accounts read what the secret holds. Other roles on it are left alone. */
async function settleReaders(
  bench: SecretBench,
  key: string,
  wanted: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const policy = await readPolicy(bench.rest, key, signal);
  if (accessorsOf(policy).join() === wanted.join()) return wanted;
  const others = objectsAt(policy, "bindings").filter((binding) => binding.role !== accessorRole);
  const own = wanted.length === 0 ? [] : [{ role: accessorRole, members: wanted }];
  const value = { policy: { version: 3, ...etagOf(policy), bindings: [...others, ...own] } };
  const doing = `let the workload's account read secret ${secretPlaceOf(key).name}`;
  const body = { shape: "SetIamPolicy", value } as const;
  const call = { service: "secretmanager", method: "POST", path: `${key}:setIamPolicy`, body, resource: key } as const;
  try {
    await bench.rest.call({ ...call, doing }, signal);
  } catch (error) {
    // An account that was made a moment ago is not known everywhere at once.
    if (!(error instanceof ProviderError) || error.code !== "invalid" || !/does not exist/i.test(error.message))
      throw error;
    throw new ProviderError(error.message, { code: "not-ready", next: "retry", resource: key, cause: error });
  }
  return wanted;
}

function isSame(left: JsonObject, right: JsonObject): boolean {
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => left[name] === right[name]);
}

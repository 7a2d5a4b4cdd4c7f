import type { JsonObject } from "../../../core/json.ts";
import type { Observed, Resource } from "../../../core/resource.ts";
import type { Order } from "../../provider.ts";
import { markerOf } from "../act/bench.ts";
import { found404 } from "../act/operations.ts";
import { textAt } from "../boot/template.ts";
import { markerDescription } from "../marker.ts";
import { checkOurs, goneError, isExists, type SecretBench } from "./bench.ts";
import { secretPlaceOf } from "./kinds.ts";
import { observedAccount } from "./observe.ts";

/** Makes a workload's account. One that stands there and is ours is as good. */
export async function createAccount(
  bench: SecretBench,
  order: Order,
  resource: Resource,
  signal: AbortSignal,
): Promise<Observed> {
  const { key } = resource;
  const { project } = secretPlaceOf(key);
  const value = { accountId: textAt(resource.spec, "accountId"), serviceAccount: wordsOf(order, resource) };
  const call = { service: "iam", method: "POST", path: `projects/${project}/serviceAccounts`, resource: key } as const;
  const doing = `create service account ${value.accountId}`;
  try {
    const live = await bench.rest.call({ ...call, body: { shape: "CreateServiceAccount", value }, doing }, signal);
    // What was made a moment ago may not be readable everywhere yet: its answer is all there is to know.
    return observedAccount(bench.provider, project, live);
  } catch (error) {
    if (!isExists(error)) throw error;
    return updateAccount(bench, order, resource, signal);
  }
}

/** Brings a living account to what is wanted. */
export async function updateAccount(
  bench: SecretBench,
  order: Order,
  resource: Resource,
  signal: AbortSignal,
): Promise<Observed> {
  const { key } = resource;
  const { project, name } = secretPlaceOf(key);
  const live = await readAccount(bench, key, signal);
  const doing = `update service account ${name}`;
  if (live === undefined) throw goneError(doing, key);
  checkOurs(order, observedAccount(bench.provider, project, live));
  if (live.disabled === true) {
    const body = { shape: "EnableServiceAccount", value: {} } as const;
    const call = { service: "iam", method: "POST", path: `${key}:enable`, body, doing, resource: key } as const;
    await bench.rest.call(call, signal);
  }
  const value = { serviceAccount: wordsOf(order, resource), updateMask: "displayName,description" };
  const body = { shape: "PatchServiceAccount", value } as const;
  await bench.rest.call({ service: "iam", method: "PATCH", path: key, body, doing, resource: key }, signal);
  const after = await readAccount(bench, key, signal);
  if (after === undefined) throw goneError(doing, key);
  return observedAccount(bench.provider, project, after);
}

/** Deletes an account. Gone already is as good; what is not ours is never touched. */
export async function removeAccount(bench: SecretBench, order: Order, key: string, signal: AbortSignal): Promise<void> {
  const { project, name } = secretPlaceOf(key);
  const live = await readAccount(bench, key, signal);
  if (live === undefined) return;
  checkOurs(order, observedAccount(bench.provider, project, live));
  const doing = `delete service account ${name}`;
  await found404(bench.rest.call({ service: "iam", method: "DELETE", path: key, doing, resource: key }, signal));
}

function readAccount(bench: SecretBench, key: string, signal: AbortSignal): Promise<JsonObject | undefined> {
  const doing = `read service account ${secretPlaceOf(key).name}`;
  return found404(bench.rest.call({ service: "iam", method: "GET", path: key, doing, resource: key }, signal));
}

function wordsOf(order: Order, resource: Resource): JsonObject {
  const description = markerDescription(markerOf(order, resource), undefined);
  return { displayName: textAt(resource.spec, "displayName"), description };
}

import { Buffer } from "node:buffer";
import type { JsonObject } from "../../../core/json.ts";
import type { Marker, Observed, Resource } from "../../../core/resource.ts";
import { type Order, ProviderError } from "../../provider.ts";
import { found404 } from "../act/operations.ts";
import { objectAt, textAt } from "../boot/template.ts";
import { lastOf } from "../names.ts";
import { checkOurs, goneError, type SecretBench, untilUndisturbed } from "./bench.ts";
import { aliasPrefix, secretKey, secretPlaceOf } from "./kinds.ts";
import { observedSecret, observedVersion, readVersions } from "./observe.ts";
import { payloadText } from "./payload.ts";
import { etagOf, markedBy, patchSecret, readSecret } from "./secret.ts";

/** A version of a living secret of ours. */
interface Held {
  readonly secret: JsonObject;
  readonly marker: Marker;
  readonly key: string;
  readonly project: string;
  readonly alias: string;
  readonly digest: string;
}

/**
 * Adds what a Secret holds as a new version and gives it the alias of its content. Whoever is cut off between the two finds
 * the version again by what it holds, so that none is ever added twice.
 */
export function createVersion(
  bench: SecretBench,
  order: Order,
  resource: Resource,
  signal: AbortSignal,
): Promise<Observed> {
  const doing = `add what ${resource.owner} holds to secret ${secretPlaceOf(resource.key).name}`;
  return untilUndisturbed(async () => {
    const held = await heldBy(bench, order, resource.key, doing, signal);
    if (held === undefined) throw goneError(doing, resource.key);
    const known = await enabledUnderAlias(bench, held, doing, signal);
    if (known !== undefined) return seen(bench, held, known);
    const data = await payloadOf(bench, resource, held, doing);
    const number =
      (await lostVersion(bench, held, data, signal)) ?? (await addVersion(bench, held, data, doing, signal));
    const versionAliases = { ...objectAt(held.secret, "versionAliases"), [held.alias]: number };
    const value = { versionAliases, ...etagOf(held.secret) };
    await patchSecret(bench, held.key, value, "versionAliases", doing, signal);
    return seen(bench, held, number);
  });
}

/** Destroys a version that nobody uses any more, then takes its alias away. Gone already is as good. */
export function removeVersion(bench: SecretBench, order: Order, key: string, signal: AbortSignal): Promise<void> {
  const doing = `destroy an old version of secret ${secretPlaceOf(key).name}`;
  return untilUndisturbed(async () => {
    const held = await heldBy(bench, order, key, doing, signal);
    const number = held === undefined ? undefined : numberOf(held);
    if (held === undefined || number === undefined) return;
    const { secret } = held;
    await found404(change(bench, held, number, "destroy", doing, signal));
    const { [held.alias]: _, ...versionAliases } = objectAt(secret, "versionAliases");
    await patchSecret(bench, held.key, { versionAliases, ...etagOf(secret) }, "versionAliases", doing, signal);
  });
}

/** The secret of a version's key as it is now; undefined when it is gone. */
async function heldBy(
  bench: SecretBench,
  order: Order,
  versionKey: string,
  doing: string,
  signal: AbortSignal,
): Promise<Held | undefined> {
  const { project, name, alias } = secretPlaceOf(versionKey);
  const key = secretKey(project, name);
  const secret = await readSecret(bench, key, signal);
  if (secret === undefined) return undefined;
  const marker = markedBy(bench, secret);
  if (marker === undefined || marker.fleet !== order.fleet) {
    checkOurs(order, observedSecret(bench.provider, project, secret, marker, []), "");
    throw goneError(doing, versionKey);
  }
  return { secret, marker, key, project, alias, digest: alias.slice(aliasPrefix.length) };
}

function numberOf({ secret, alias }: Held): string | undefined {
  const number = objectAt(secret, "versionAliases")[alias];
  return number === undefined ? undefined : String(number);
}

/** The number under our alias, enabled where somebody had disabled it; undefined when there is none that can be. */
async function enabledUnderAlias(
  bench: SecretBench,
  held: Held,
  doing: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const number = numberOf(held);
  if (number === undefined) return undefined;
  const path = `${held.key}/versions/${number}`;
  const call = { service: "secretmanager", method: "GET", path, query: { fields: "name,state" } } as const;
  const version = await found404(bench.rest.call({ ...call, doing, resource: held.key }, signal));
  const state = textAt(version, "state");
  if (state === "DISABLED") await change(bench, held, number, "enable", doing, signal);
  return state === "DISABLED" || state === "ENABLED" ? number : undefined;
}

async function change(
  bench: SecretBench,
  { key }: Held,
  number: string,
  verb: "enable" | "destroy",
  doing: string,
  signal: AbortSignal,
): Promise<JsonObject> {
  const body = { shape: "ChangeSecretVersion", value: {} } as const;
  const path = `${key}/versions/${number}:${verb}`;
  return bench.rest.call({ service: "secretmanager", method: "POST", path, body, doing, resource: key }, signal);
}

async function payloadOf(
  bench: SecretBench,
  resource: Resource,
  { digest, key }: Held,
  doing: string,
): Promise<string> {
  const payload = await bench.lookup(resource.owner.slice(resource.owner.indexOf(" ") + 1), digest);
  if (payload !== undefined) return Buffer.from(payloadText(payload), "utf8").toString("base64");
  const message = `${doing}: what it held when the plan was made is not at hand any more.`;
  throw new ProviderError(message, { code: "not-ready", next: "retry", resource: key });
}

async function addVersion(
  bench: SecretBench,
  { key }: Held,
  data: string,
  doing: string,
  signal: AbortSignal,
): Promise<string> {
  const body = { shape: "AddSecretVersion", value: { payload: { data } } } as const;
  const call = { service: "secretmanager", method: "POST", path: `${key}:addVersion`, body } as const;
  return lastOf(textAt(await bench.rest.call({ ...call, doing, resource: key }, signal), "name"));
}

/** A version without a name that holds just this: one whose naming was cut off. What it holds is compared and forgotten. */
async function lostVersion(
  bench: SecretBench,
  { key, project, secret }: Held,
  data: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const named = new Set(Object.values(objectAt(secret, "versionAliases")).map(String));
  const versions = await readVersions(bench.rest, project, key, signal);
  const nameless = versions
    .filter((version) => version.state === "ENABLED")
    .map((version) => lastOf(textAt(version, "name")))
    .filter((number) => !named.has(number));
  const number = nameless.sort((left, right) => Number(right) - Number(left))[0];
  if (number === undefined) return undefined;
  const path = `${key}/versions/${number}:access`;
  const doing = `compare a version of secret ${lastOf(key)}`;
  try {
    const call = { service: "secretmanager", method: "GET", path, doing, resource: key } as const;
    const answer = await bench.rest.call(call, signal);
    return textAt(objectAt(answer, "payload"), "data") === data ? number : undefined;
  } catch (error) {
    // Whoever may write secrets need not be allowed to read them: then one is added anew.
    if (error instanceof ProviderError && !error.retryable) return undefined;
    throw error;
  }
}

function seen(bench: SecretBench, { project, secret, marker, digest }: Held, number: string): Observed {
  return observedVersion(bench.provider, project, secret, marker, { digest, number, state: "ENABLED" });
}

import { specHash } from "../../../core/identity.ts";
import type { JsonObject } from "../../../core/json.ts";
import { compareText } from "../../../core/problem.ts";
import type { Marker, Observed } from "../../../core/resource.ts";
import { createQueue } from "../../../runtime/queue.ts";
import { ProviderError } from "../../provider.ts";
import { found404 } from "../act/operations.ts";
import { objectAt, objectsAt, textAt, textsAt } from "../boot/template.ts";
import type { Rest, RestCall } from "../client/rest.ts";
import { markerOfDescription, markerOfLabels } from "../marker.ts";
import { lastOf } from "../names.ts";
import { accessorRole, accountKey, aliasPrefix, secretKey, versionKey } from "./kinds.ts";
import { versionOf, versionSpec } from "./translate.ts";

const maxPages = 1_000;
/** Secrets of ours are looked into side by side: who may read each, and how its versions are. */
const sideBySide = 8;

/** Fields that are compared, shown or needed to write. What a version holds is never asked for. */
export const secretFields = "name,labels,versionAliases,createTime,etag";
const accountFields = "email,uniqueId,displayName,description,disabled";

/** Where one look takes place. */
export interface Look {
  readonly rest: Rest;
  readonly provider: string;
  readonly fleet: string;
  readonly project: string;
}

/** Every account and secret of a project, and the versions of those that are ours. Throws when any part is missing. */
export async function listSecrets(look: Look, signal: AbortSignal): Promise<readonly Observed[]> {
  const { project } = look;
  const [accounts, secrets] = await Promise.all([
    list(
      look,
      { service: "iam", word: "serviceAccounts", items: "accounts", fields: accountFields, size: 100 },
      signal,
    ),
    list(
      look,
      { service: "secretmanager", word: "secrets", items: "secrets", fields: secretFields, size: 500 },
      signal,
    ),
  ]);
  const queue = createQueue(sideBySide);
  const found = await Promise.all(secrets.map((live) => queue.add(() => observeSecret(look, live, signal))));
  return [...accounts.map((live) => observedAccount(look.provider, project, live)), ...found.flat()];
}

interface Listing {
  readonly service: RestCall["service"];
  readonly word: string;
  readonly items: string;
  readonly fields: string;
  readonly size: number;
}

async function list(
  { rest, project }: Pick<Look, "rest" | "project">,
  { service, word, items, fields, size }: Listing,
  signal: AbortSignal,
): Promise<readonly JsonObject[]> {
  const doing = `list ${word} of project ${lastOf(project)}`;
  const found: JsonObject[] = [];
  let pageToken = "";
  for (let page = 0; page < maxPages; page += 1) {
    const query = {
      ...{ pageSize: String(size), fields: `${items}(${fields}),nextPageToken` },
      ...(pageToken === "" ? {} : { pageToken }),
    };
    const path = `projects/${project}/${word}`;
    const answer = await rest.call({ service, method: "GET", path, query, doing, resource: "" }, signal);
    if (answer[items] !== undefined && !Array.isArray(answer[items])) throw partial(doing, "the answer is no list");
    found.push(...objectsAt(answer, items));
    const next = textAt(answer, "nextPageToken");
    if (next === "") return found;
    if (next === pageToken) throw partial(doing, "a page came twice");
    pageToken = next;
  }
  throw partial(doing, `there are more than ${maxPages} pages`);
}

function partial(doing: string, why: string): ProviderError {
  return new ProviderError(`${doing}: the list is not whole: ${why}.`, { code: "partial", next: "retry" });
}

/** An account as the core sees it. */
export function observedAccount(provider: string, project: string, live: JsonObject): Observed {
  const email = textAt(live, "email");
  const marker = markerOfDescription(textAt(live, "description"))?.marker;
  const disabled = live.disabled === true;
  return {
    ...{ provider, kind: "service-account", realm: project, key: accountKey(project, email) },
    id: textAt(live, "uniqueId"),
    ...(marker === undefined ? {} : { marker }),
    state: { accountId: email.split("@")[0] ?? "", displayName: textAt(live, "displayName"), disabled },
    status: { phase: disabled ? "stopped" : "ready", detail: disabled ? "DISABLED" : "", addresses: {} },
  };
}

/** A secret as the core sees it, with the versions that we gave a name. One that went meanwhile is not there. */
export async function observeSecret(look: Look, live: JsonObject, signal: AbortSignal): Promise<readonly Observed[]> {
  const { rest, provider, project, fleet } = look;
  const key = secretKey(project, lastOf(textAt(live, "name")));
  const marker = markerOfLabels(provider, "secret", objectAt(live, "labels"));
  if (marker?.fleet !== fleet) return [observedSecret(provider, project, live, marker, [])];
  const aliases = aliasesOf(live);
  const [policy, versions] = await Promise.all([
    found404(readPolicy(rest, key, signal)),
    aliases.size === 0 ? [] : found404(readVersions(rest, project, key, signal)),
  ]);
  if (policy === undefined || versions === undefined) return [];
  const byNumber = new Map(versions.map((version) => [lastOf(textAt(version, "name")), version]));
  const named = [...aliases].flatMap(([digest, number]) => {
    const version = byNumber.get(number);
    const state = textAt(version, "state");
    // What is destroyed is gone; only its number is left.
    if (version === undefined || state === "DESTROYED") return [];
    return [observedVersion(provider, project, live, marker, { digest, number, state })];
  });
  return [observedSecret(provider, project, live, marker, accessorsOf(policy)), ...named];
}

/** A secret and who may read it. */
export function observedSecret(
  provider: string,
  project: string,
  live: JsonObject,
  marker: Marker | undefined,
  accessors: readonly string[],
): Observed {
  const name = lastOf(textAt(live, "name"));
  return {
    ...{ provider, kind: "secret", realm: project, key: secretKey(project, name), id: textAt(live, "createTime") },
    ...(marker === undefined ? {} : { marker }),
    state: { name, accessors },
    status: { phase: "ready", detail: "", addresses: {} },
  };
}

/** A version of a secret of ours. It has no place for a marker: it is ours as its secret is, and goes by our alias. */
export function observedVersion(
  provider: string,
  project: string,
  secret: JsonObject,
  marker: Marker,
  { digest, number, state }: { readonly digest: string; readonly number: string; readonly state: string },
): Observed {
  const key = secretKey(project, lastOf(textAt(secret, "name")));
  const { address, uid } = versionOf(provider, { address: marker.address, uid: marker.uid, key }, digest);
  const { fleet, commit } = marker;
  return {
    ...{ provider, kind: "secret-version", realm: project, key: versionKey(key, digest) },
    id: `${textAt(secret, "createTime")}/${number}`,
    marker: { fleet, uid, address, spec: specHash(versionSpec(key, digest)), commit },
    state: { secret: key, content: digest, state },
    status: { phase: state === "ENABLED" ? "ready" : "stopped", detail: state, addresses: {} },
  };
}

/** Digests that our aliases name → numbers of versions. */
export function aliasesOf(secret: JsonObject): ReadonlyMap<string, string> {
  const aliases = Object.entries(objectAt(secret, "versionAliases"));
  const ours = aliases.filter(([alias]) => alias.startsWith(aliasPrefix));
  return new Map(ours.map(([alias, number]) => [alias.slice(aliasPrefix.length), String(number)]));
}

/** Everybody who may read what a secret holds, whatever the conditions. */
export function accessorsOf(policy: JsonObject): readonly string[] {
  const bindings = objectsAt(policy, "bindings").filter((binding) => binding.role === accessorRole);
  const members = bindings.flatMap((binding) =>
    textsAt(binding, "members").map((member) => (binding.condition === undefined ? member : `${member} (conditional)`)),
  );
  return [...new Set(members)].sort(compareText);
}

/** Who may do what with a secret. */
export function readPolicy(rest: Rest, key: string, signal: AbortSignal): Promise<JsonObject> {
  const doing = `read who may open secret ${lastOf(key)}`;
  const query = { "options.requestedPolicyVersion": "3" };
  const call = { service: "secretmanager", method: "GET", path: `${key}:getIamPolicy`, query } as const;
  return rest.call({ ...call, doing, resource: key }, signal);
}

/** A secret's versions; what they hold is not in the answer. */
export function readVersions(
  rest: Rest,
  project: string,
  key: string,
  signal: AbortSignal,
): Promise<readonly JsonObject[]> {
  const word = key.slice(`projects/${project}/`.length);
  const listing = { service: "secretmanager", items: "versions", fields: "name,state", size: 250 } as const;
  return list({ rest, project }, { ...listing, word: `${word}/versions` }, signal);
}

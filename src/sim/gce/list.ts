import type { Json, JsonObject } from "../../core/json.ts";
import type { Call } from "./call.ts";
import { invalidValue } from "./failure.ts";
import { readFilter } from "./filter.ts";
import { regions, zones } from "./geography.ts";
import { linkOf } from "./reference.ts";
import type { Listed } from "./resources/geography-resources.ts";
import { flagOf, textOf } from "./values.ts";

/** A page of things in order, and the token for the next one. */
interface Page {
  readonly items: readonly Listed[];
  readonly nextPageToken?: string;
}

/** What a list is made of. */
export interface ListSource {
  /** `kind` of the list, such as `compute#instanceList`. */
  readonly kind: string;
  readonly collection: string;
  /** Things in order of scope and name; a body may be completed only when it is shown. */
  readonly items: readonly Listed[];
  readonly show?: (item: Listed) => JsonObject;
}

/** The answer of a list in one scope. */
export function listAnswer(call: Call, source: ListSource): JsonObject {
  const page = pageOf(call, source);
  const where = call.scope === "global" ? `projects/${call.project}/global` : `projects/${call.project}/${call.scope}`;
  const isPlaces = source.collection === "zones" || source.collection === "regions";
  const id = isPlaces ? `projects/${call.project}/${source.collection}` : `${where}/${source.collection}`;
  return {
    kind: source.kind,
    id,
    ...(page.items.length === 0 ? {} : { items: page.items.map((item) => item.body) }),
    ...(page.nextPageToken === undefined ? {} : { nextPageToken: page.nextPageToken }),
    selfLink: linkOf(id),
  };
}

/** The answer of a list over all scopes; scopes without anything carry a warning. */
export function aggregatedAnswer(call: Call, source: ListSource, scopes: readonly string[]): JsonObject {
  const page = pageOf(call, source);
  const id = `projects/${call.project}/aggregated/${source.collection}`;
  const byScope = new Map<string, JsonObject[]>();
  for (const item of page.items) {
    const list = byScope.get(item.scope) ?? [];
    byScope.set(item.scope, list);
    list.push(item.body);
  }
  const filled = new Set(source.items.map((item) => item.scope));
  const items: Record<string, Json> = {};
  for (const scope of flagOf(call.query, "includeAllScopes") === true ? everyScope : scopes) {
    const found = byScope.get(scope);
    items[scope] =
      found === undefined ? { warning: noResults(scope, filled.has(scope)) } : { [source.collection]: found };
  }
  return {
    kind: source.kind,
    id,
    items,
    ...(page.nextPageToken === undefined ? {} : { nextPageToken: page.nextPageToken }),
    selfLink: linkOf(id),
  };
}

/** The scopes that an aggregated list of a collection shows. */
export function scopesOf(collection: string): readonly string[] {
  return scopeTable[collection] ?? everyScope;
}

const zoneScopes = zones.map((zone) => `zones/${zone}`);
const regionScopes = regions.map((region) => `regions/${region.name}`);
const everyScope = ["global", ...regionScopes, ...zoneScopes];

const scopeTable: Readonly<Record<string, readonly string[]>> = {
  instances: zoneScopes,
  machineTypes: zoneScopes,
  diskTypes: [...regionScopes, ...zoneScopes],
  disks: [...regionScopes, ...zoneScopes],
  instanceGroups: [...regionScopes, ...zoneScopes],
  instanceGroupManagers: [...regionScopes, ...zoneScopes],
  subnetworks: regionScopes,
  routers: regionScopes,
  addresses: ["global", ...regionScopes],
  instanceTemplates: ["global", ...regionScopes],
};

function noResults(scope: string, elsewhere: boolean): JsonObject {
  const message = elsewhere
    ? `There are no results for scope '${scope}' on this page.`
    : `No results for the scope '${scope}'.`;
  return { code: "NO_RESULTS_ON_PAGE", message, data: [{ key: "scope", value: scope }] };
}

function pageOf(call: Call, source: ListSource): Page {
  const { query } = call;
  const most = readMaxResults(query.get("maxResults"));
  const show = (item: Listed): Listed => (source.show === undefined ? item : { ...item, body: source.show(item) });
  const filterText = query.get("filter") ?? "";
  const filter = filterText === "" ? undefined : readFilter(filterText);
  const newestFirst = readOrder(query.get("orderBy"));
  const ordered = newestFirst ? [...source.items].sort(byCreation) : source.items;
  const after = readToken(query.get("pageToken"), newestFirst);
  let index = after === undefined ? 0 : ordered.findIndex((item) => keyOf(item, newestFirst) > after);
  const items: Listed[] = [];
  for (; index >= 0 && index < ordered.length && items.length < most; index += 1) {
    const item = show(ordered[index] as Listed);
    if (filter === undefined || filter(item.body)) items.push(item);
  }
  const last = items.at(-1);
  const hasMore = index >= 0 && last !== undefined && items.length === most && index < ordered.length;
  const more = hasMore && (filter === undefined || ordered.slice(index).some((item) => filter(show(item).body)));
  return more ? { items, nextPageToken: writeToken(keyOf(last as Listed, newestFirst), newestFirst) } : { items };
}

function readMaxResults(text: string | null): number {
  const number = text === null ? 500 : Number(text);
  if (!Number.isInteger(number) || number < 0 || number > 500) {
    throw invalidValue("maxResults", text ?? "", "Must be between 0 and 500.");
  }
  return number === 0 ? 500 : number;
}

function readOrder(text: string | null): boolean {
  if (text === null || text === "" || text === "name") return false;
  if (text === "creationTimestamp desc") return true;
  throw invalidValue("orderBy", text, "Only 'name' and 'creationTimestamp desc' are supported.");
}

/** Keys grow in the order of the list, whichever it is, so that a page goes on behind a thing that is gone. */
function keyOf(item: Listed, newestFirst: boolean): string {
  const place = `${item.scope} ${item.name}`;
  if (!newestFirst) return place;
  const made = textOf(item.body, "creationTimestamp") ?? textOf(item.body, "insertTime");
  const created = Date.parse(made ?? "") || 0;
  return `${String(9_000_000_000_000_000 - created).padStart(16, "0")} ${place}`;
}

function byCreation(left: Listed, right: Listed): number {
  return keyOf(left, true) < keyOf(right, true) ? -1 : 1;
}

function writeToken(key: string, newestFirst: boolean): string {
  return Buffer.from(JSON.stringify([key, newestFirst])).toString("base64url");
}

function readToken(token: string | null, newestFirst: boolean): string | undefined {
  if (token === null || token === "") return undefined;
  try {
    const read: unknown = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
    if (Array.isArray(read) && typeof read[0] === "string" && read[1] === newestFirst) return read[0];
  } catch {
    // Falls through: a token that we did not write.
  }
  throw invalidValue("pageToken", token, "The page token is invalid.");
}

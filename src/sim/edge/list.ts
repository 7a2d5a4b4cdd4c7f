import type { JsonObject } from "../../core/json.ts";
import { badRequest, expired } from "./failure.ts";
import { apiVersionOf, type EdgeKind, kindKey } from "./kinds.ts";
import { type ApiObject, metadataText } from "./object.ts";
import { fieldSelector, labelSelector, type Match } from "./selector.ts";
import type { World } from "./world.ts";

/** What a list or watch asks for. */
export interface ListQuery {
  readonly world: World;
  readonly kind: EdgeKind;
  /** Empty: all namespaces. */
  readonly namespace: string;
  readonly match: Match;
}

/** One page and what stands after it. */
export interface Page {
  readonly items: readonly ApiObject[];
  readonly version: number;
  readonly continueToken: string;
  readonly remaining: number;
}

/** Reads the selectors of a request. */
export function matchOf(query: URLSearchParams, namespace: string): Match {
  const labels = labelSelector(query.get("labelSelector") ?? "");
  const fields = fieldSelector(query.get("fieldSelector") ?? "");
  return (object) =>
    (namespace === "" || metadataText(object, "namespace") === namespace) && labels(object) && fields(object);
}

interface Snapshot {
  readonly items: readonly ApiObject[];
  readonly version: number;
  readonly key: string;
}

/** Serves lists page by page; each chain of pages shows the state of its first page. */
export interface Pager {
  list(query: ListQuery, limit: number, token: string): Page;
  /** Forgets every chain: the next page of each is expired. */
  expire(): void;
}

const keptSnapshots = 64;

/** Makes a pager. */
export function createPager(): Pager {
  const snapshots = new Map<string, Snapshot>();
  let serial = 0;
  const keep = (id: string, snapshot: Snapshot): void => {
    snapshots.set(id, snapshot);
    for (const oldest of snapshots.keys()) {
      if (snapshots.size <= keptSnapshots) break;
      snapshots.delete(oldest);
    }
  };
  return {
    list: (query, limit, token) => {
      const key = `${query.world.prefix}|${kindKey(query.kind)}|${query.namespace}`;
      const given = token === "" ? undefined : decodeToken(token);
      const snapshot = given === undefined ? fresh(query, key) : snapshots.get(given.id);
      if (snapshot === undefined || snapshot.key !== key) {
        throw expired(
          "The provided continue parameter is too old to display a consistent list result. " +
            "You must start a new list without the continue parameter.",
        );
      }
      const start = given?.start ?? 0;
      const end = limit > 0 ? Math.min(start + limit, snapshot.items.length) : snapshot.items.length;
      const more = end < snapshot.items.length;
      if (given === undefined) serial += 1;
      const id = given?.id ?? `${serial}-${snapshot.version}`;
      if (more) keep(id, snapshot);
      return {
        items: snapshot.items.slice(start, end),
        version: snapshot.version,
        continueToken: more ? Buffer.from(JSON.stringify({ id, start: end })).toString("base64url") : "",
        remaining: snapshot.items.length - end,
      };
    },
    expire: () => snapshots.clear(),
  };
}

function fresh(query: ListQuery, key: string): Snapshot {
  const items = query.world.all(query.kind).map((stored) => stored.object);
  return { items: items.filter(query.match), version: query.world.version(), key };
}

function decodeToken(token: string): { readonly id: string; readonly start: number } {
  try {
    const value = JSON.parse(Buffer.from(token, "base64url").toString("utf8")) as { id?: unknown; start?: unknown };
    if (typeof value.id === "string" && typeof value.start === "number") return { id: value.id, start: value.start };
  } catch {
    // Falls through to the refusal below: whatever the token is, it is not ours.
  }
  throw badRequest("continue key is not valid");
}

/** The page as a List object. */
export function listBody(kind: EdgeKind, page: Page): JsonObject {
  return {
    kind: `${kind.kind}List`,
    apiVersion: apiVersionOf(kind),
    metadata: listMetadata(page),
    items: page.items,
  };
}

/** resourceVersion, continue and remainingItemCount as a list carries them. */
export function listMetadata(page: Page): JsonObject {
  return {
    resourceVersion: String(page.version),
    ...(page.continueToken === "" ? {} : { continue: page.continueToken, remainingItemCount: page.remaining }),
  };
}

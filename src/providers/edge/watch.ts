import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import { ProviderError, type Scope } from "../provider.ts";
import type { Client } from "./client.ts";
import { type Discovery, pathOf, type ServedKind } from "./discovery.ts";
import { type KnownKind, kindId } from "./kinds.ts";
import { fieldOf, textOf } from "./object.ts";
import type { Interest } from "./observe.ts";
import { clusterRealm } from "./translate.ts";

const timeoutSeconds = 300;
const maxDelayMs = 60_000;
/** A watch that ends sooner, and without a word, is asked for again less and less often. */
const soonMs = 5_000;
const maxLineBytes = 8 * 1024 * 1024;

/** What a watch works with. */
export interface Lookout {
  readonly client: Client;
  readonly discovery: Discovery;
  readonly kinds: readonly KnownKind[];
  readonly interest: (scope: Scope) => Interest;
  /** Wait after the first failure; it doubles from there. */
  readonly firstDelayMs: number;
}

/**
 * Watches the wanted kinds in the realms and hints at every change. A watch that ends goes on from the last version it
 * saw; one that is refused or forgotten (410) starts over, and starting over is itself a hint, for something may have been missed.
 */
export function watchRealms(lookout: Lookout, scope: Scope, onHint: () => void): () => Promise<void> {
  const stop = new AbortController();
  const running = watchAll(lookout, scope, onHint, stop.signal);
  return async () => {
    stop.abort();
    await running;
  };
}

async function watchAll(lookout: Lookout, scope: Scope, onHint: () => void, signal: AbortSignal): Promise<void> {
  const { wanted } = lookout.interest(scope);
  const namespaces = scope.realms.filter((realm) => realm !== clusterRealm);
  const namespace = namespaces.length === 1 ? (namespaces[0] as string) : "";
  const watched = lookout.kinds.filter((kind) => wanted.has(kindId(kind)));
  await Promise.all(
    watched.map(async (kind) => {
      // A signal of its own for each: many that wait on one look like a leak to Node.
      const follow = (one: string) => watchKind(lookout, kind, one, onHint, AbortSignal.any([signal]));
      if (!(await follow(namespace))) await Promise.all(namespaces.map(follow));
    }),
  );
}

/** The version a collection is at; one object of it is enough to learn that. */
async function versionOf(client: Client, path: string, kind: KnownKind, signal: AbortSignal): Promise<string> {
  const doing = `watch ${kind.kind}`;
  const body = await client.call({ method: "GET", path, query: { limit: "1" }, doing, resource: "" }, signal);
  if (body !== undefined) return textOf(fieldOf(body, "metadata"), "resourceVersion");
  throw new ProviderError(`${doing}: the server no longer serves ${path}.`, { code: "not-served", next: "retry" });
}

/** Watches until it is stopped. False: nobody lets us look into all namespaces at once, and nothing is watched. */
async function watchKind(
  lookout: Lookout,
  kind: KnownKind,
  namespace: string,
  onHint: () => void,
  signal: AbortSignal,
): Promise<boolean> {
  let version = "";
  let failures = 0;
  let served: ServedKind | undefined;
  while (!signal.aborted) {
    try {
      served = await lookout.discovery.find(kindId(kind), signal);
      if (served === undefined) {
        // It may be installed again: what is told then is that it stands anew.
        lookout.discovery.forget();
        version = "";
        failures += 1;
        await pause(maxDelayMs, signal);
        continue;
      }
      const path = pathOf(served, served.apiVersion, namespace);
      if (version === "") {
        version = await versionOf(lookout.client, path, kind, signal);
        if (failures > 0) onHint();
      }
      const before = version;
      const startedAtMs = performance.now();
      version = await follow(lookout.client, path, version, served, onHint, signal);
      const isIdle = version === before && performance.now() - startedAtMs < soonMs;
      failures = version === "" || isIdle ? failures + 1 : 0;
    } catch (error) {
      const code = error instanceof ProviderError ? error.code : "";
      if (code === "permission" && namespace === "" && served?.namespaced === true) return false;
      if (code === "expired" || code === "not-served") version = "";
      if (code === "not-served") lookout.discovery.forget();
      failures += 1;
      // A server that was away may come back from a backup: of a version it has yet to reach it says nothing, and nothing happens.
      if (failures > 1) version = "";
    }
    if (failures > 0) await pause(Math.min(maxDelayMs, lookout.firstDelayMs * 2 ** Math.min(failures - 1, 10)), signal);
  }
  return true;
}

/** Reads one watch to its end; gives the version to go on from, empty when that is no longer known. */
async function follow(
  client: Client,
  path: string,
  from: string,
  served: ServedKind,
  onHint: () => void,
  signal: AbortSignal,
): Promise<string> {
  const query = {
    watch: "true",
    allowWatchBookmarks: "true",
    resourceVersion: from,
    timeoutSeconds: String(timeoutSeconds),
  };
  const doing = `watch ${served.plural}`;
  const bounded = AbortSignal.any([signal, AbortSignal.timeout((timeoutSeconds + 30) * 1_000)]);
  const stream = await client.open({ method: "GET", path, query, doing, resource: "" }, bounded);
  let version = from;
  for await (const event of eventsIn(stream)) {
    const type = textOf(event, "type");
    if (type === "ERROR") return "";
    const next = textOf(fieldOf(fieldOf(event, "object"), "metadata"), "resourceVersion");
    if (next !== "") version = next;
    if (type !== "BOOKMARK") onHint();
  }
  return version;
}

async function* eventsIn(stream: AsyncIterable<Uint8Array>): AsyncIterable<JsonObject> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    if (text.length > maxLineBytes) throw new Error("an event is too large");
    for (const line of lines) {
      const value = line.trim() === "" ? undefined : (JSON.parse(line) as Json);
      if (isObject(value)) yield value;
    }
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}

import * as assert from "uvu/assert";
import type { Json, JsonObject } from "../../../src/core/json.ts";
import { suite } from "../../support/suite.ts";
import { at, mergeType, network, networks, type Send, sender, withSimulator } from "./scene.ts";

const test = suite("edge simulator: lists and watches");
const still = { readyAfterMs: 60_000 };

async function make(send: Send, ...names: readonly string[]): Promise<void> {
  for (const name of names) await send("POST", networks, network(name, {}, { labels: { first: name.slice(0, 1) } }));
}

function namesOf(body: JsonObject): readonly (Json | undefined)[] {
  return (at(body, "items") as readonly Json[]).map((item) => at(item, "metadata", "name"));
}

test("pages show the state of the first page", () =>
  withSimulator(async (send) => {
    await make(send, "a", "b", "c");
    const first = await send("GET", `${networks}?limit=2`);
    assert.equal(namesOf(first.body), ["a", "b"]);
    assert.is(at(first.body, "metadata", "remainingItemCount"), 1);
    await make(send, "d");
    const token = String(at(first.body, "metadata", "continue"));
    const second = await send("GET", `${networks}?limit=2&continue=${token}`);
    assert.equal(namesOf(second.body), ["c"]);
    assert.is(at(second.body, "metadata", "continue"), undefined);
    assert.is(at(second.body, "metadata", "resourceVersion"), at(first.body, "metadata", "resourceVersion"));
  }, still));

test("a page that was forgotten is 410", () =>
  withSimulator(async (send) => {
    await make(send, "a", "b");
    const first = await send("GET", `${networks}?limit=1`);
    await send("POST", "/_control/compact");
    const token = String(at(first.body, "metadata", "continue"));
    const second = await send("GET", `${networks}?limit=1&continue=${token}`);
    assert.is(second.code, 410);
    assert.is(second.body.reason, "Expired");
  }, still));

const selectors: readonly [query: string, names: readonly string[]][] = [
  ["labelSelector=first=a", ["aa", "ab"]],
  ["labelSelector=first!=a", ["b"]],
  ["labelSelector=first in (a,b)", ["aa", "ab", "b"]],
  ["labelSelector=first notin (a)", ["b"]],
  ["labelSelector=!first", []],
  ["labelSelector=first,first=b", ["b"]],
  ["fieldSelector=metadata.name=ab", ["ab"]],
  ["fieldSelector=metadata.name!=ab,metadata.namespace=default", ["aa", "b"]],
  ["fieldSelector=metadata.namespace==default&labelSelector=first=b", ["b"]],
];

test("selectors", () =>
  withSimulator(async (send) => {
    await make(send, "aa", "ab", "b");
    for (const [query, names] of selectors) {
      const answer = await send("GET", `${networks}?${encodeURI(query).replaceAll("!", "%21")}`);
      assert.equal(namesOf(answer.body), names, query);
    }
    assert.is((await send("GET", `${networks}?labelSelector=a=b=c`)).code, 400);
  }, still));

const maps = "/api/v1/namespaces/default/configmaps";

/** ConfigMaps have no controller, so nobody else makes events for them. */
async function makeMaps(send: Send, ...names: readonly string[]): Promise<void> {
  for (const name of names) {
    const metadata = { name, labels: { first: name.slice(0, 1) } };
    await send("POST", maps, { apiVersion: "v1", kind: "ConfigMap", metadata });
  }
}

/** Reads events until enough have come. */
async function watch(url: string, query: string, count: number): Promise<readonly JsonObject[]> {
  const stop = new AbortController();
  const answer = await fetch(`${url}${maps}?watch=true&${query}`, { signal: stop.signal });
  const events: JsonObject[] = [];
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of answer.body as ReadableStream<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) events.push(JSON.parse(line) as JsonObject);
    if (events.length >= count) break;
  }
  stop.abort();
  return events;
}

function shortOf(event: JsonObject): string {
  return `${String(event.type)} ${String(at(event.object, "metadata", "name"))}`;
}

test("a watch continues from a version and follows a selector in and out", () =>
  withSimulator(async (send, { url }) => {
    await makeMaps(send, "a");
    const { body } = await send("GET", maps);
    await makeMaps(send, "ab", "b");
    await send("PATCH", `${maps}/ab`, { metadata: { labels: { first: "z" } } }, mergeType);
    await send("PATCH", `${maps}/b`, { metadata: { labels: { first: "a" } } }, mergeType);
    const version = String(at(body, "metadata", "resourceVersion"));
    const events = await watch(url, `resourceVersion=${version}&labelSelector=first%3Da`, 3);
    const expected = ["ADDED ab", "DELETED ab", "ADDED b"];
    assert.equal(events.map(shortOf), expected);
  }, still));

test("a watch without a version starts with what is there, then bookmarks", () =>
  withSimulator(
    async (send, { url }) => {
      await makeMaps(send, "a");
      const events = await watch(url, "allowWatchBookmarks=true", 3);
      assert.ok(events.some((event) => shortOf(event) === "ADDED a"));
      const bookmark = events.find((event) => event.type === "BOOKMARK");
      const newest = at((await send("GET", maps)).body, "metadata", "resourceVersion");
      assert.is(at(bookmark?.object, "metadata", "resourceVersion"), newest);
    },
    { ...still, bookmarkIntervalMs: 10 },
  ));

test("a watch from a forgotten version ends with 410", () =>
  withSimulator(async (send, { url }) => {
    await makeMaps(send, "a");
    const { body } = await send("GET", maps);
    await makeMaps(send, "b");
    await send("POST", "/_control/compact");
    const version = String(at(body, "metadata", "resourceVersion"));
    const [event] = await watch(url, `resourceVersion=${version}`, 1);
    assert.is(event?.type, "ERROR");
    assert.is(at(event?.object, "code"), 410);
  }, still));

test("deleting a collection deletes what the selector means", () =>
  withSimulator(async (send) => {
    const path = "/api/v1/namespaces/default/configmaps";
    for (const name of ["a", "b"]) {
      await send("POST", path, { apiVersion: "v1", kind: "ConfigMap", metadata: { name, labels: { n: name } } });
    }
    await send("DELETE", `${path}?labelSelector=n%3Da`);
    assert.equal(namesOf((await send("GET", path)).body), ["b"]);
  }, still));

test("kubectl's tables and both forms of discovery", () =>
  withSimulator(async (send, { url }) => {
    await make(send, "a");
    const ask = async (path: string, accept: string) =>
      (await (await fetch(url + path, { headers: { accept } })).json()) as JsonObject;
    const table = await ask(networks, "application/json;as=Table;v=v1;g=meta.k8s.io,application/json");
    assert.is(table.kind, "Table");
    assert.is(at(table, "rows", 0, "cells", 0), "a");
    const modern = await ask("/apis", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
    assert.is(modern.kind, "APIGroupDiscoveryList");
    const { body } = await sender(url)("GET", "/apis/networking.datumapis.com/v1alpha");
    const names = (at(body, "resources") as readonly Json[]).map((resource) => at(resource, "name"));
    assert.ok(names.includes("networks") && names.includes("networks/status"));
  }, still));

test.run();

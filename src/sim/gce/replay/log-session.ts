import type { JsonObject } from "../../../core/json.ts";
import { lastSegment } from "../reference.ts";
import { objectOf, objectsOf, textOf } from "../values.ts";
import type { Given, Send } from "./given.ts";
import { createNames, hasPlaceholder, type Names, placeholderOf, replayProject } from "./names.ts";
import type { Exchange, Replayed, Session } from "./recordings.ts";

/** A resource that the session made. */
interface Made {
  readonly name: string;
  readonly request: JsonObject;
}

interface State {
  readonly session: Session;
  readonly given: Given;
  readonly send: Send;
  readonly settle: () => void;
  readonly names: Names;
  readonly made: Map<string, Made[]>;
  /** Name that was looked for in vain and is about to be made, by collection. */
  readonly coming: Map<string, string>;
  /** What a placeholder in a path stood for last. */
  readonly chosen: Map<string, string>;
  operation: string;
}

/** Replays a log: each request with its placeholders filled, after what the recording takes for granted. */
export async function replayLog(
  session: Session,
  given: Given,
  send: Send,
  settle: () => void,
): Promise<readonly Replayed[]> {
  const state: State = {
    ...{ session, given, send, settle, operation: "none" },
    names: createNames(),
    made: new Map(),
    coming: new Map(),
    chosen: new Map(),
  };
  const replayed: Replayed[] = [];
  for (const [index, exchange] of session.exchanges.entries())
    replayed.push(await replayExchange(state, exchange, index));
  return replayed;
}

async function replayExchange(state: State, exchange: Exchange, index: number): Promise<Replayed> {
  const { method, status, response } = exchange;
  const isWait = /\/operations\/[^/]+\/wait/.test(exchange.path);
  const isNotReady = textOf(objectsOf(objectOf(response, "error"), "errors")[0], "reason") === "resourceNotReady";
  if (isWait || (method !== "GET" && !isNotReady)) state.settle();
  const path = await boundPath(state, exchange);
  const body = boundBody(state, exchange, path);
  if (method === "DELETE" && !isNotReady) await holdBack(state, exchange, index, path);
  let answer = await state.send(method, path, body);
  if (method === "GET" && !agrees(exchange, answer)) {
    state.settle();
    answer = await state.send(method, path, body);
  }
  if (method === "GET" && status === 200 && answer.status === 404) {
    await state.given.resource(path.replace(/\?.*/, ""), state.names.fillBody(response));
    answer = await state.send(method, path, body);
  }
  const isOperation = answer.body.kind === "compute#operation" && method !== "GET";
  if (isOperation) state.operation = textOf(answer.body, "name") ?? "none";
  if (method === "DELETE" && status === 200) forget(state, path);
  return { exchange, sent: path, ...answer };
}

/** Reading is repeated after time has passed when the recorded answer is from later on. */
function agrees(exchange: Exchange, answer: { readonly status: number; readonly body: JsonObject }): boolean {
  return exchange.status === answer.status && exchange.response.status === answer.body.status;
}

async function boundPath(state: State, exchange: Exchange): Promise<string> {
  const [raw = "", query = ""] = exchange.path.split("?");
  const asked = query === "" ? "" : `?${boundQuery(state, query)}`;
  const found = /^(projects\/[^/]+\/(?:global|zones\/[^/]+|regions\/[^/]+)\/)([^/]+)\/([^/]+)(\/.*)?$/.exec(raw);
  if (found === null) return state.names.fill(raw) + asked;
  const [, before = "", collection = "", name = "", after = ""] = found;
  const prefix = state.names.fill(before);
  if (collection === "operations") return `${prefix}operations/${state.operation}${after}${asked}`;
  if (!hasPlaceholder(name)) return `${prefix}${collection}/${name}${after}${asked}`;
  const chosen = await chooseName(state, exchange, prefix, collection, name);
  state.chosen.set(`${collection} ${name}`, chosen);
  return `${prefix}${collection}/${chosen}${after}${asked}`;
}

/** The recorder normalised names away, also inside of filters; the last network is meant. */
function boundQuery(state: State, query: string): string {
  const read = new URLSearchParams(query);
  const filter = read.get("filter");
  if (filter !== null && hasPlaceholder(filter)) {
    const network = state.names.fill(placeholderOf("networkID"));
    // The name stands in a pattern, with its dashes escaped and a word boundary before it.
    read.set(
      "filter",
      filter.replace(/[\w\\-]*\$\{[A-Za-z]+\}[\w-]*/, () => `\\b${network}`),
    );
  }
  return read.toString();
}

async function chooseName(
  state: State,
  exchange: Exchange,
  prefix: string,
  collection: string,
  placeholder: string,
): Promise<string> {
  const key = `${collection} ${placeholder}`;
  if (exchange.status === 404) {
    const name = state.coming.get(collection) ?? state.names.fresh(placeholder);
    state.coming.set(collection, name);
    return name;
  }
  if (exchange.method !== "GET") {
    const before = state.chosen.get(key);
    if (before !== undefined) return before;
  }
  const candidates = state.made.get(collection) ?? [];
  const best = [...candidates].sort((left, right) => likeness(right, exchange) - likeness(left, exchange))[0];
  if (best !== undefined) return best.name;
  // A disk that came with an instance has its placeholder from there.
  for (const [other, name] of state.chosen) {
    if (!other.endsWith(` ${placeholder}`)) continue;
    if ((await state.send("GET", `${prefix}${collection}/${name}`)).status === 200) return name;
  }
  const name = state.names.fill(placeholder);
  state.names.bind(placeholder, name);
  return name;
}

/** How much of what was asked for shows in an answer. */
function likeness(made: Made, exchange: Exchange): number {
  return Object.entries(made.request).filter(([key, value]) => exchange.response[key] === value).length;
}

function boundBody(state: State, exchange: Exchange, path: string): JsonObject | undefined {
  const { request, method } = exchange;
  if (request === undefined) return method === "PATCH" ? {} : undefined;
  const collection = lastSegment(path.replace(/\?.*/, ""));
  const placeholder = textOf(request, "name");
  const isInsert = method === "POST" && placeholder !== undefined;
  if (!isInsert) return state.names.fillBody(request);
  const name =
    state.coming.get(collection) ?? (hasPlaceholder(placeholder) ? state.names.fresh(placeholder) : placeholder);
  state.coming.delete(collection);
  state.names.bind(placeholder, name);
  const idOf = collection.replace(/(?<=ss)es$|s$/, "ID");
  state.names.bind(placeholderOf(idOf), name);
  const body = { ...state.names.fillBody(request), name };
  state.made.set(collection, [...(state.made.get(collection) ?? []), { name, request }]);
  return body;
}

function forget(state: State, path: string): void {
  const [, collection = "", name = ""] = /\/([^/]+)\/([^/?]+)(?:\?.*)?$/.exec(path) ?? [];
  const kept = (state.made.get(collection) ?? []).filter((one) => one.name !== name);
  // A network can outlive its first delete; it stays known until nothing asks for it any more.
  if (collection !== "networks") state.made.set(collection, kept);
}

/**
 * An organisation's own automation put a firewall rule into a recorded network and kept it from being deleted for a
 * while. The rule is there as long as the recording goes on to find the network.
 */
async function holdBack(state: State, exchange: Exchange, index: number, path: string): Promise<void> {
  if (!exchange.path.includes("/networks/")) return;
  const user = /already being used by 'projects\/[^/]+\/global\/firewalls\/([^']+)'/.exec(
    JSON.stringify(state.session.exchanges),
  );
  if (user === null) return;
  const later = state.session.exchanges.slice(index + 1).find((one) => one.path === exchange.path);
  const rule = `projects/${replayProject}/global/firewalls`;
  const name = state.names.fill(user[1] ?? "held");
  const network = path.replace(/\?.*/, "");
  if (later === undefined) await state.send("DELETE", `${rule}/${name}`);
  else await state.send("POST", rule, { name, network, allowed: [{ IPProtocol: "tcp" }] });
  state.settle();
}

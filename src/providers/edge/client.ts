import { setTimeout as delay } from "node:timers/promises";
import { Agent, type Dispatcher, ProxyAgent, request } from "undici";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import { ProviderError } from "../provider.ts";
import type { Access } from "./credentials.ts";
import { refusal, unreachable } from "./failure.ts";
import { fieldOf, objectsOf, textOf } from "./object.ts";
import { isPrivateChannel } from "./options.ts";

const maxAnswerBytes = 64 * 1024 * 1024;
const silentTimeoutMs = 3_000;
const maxPages = 2_000;
/** How often a server that is busy for a moment is asked in all, and the longest pause it may ask for. */
const maxAsks = 4;
const longestPauseMs = 5_000;

/** One request in the words of the API. */
export interface Call {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: JsonObject;
  readonly contentType?: string;
  readonly accept?: string;
  /** What it is for, in messages. */
  readonly doing: string;
  /** Key of the resource it is about; empty: none in particular. */
  readonly resource: string;
}

/** A list and the version it shows. */
export interface Listed {
  readonly items: readonly JsonObject[];
  readonly version: string;
}

/** The few verbs of the Kubernetes API that the provider needs. */
export interface Client {
  /** The answer's body; undefined on 404. Throws ProviderError on everything else that is not a success. */
  call(call: Call, signal: AbortSignal): Promise<JsonObject | undefined>;
  /** Every page of a list. Starts over once when the server forgets it half way; never gives a part. */
  list(path: string, labelSelector: string, doing: string, signal: AbortSignal): Promise<Listed>;
  /** An open answer, for a watch. */
  open(call: Call, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  close(): Promise<void>;
}

/** Where and how to connect. */
export interface Transport {
  readonly origin: string;
  readonly prefix: string;
  readonly access: Access;
  readonly certificateAuthority: string | undefined;
  readonly proxy: string | undefined;
  readonly timeoutMs: number;
  readonly pageSize: number;
  /** The most a busy server is waited for before it is asked again, whatever it says itself; a second unless said. */
  readonly busyPauseMs?: number;
}

/** Makes a client that keeps a few connections open. */
export function createClient(transport: Transport): Client {
  const dispatcher = dispatcherOf(transport, 8);
  const { timeoutMs, pageSize, busyPauseMs = 1_000 } = transport;
  const streams = dispatcherOf(transport, undefined);
  const where = hostOf(transport);
  const send = async (call: Call, signal: AbortSignal, through = dispatcher): Promise<Dispatcher.ResponseData> => {
    const { origin, prefix, access } = transport;
    const authorization = await access.authorization(dispatcher, signal);
    if (authorization !== undefined && !isPrivateChannel(origin)) {
      const message = `${call.doing}: credentials are never sent without TLS to another machine.`;
      throw new ProviderError(message, { code: "permission", next: "person", resource: call.resource });
    }
    const search = new URLSearchParams(call.query).toString();
    const target = `${origin}${prefix}${call.path}${search === "" ? "" : `?${search}`}`;
    return request(target, {
      dispatcher: through,
      method: call.method,
      signal,
      headers: {
        accept: call.accept ?? "application/json",
        "user-agent": "plumbline",
        ...(authorization === undefined ? {} : { authorization }),
        ...(call.body === undefined ? {} : { "content-type": call.contentType ?? "application/json" }),
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    });
  };
  // Who did not answer lately is waited for less: a server that is down must not hold up what others could do.
  let isSilent = false;
  const once = async (call: Call, signal: AbortSignal): Promise<JsonObject | undefined> => {
    const patienceMs = isSilent ? Math.min(timeoutMs, silentTimeoutMs) : timeoutMs;
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
    const answer = await guarded(call, where, signal, async () => {
      const response = await send(call, bounded);
      return { response, body: await readJson(response) };
    }).catch((error) => {
      isSilent = error instanceof ProviderError && error.code === "timeout";
      throw error;
    });
    isSilent = false;
    return settle(answer.response, answer.body, call);
  };
  const renewed = async (wanted: Call, signal: AbortSignal): Promise<JsonObject | undefined> => {
    try {
      return await once(wanted, signal);
    } catch (error) {
      const refused = error instanceof ProviderError && error.code === "unauthenticated";
      if (!refused || !transport.access.renew()) throw error;
      return once(wanted, signal);
    }
  };
  const call = (wanted: Call, signal: AbortSignal) => patiently(() => renewed(wanted, signal), busyPauseMs, signal);
  return {
    call,
    list: (path, labelSelector, doing, signal) => listAll({ call, path, labelSelector, doing, signal, pageSize }),
    open: async (wanted, signal) => {
      const begin = async () => {
        const response = await guarded(wanted, where, signal, () => send(wanted, signal, streams));
        if (response.statusCode === 200) return response.body;
        settle(response, await readJson(response), wanted);
        throw noLonger(wanted.doing, wanted.path);
      };
      return patiently(begin, busyPauseMs, signal);
    },
    close: async () => {
      await Promise.all([dispatcher.destroy(), streams.destroy()]);
    },
  };
}

/** Watches hold their connections, so they get a pool of their own without a limit. */
function dispatcherOf(transport: Transport, connections: number | undefined): Dispatcher {
  const { access, certificateAuthority, proxy, timeoutMs } = transport;
  const tls = {
    ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }),
    ...(access.certificate === undefined ? {} : { cert: access.certificate.certificate, key: access.certificate.key }),
  };
  const limit = connections === undefined ? {} : { connections };
  const shared = { ...limit, headersTimeout: timeoutMs, bodyTimeout: 0 };
  if (proxy === undefined) return new Agent({ ...shared, connect: { ...tls, timeout: timeoutMs } });
  return new ProxyAgent({ ...shared, uri: proxy, requestTls: tls });
}

/**
 * Asks again when the server is busy for a moment, as its own clients do. Right after its start a server says so of the first list
 * of every kind; a request that is answered so was not looked at, whatever it wanted.
 */
async function patiently<T>(work: () => Promise<T>, busyPauseMs: number, signal: AbortSignal): Promise<T> {
  for (let asks = 1; ; asks += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ProviderError) || error.code !== "rate-limit" || asks >= maxAsks) throw error;
      const { retryAfterMs = busyPauseMs } = error;
      if (retryAfterMs > longestPauseMs) throw error;
      await delay(Math.min(retryAfterMs, busyPauseMs), undefined, { signal });
    }
  }
}

/** Whom requests go to, for messages; empty behind a proxy, which may be the one that failed. */
function hostOf({ origin, proxy }: Transport): string {
  return proxy === undefined && URL.canParse(origin) ? new URL(origin).host : "";
}

async function guarded<T>(call: Call, where: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof ProviderError ? error : unreachable(error, call.doing, call.resource, where);
  }
}

function settle(response: Dispatcher.ResponseData, body: JsonObject, call: Call): JsonObject | undefined {
  const { statusCode } = response;
  if (statusCode >= 200 && statusCode < 300) return body;
  if (statusCode === 404 && call.method !== "PATCH") return undefined;
  const seconds = Number(response.headers["retry-after"] ?? fieldOf(body, "details").retryAfterSeconds);
  const retryAfterMs = Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 3_600) * 1_000 : undefined;
  throw refusal({ status: statusCode, body, retryAfterMs }, call.doing, call.resource);
}

async function readJson(response: Dispatcher.ResponseData): Promise<JsonObject> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += (chunk as Buffer).length;
    if (bytes > maxAnswerBytes) throw Object.assign(new Error("too large"), { code: "an answer over 64 MiB" });
    chunks.push(chunk as Buffer);
  }
  const text = Buffer.concat(chunks).toString("utf8");
  const good = response.statusCode >= 200 && response.statusCode < 300;
  try {
    const value = JSON.parse(text) as Json;
    if (isObject(value)) return value;
  } catch {
    // A failure may come from a proxy that does not speak JSON; only a success has to be an object.
  }
  if (!good) return {};
  throw Object.assign(new Error("not JSON"), { code: "the answer is not a JSON object" });
}

function noLonger(doing: string, path: string): ProviderError {
  return new ProviderError(`${doing}: the server no longer serves ${path}.`, { code: "not-served", next: "retry" });
}

interface ListRequest {
  readonly call: Client["call"];
  readonly path: string;
  readonly labelSelector: string;
  readonly doing: string;
  readonly signal: AbortSignal;
  readonly pageSize: number;
}

async function listAll(request: ListRequest): Promise<Listed> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await listOnce(request);
    } catch (error) {
      if (attempt > 0 || !(error instanceof ProviderError) || error.code !== "expired") throw error;
    }
  }
}

async function listOnce({ call, path, labelSelector, doing, signal, pageSize }: ListRequest): Promise<Listed> {
  const items: JsonObject[] = [];
  let token = "";
  for (let page = 0; page < maxPages; page += 1) {
    const query = {
      limit: String(pageSize),
      ...(labelSelector === "" ? {} : { labelSelector }),
      ...(token === "" ? {} : { continue: token }),
    };
    const body = await call({ method: "GET", path, query, doing, resource: "" }, signal);
    if (body === undefined) throw noLonger(doing, path);
    if (!Array.isArray(body.items)) {
      throw new ProviderError(`${doing}: the answer is not a list.`, { code: "unavailable", next: "retry" });
    }
    const kind = textOf(body, "kind").replace(/List$/, "");
    const apiVersion = textOf(body, "apiVersion");
    for (const item of objectsOf(body, "items")) items.push({ apiVersion, kind, ...item });
    const metadata = fieldOf(body, "metadata");
    token = textOf(metadata, "continue");
    if (token === "") return { items, version: textOf(metadata, "resourceVersion") };
  }
  throw new ProviderError(`${doing}: more than ${maxPages} pages.`, { code: "too-large", next: "person" });
}

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Json, JsonObject } from "../../core/json.ts";
import { readBody } from "./body.ts";
import { aggregated, coreVersions, groupFor, groupList, resourceList, wantsAggregated } from "./discovery.ts";
import { ApiFailure, badRequest, expired, noSuchPath, statusBody } from "./failure.ts";
import { type FaultName, type Faults, readFaultOptions } from "./faults.ts";
import type { EdgeKind } from "./kinds.ts";
import type { Pager } from "./list.ts";
import { openApiDocument, openApiIndex } from "./openapi.ts";
import { type Answer, serveResource } from "./resources.ts";
import { type Denials, refuseDenied, review } from "./reviews.ts";
import { routeOf, splitControlPlane } from "./route.ts";
import type { Universe } from "./world.ts";

/** How many requests were answered, by what they do. */
export interface Traffic {
  reads: number;
  writes: number;
  lists: number;
  /** Watches that are open now. */
  watches: number;
}

/** What the request handler works with. */
export interface ServerParts {
  readonly universe: Universe;
  readonly kinds: readonly EdgeKind[];
  readonly faults: Faults;
  readonly pager: Pager;
  readonly traffic: Traffic;
  /** What nobody may do. */
  readonly denials: Denials;
  readonly nowMs: () => number;
  readonly bookmarkIntervalMs: number;
  /** Bearer tokens that are let in; undefined lets everybody in. */
  readonly authorize: (request: IncomingMessage) => boolean;
  /** Answers `/oauth/v2/token`. */
  readonly token: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
}

const readFaults: readonly FaultName[] = ["refuse", "stall", "tooMany", "unavailable"];
const listFaults: readonly FaultName[] = [...readFaults, "expired", "stale", "partial"];
const writeFaults: readonly FaultName[] = [...readFaults, "conflict", "lose"];

/** Answers one request; every failure becomes a Status. */
export async function serve(parts: ServerParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const url = new URL(request.url ?? "/", "http://localhost");
    if (url.pathname.startsWith("/_control/")) return send(response, 200, await control(parts, url.pathname, request));
    if (url.pathname === "/oauth/v2/token") return await parts.token(request, response);
    if (!parts.authorize(request)) throw new ApiFailure(401, "Unauthorized", "Unauthorized");
    await serveApi(parts, url, request, response);
  } catch (error) {
    if (response.headersSent || response.destroyed) return void response.destroy();
    const failure =
      error instanceof ApiFailure ? error : new ApiFailure(500, "InternalError", `Internal error: ${String(error)}`);
    if (failure.retryAfterSeconds !== undefined) response.setHeader("retry-after", String(failure.retryAfterSeconds));
    if (failure.code === 404 && failure.reason === "") sendText(response, 404, `${failure.message}\n`);
    else send(response, failure.code, statusBody(failure));
  }
}

async function serveApi(parts: ServerParts, url: URL, request: IncomingMessage, response: ServerResponse) {
  const { prefix, rest } = splitControlPlane(url.pathname);
  const reviewed = await review(parts.denials, rest, request);
  if (reviewed !== undefined) return send(response, reviewed.code, reviewed.body);
  const route = routeOf(parts.kinds, rest);
  const reads = request.method === "GET";
  if (route.type === "unknown") throw noSuchPath(rest);
  const lists = reads && route.type === "collection";
  parts.traffic[lists ? "lists" : reads ? "reads" : "writes"] += 1;
  const possible = lists ? listFaults : reads ? readFaults : writeFaults;
  const fault = parts.faults.next(request.method ?? "GET", url.pathname, possible);
  if (fault === "refuse") return void request.socket.destroy();
  if (fault === "stall") return;
  refuseBy(fault);
  if (route.type === "discovery") return sendDiscovery(parts, prefix, route.path, request, response);
  refuseDenied(parts.denials, route, request, url.searchParams);
  const world = parts.universe.world(prefix);
  const { nowMs, pager, bookmarkIntervalMs } = parts;
  const onWatch = (change: 1 | -1): void => {
    parts.traffic.watches += change;
  };
  const answer = await serveResource({
    ...{ request, response, world, route, pager, bookmarkIntervalMs, onWatch },
    query: url.searchParams,
    nowMs: nowMs(),
  });
  if (answer === undefined) return;
  if (fault === "lose") return void request.socket.destroy();
  for (const warning of answer.warnings ?? []) response.appendHeader("warning", `299 - ${JSON.stringify(warning)}`);
  const shown = lists ? remember(parts, url, answer, fault === "stale") : answer;
  if (fault === "partial") sendHalf(response, shown);
  else send(response, shown.code, shown.body);
}

/** Turns a fault that is an answer of its own into that answer. */
function refuseBy(fault: FaultName | undefined): void {
  if (fault === "tooMany") {
    throw new ApiFailure(429, "TooManyRequests", "Too many requests, please try again later.", {
      retryAfterSeconds: 1,
    });
  }
  if (fault === "unavailable") throw new ApiFailure(503, "ServiceUnavailable", "the server is currently unable");
  if (fault === "conflict") {
    throw new ApiFailure(409, "Conflict", "Operation cannot be fulfilled: the object has been modified");
  }
  if (fault === "expired") throw expired("The provided continue parameter is too old");
}

const remembered = new WeakMap<ServerParts, Map<string, Answer>>();

/** Keeps the first answer of each list, which is what a stale one is answered with. */
function remember(parts: ServerParts, url: URL, answer: Answer, stale: boolean): Answer {
  const answers = remembered.get(parts) ?? new Map<string, Answer>();
  remembered.set(parts, answers);
  const key = `${url.pathname}${url.search}`;
  const old = answers.get(key);
  if (stale && old !== undefined) return old;
  if (old === undefined && answers.size < 64) answers.set(key, answer);
  return answer;
}

function sendDiscovery(
  parts: ServerParts,
  prefix: string,
  path: readonly string[],
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { kinds } = parts;
  const [first, ...rest] = path;
  const accept = request.headers.accept ?? "";
  if (first === "healthz" || first === "livez" || first === "readyz") return void response.end("ok");
  if (rest.length === 0 && (first === "api" || first === "apis") && wantsAggregated(accept)) {
    const type = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    send(response, 200, aggregated(kinds, first === "api"), type);
    return;
  }
  send(response, 200, discoveryBody(kinds, prefix, path, request.headers.host ?? ""));
}

function discoveryBody(kinds: readonly EdgeKind[], prefix: string, path: readonly string[], host: string): JsonObject {
  const [first, ...rest] = path;
  const joined = path.join("/");
  if (joined === "") return { paths: ["/api", "/apis", "/healthz", "/openapi/v3", "/version"] };
  if (joined === "version") {
    return { major: "1", minor: "32", gitVersion: "v1.32.0", platform: "linux/amd64", goVersion: "none" };
  }
  if (joined === "api") return coreVersions(host);
  if (joined === "apis") return groupList(kinds);
  if (joined === "openapi/v3") return openApiIndex(kinds, prefix);
  const body = joined.startsWith("openapi/v3/")
    ? openApiDocument(kinds, rest.slice(1).join("/"))
    : first === "api" && rest.length === 1
      ? resourceList(kinds, "", rest[0] as string)
      : first === "apis" && rest.length === 1
        ? groupFor(kinds, rest[0] as string)
        : first === "apis" && rest.length === 2
          ? resourceList(kinds, rest[0] as string, rest[1] as string)
          : undefined;
  if (body === undefined) throw noSuchPath(`/${joined}`);
  return body;
}

async function control(parts: ServerParts, path: string, request: IncomingMessage): Promise<JsonObject> {
  if (path === "/_control/faults") {
    if (request.method === "POST") parts.faults.set(readFaultOptions((await readBody(request)) as Json));
    return parts.faults.describe();
  }
  if (path === "/_control/traffic") return { ...parts.traffic };
  if (path === "/_control/compact" && request.method === "POST") {
    for (const world of parts.universe.worlds()) world.compact();
    parts.pager.expire();
    return {};
  }
  throw badRequest("known controls are /_control/faults, /_control/traffic and /_control/compact");
}

function send(response: ServerResponse, code: number, body: JsonObject, type = "application/json"): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(code, { "content-type": type, "content-length": bytes.length });
  response.end(bytes);
}

function sendText(response: ServerResponse, code: number, text: string): void {
  response.writeHead(code, { "content-type": "text/plain; charset=utf-8" }).end(text);
}

function sendHalf(response: ServerResponse, answer: Answer): void {
  const bytes = Buffer.from(JSON.stringify(answer.body));
  response.writeHead(answer.code, { "content-type": "application/json", "content-length": bytes.length });
  response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
}

import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import { accessOf } from "./access.ts";
import { type Answer, notFound, Refusal, refusalBody } from "./answer.ts";
import { type Call, projectOf, type Routes } from "./call.ts";
import type { Description } from "./description/check.ts";
import type { Faults } from "./faults.ts";
import { answerGraphql } from "./graphql.ts";
import type { Limits } from "./limits.ts";
import { accountRoutes } from "./routes/accounts.ts";
import { checkRoutes } from "./routes/checks.ts";
import { contentRoutes } from "./routes/contents.ts";
import { deploymentRoutes } from "./routes/deployments.ts";
import { gitDataRoutes } from "./routes/git-data.ts";
import { historyRoutes } from "./routes/history.ts";
import { issueRoutes } from "./routes/issues.ts";
import { pullRoutes } from "./routes/pulls.ts";
import { repositoryRoutes } from "./routes/repositories.ts";
import { statusRoutes } from "./routes/statuses.ts";
import type { World } from "./world.ts";

/** What every request is answered with. */
export interface ServerParts {
  readonly world: World;
  readonly description: Description;
  readonly limits: Limits;
  readonly faults: Faults;
  /** Where our own answers are not GitHub's. Any entry is a fault of the simulator. */
  readonly violations: string[];
  /** Requests in order, as `METHOD path code`. */
  readonly traffic: string[];
}

const routes: Routes = {
  ...accountRoutes,
  ...repositoryRoutes,
  ...statusRoutes,
  ...checkRoutes,
  ...pullRoutes,
  ...issueRoutes,
  ...gitDataRoutes,
  ...deploymentRoutes,
  ...contentRoutes,
  ...historyRoutes,
};

/** Routes as patterns; a fixed word wins over a name. */
const patterns = Object.keys(routes)
  .map((operation) => {
    const [method = "", path = ""] = operation.split(" ");
    const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
    // A ref, a branch, a path and what is compared may hold slashes; so may the commit's name in `commits/{ref}`.
    const source = path.replace(/\{(\w+)\}/g, (_all, name: string) =>
      name === "path" ? "(.*)" : ["ref", "branch", "basehead"].includes(name) ? "(.+)" : "([^/]+)",
    );
    // The root of the contents is asked for with and without the last slash.
    const whole = source.replace(/\/\(\.\*\)$/, "(?:/(.*))?");
    return {
      operation,
      method,
      names,
      pattern: new RegExp(`^${whole}$`),
      weight: path.replace(/\{\w+\}/g, "").length,
    };
  })
  .sort((left, right) => right.weight - left.weight);

const maxBodyBytes = 5 * 1024 * 1024;

/** Answers one request of the REST or GraphQL API. */
export async function serveApi(
  parts: ServerParts,
  request: IncomingMessage,
  response: ServerResponse,
  raw: Buffer,
): Promise<void> {
  const { world, traffic } = parts;
  const url = new URL(request.url ?? "/", world.url());
  const path = url.pathname.replace(/^\/api\/v3(?=\/|$)/, "") || "/";
  const method = request.method ?? "GET";
  let headers: Readonly<Record<string, string>> = {};
  let answer: Answer;
  try {
    const done = await work(parts, request, { method, path, query: url.searchParams, raw });
    headers = done.headers;
    answer = done.answer;
  } catch (error) {
    if (!(error instanceof Refusal)) parts.violations.push(`${method} ${path}: ${String((error as Error).stack)}`);
    const refusal = error instanceof Refusal ? error : new Refusal(500, "Server Error");
    answer = { code: refusal.code, body: refusalBody(refusal), headers: refusal.headers };
  }
  const text = answer.body === undefined ? "" : JSON.stringify(answer.body);
  const etag = `W/"${createHash("sha256").update(text).digest("hex")}"`;
  const isSame = method === "GET" && answer.code === 200 && request.headers["if-none-match"] === etag;
  traffic.push(`${method} ${path} ${isSame ? 304 : answer.code}`);
  const sent: Record<string, string> = {
    ...{ "x-github-request-id": createHash("sha256").update(`${traffic.length}`).digest("hex").slice(0, 20) },
    // Apps set their clocks by it.
    date: new Date(world.nowIso()).toUTCString(),
    ...{ "x-github-media-type": "github.v3; format=json", ...headers, ...answer.headers },
    ...(method === "GET" && answer.code === 200 && { etag, "cache-control": "private, max-age=60, s-maxage=60" }),
    ...(text !== "" && !isSame && { "content-type": "application/json; charset=utf-8" }),
  };
  if (parts.faults.losesAnswer(method)) {
    request.socket.destroy();
    return;
  }
  response.writeHead(isSame ? 304 : answer.code, sent);
  response.end(isSame ? undefined : text);
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly raw: Buffer;
}

async function work(
  parts: ServerParts,
  request: IncomingMessage,
  { method, path, query, raw }: Asked,
): Promise<{ readonly answer: Answer; readonly headers: Readonly<Record<string, string>> }> {
  const { world, limits, description, faults } = parts;
  if (request.headers["user-agent"] === undefined)
    throw new Refusal(
      403,
      "Request forbidden by administrative rules. Please make sure your request has a User-Agent header",
    );
  const refused = faults.refuses(method);
  if (refused !== undefined) throw refused;
  const access = accessOf(world.state, request.headers, world.nowIso());
  const asker = access.token?.login ?? access.app?.slug ?? "anonymous";
  const nowMs = Date.parse(world.nowIso());
  const isFree = path === "/rate_limit" || request.headers["if-none-match"] !== undefined;
  const headers = limits.count(asker, nowMs, isFree);
  const body = bodyOf(raw);
  const call = (params: Readonly<Record<string, string>>): Call => ({ world, params, query, body, ...access });
  if (path === "/graphql" || path === "/api/graphql") return { answer: await answerGraphql(call({})), headers };
  if (path === "/rate_limit") return { answer: rateAnswer(limits, asker, nowMs), headers };
  const found = patterns.find((one) => one.method === method && one.pattern.test(path));
  if (found === undefined) throw notFound();
  const values =
    found.pattern
      .exec(path)
      ?.slice(1)
      .map((value) => decoded(value ?? "")) ?? [];
  const params = Object.fromEntries(found.names.map((name, index) => [name, values[index] ?? ""]));
  if (method !== "GET") {
    if (params.repo !== undefined) projectOf(call(params));
    const [fault] =
      raw.length > 0 ? description.requestFaults(found.operation, body) : missing(description, found.operation);
    if (fault !== undefined) throw new Refusal(422, `Invalid request.\n\n${fault}`);
    if (method === "POST") limits.content(asker, nowMs);
  }
  const answer = await (routes[found.operation] as Routes[string])(call(params));
  parts.violations.push(...description.responseFaults(found.operation, answer.code, answer.body));
  return { answer, headers };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new Refusal(400, "Bad Request");
  }
}

/** A request without a body is judged as an empty one where GitHub needs fields. */
function missing(description: Description, operation: string): readonly string[] {
  return description.requestFaults(operation, {});
}

function bodyOf(raw: Buffer): JsonObject {
  if (raw.length === 0) return {};
  if (raw.length > maxBodyBytes) throw new Refusal(413, "Payload too large");
  let body: unknown;
  try {
    body = JSON.parse(raw.toString());
  } catch {
    throw new Refusal(400, "Problems parsing JSON");
  }
  if (!isObject(body)) throw new Refusal(400, "Body should be a JSON object");
  return body;
}

function rateAnswer(limits: Limits, asker: string, nowMs: number): Answer {
  const view: Json = { ...limits.view(asker, nowMs) };
  return {
    code: 200,
    body: { resources: { core: view, search: view, graphql: view, integration_manifest: view }, rate: view },
  };
}

import type { JsonObject } from "../../core/json.ts";
import type { Description } from "../../providers/gcp/description/description.ts";
import type { AccessRules } from "./access-rules.ts";
import { checkQuery, readBody } from "./body.ts";
import type { Call, Handler, Settings } from "./call.ts";
import { advance } from "./effects.ts";
import { failureBody, GceFailure, notFound, notImplemented } from "./failure.ts";
import type { FaultName, Faults } from "./faults.ts";
import { applyMask, readMask } from "./fields.ts";
import { effects, handlers, isPublicProject } from "./handlers.ts";
import { checkAccess } from "./permissions.ts";
import type { RateLimits } from "./rate-limits.ts";
import type { RequestLog } from "./request-log.ts";
import { checkScope } from "./resources/geography-resources.ts";
import { addDefaultNetwork } from "./resources/networks.ts";
import { createRouter, type Route } from "./router.ts";
import { textsOf } from "./values.ts";
import type { World } from "./world.ts";

/** A request without its connection; also one part of a batch. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly text: string;
  /** Who asks, as operations name them; absent for who the simulator was started for. */
  readonly user?: string;
}

/** An answer; `broken` says that the connection ends before or in the middle of it. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: JsonObject | string;
  readonly broken?: "unanswered" | "truncated";
}

/** What the API stands on. */
export interface ApiParts {
  readonly world: World;
  readonly access: AccessRules;
  readonly description: Description;
  readonly settings: Settings;
  readonly faults: Faults;
  readonly limits: RateLimits;
  readonly log: RequestLog;
  readonly clock: () => number;
  readonly signal: AbortSignal;
  readonly hasDefaultNetwork: boolean;
}

/** The Compute Engine API as a function from request to answer. */
export type Api = (request: ApiRequest) => Promise<ApiAnswer>;

/** Makes the API of a world. */
export function createApi(parts: ApiParts): Api {
  const router = createRouter(parts.description);
  const lastLists = new Map<string, ApiAnswer>();
  return async (request) => {
    const route = router(request.method, request.path);
    parts.log.add(request.method, request.path, route?.rpc);
    const fault = route === undefined ? undefined : faultFor(parts, request, route);
    if (fault === "refuse") return { status: 0, body: {}, broken: "unanswered" };
    if (fault === "badGateway") return { status: 502, body: "<html><title>Error 502 (Server Error)</title></html>" };
    if (fault === "stale") {
      const old = lastLists.get(listKey(request));
      if (old !== undefined) return old;
    }
    const answer = await answered(parts, request, route, fault);
    if (route !== undefined && isList(route) && answer.status === 200) {
      lastLists.set(listKey(request), answer);
      if (lastLists.size > 64) lastLists.delete(lastLists.keys().next().value ?? "");
    }
    if (fault === "lose") return { ...answer, broken: "unanswered" };
    return fault === "truncate" ? { ...answer, broken: "truncated" } : answer;
  };
}

async function answered(
  parts: ApiParts,
  request: ApiRequest,
  route: Route | undefined,
  fault: FaultName | undefined,
): Promise<ApiAnswer> {
  const { world } = parts;
  try {
    if (route === undefined) throw new GceFailure(404, "notFound", `There is no ${request.method} ${request.path}.`);
    if (fault === "rateLimit") throw parts.limits.failure();
    if (fault === "unavailable") throw new GceFailure(503, "backendError", "The service is currently unavailable.");
    const maskText = request.query.get("fields") ?? request.query.get("$fields") ?? "";
    const mask = maskText === "" ? undefined : readMask(maskText);
    const nowMs = parts.clock();
    advance(world, effects, nowMs);
    world.commit();
    const { call, handler } = prepared(parts, request, route, nowMs);
    if (fault === "conflict") throw new GceFailure(412, "conditionNotMet", "Invalid fingerprint.");
    const done = handler(call);
    const body = done instanceof Promise ? await done : done;
    world.commit();
    const shown = mask === undefined ? body : (applyMask(body, mask) as JsonObject);
    return { status: 200, body: shown };
  } catch (error) {
    world.rollback();
    if (!(error instanceof GceFailure)) throw error;
    return { status: error.httpStatus, body: failureBody(error) };
  }
}

function prepared(
  parts: ApiParts,
  request: ApiRequest,
  route: Route,
  nowMs: number,
): { readonly call: Call; readonly handler: Handler } {
  const { rpc, params } = route;
  const project = params.project ?? "";
  if (!/^(?:[a-z][a-z0-9-]{2,61}[a-z0-9]|[a-z0-9.-]+:[a-z0-9-]+|\d+)$/.test(project))
    throw notFound(`projects/${project}`);
  checkAccess(parts.access, rpc, project, request.path);
  parts.limits.check(rpc, project, nowMs);
  checkQuery(route, request.query);
  const body = readBody(parts.description, route, request.text);
  const scope = scopeOf(rpc, params);
  const call: Call = {
    ...{ world: parts.world, nowMs, rpc, project, scope, params, query: request.query, body },
    settings: request.user === undefined ? parts.settings : { ...parts.settings, user: request.user },
    advance: () => {
      advance(parts.world, effects, parts.clock());
      parts.world.commit();
    },
    clock: parts.clock,
    signal: parts.signal,
  };
  const handler =
    handlers.get(rpc) ?? (rpc.endsWith(".TestIamPermissions") ? testPermissions(parts.access) : undefined);
  if (handler === undefined) throw notImplemented(rpc);
  checkScope(scope);
  beginProject(parts, call);
  return { call, handler };
}

/** A project begins when it is first used. */
function beginProject(parts: ApiParts, call: Call): void {
  if (!parts.hasDefaultNetwork || isPublicProject(call.project)) return;
  const path = `projects/${call.project}/global/began/${call.project}`;
  if (parts.world.get(path) !== undefined) return;
  parts.world.put({ project: call.project, scope: "global", collection: "began", name: call.project }, {});
  addDefaultNetwork(call);
  parts.world.commit();
}

function scopeOf(rpc: string, params: Readonly<Record<string, string>>): string {
  // Places are not in themselves, and a family's view is the same in every zone, even in the one called "-".
  if (/^(?:Zones|Regions|ImageFamilyViews)\./.test(rpc)) return "global";
  if (params.zone !== undefined) return `zones/${params.zone}`;
  return params.region === undefined ? "global" : `regions/${params.region}`;
}

/** What of the asked is held. */
function testPermissions(access: AccessRules): Handler {
  return ({ body }) => ({ permissions: textsOf(body, "permissions").filter((one) => !access.isDenied(one)) });
}

function isList(route: Route): boolean {
  return route.rpc.endsWith("List");
}

function listKey(request: ApiRequest): string {
  return `${request.path}?${request.query}`;
}

/** Faults that make sense for a request. */
function faultFor(parts: ApiParts, request: ApiRequest, route: Route): FaultName | undefined {
  const isRead = request.method === "GET" || route.rpc.endsWith(".Wait");
  const hasFingerprint = /"(?:fingerprint|labelFingerprint)"/.test(request.text);
  const kinds: readonly FaultName[] = [
    "refuse",
    "rateLimit",
    "unavailable",
    "badGateway",
    ...(isRead ? (["truncate"] as const) : (["lose"] as const)),
    ...(isList(route) ? (["stale"] as const) : []),
    ...(hasFingerprint ? (["conflict"] as const) : []),
  ];
  return parts.faults.next(request.method, request.path, kinds);
}

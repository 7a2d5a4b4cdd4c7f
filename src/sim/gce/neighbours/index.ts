import type { Json, JsonObject } from "../../../core/json.ts";
import { isObject } from "../../../core/json.ts";
import type { AccessRules } from "../access-rules.ts";
import type { FaultName, Faults } from "../faults.ts";
import { numberOfProject } from "../identity.ts";
import type { RequestLog } from "../request-log.ts";
import type { World } from "../world.ts";
import {
  badArgument,
  missing,
  type NeighbourCall,
  NeighbourFailure,
  neighbourFailureBody,
  notImplemented,
} from "./answer.ts";
import { checkNeighbour } from "./permissions.ts";
import { policyAnswer } from "./policies.ts";
import { secretAnswer } from "./secrets.ts";
import { serviceAccountAnswer } from "./service-accounts.ts";
import { serviceAnswer } from "./services.ts";

/** A request as it came. */
interface Incoming {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly text: string;
}

/** An answer with its status, and what became of it on its way. */
export interface NeighbourAnswer {
  readonly status: number;
  readonly body: JsonObject;
  readonly broken?: "unanswered" | "truncated";
}

/** What goes wrong with neighbours, and where requests are counted. */
export interface NeighbourParts {
  readonly world: World;
  readonly access: AccessRules;
  readonly faults: Faults;
  readonly log: RequestLog;
}

/**
 * The few calls of other services that clients of Compute Engine make: service accounts, secrets, policies of
 * projects, and whether an API is switched on. Undefined for a path that is none of these.
 */
export function neighbourAnswer(
  { world, access, faults, log }: NeighbourParts,
  nowMs: number,
  incoming: Incoming,
): NeighbourAnswer | undefined {
  const { method, path } = incoming;
  if (method === "GET" && (path === "/v1/projects" || path === "/v3/projects:search")) {
    log.add(method, path, "projects.list");
    const shown = path.startsWith("/v3/") ? newerProject : olderProject;
    // Begun by their first use; there is nobody who could make one.
    return { status: 200, body: { projects: world.projects().map(shown) } };
  }
  const hub = /^\/v3\/projects\/([^/:]+)(?::([a-zA-Z]+))?$/.test(path);
  const plain = hub
    ? path.replace("/v3/", "/v1/")
    : ownProject(path).replace(/^\/v1beta1(?=\/projects\/[^/]+\/services(?:[/:]|$))/, "/v1");
  const found = /^\/v1\/projects\/([^/:]+)(?:\/(.*?))?(?::([a-zA-Z]+))?$/.exec(plain);
  if (found === null) return undefined;
  const [, project = "", rest = "", verb = ""] = found;
  const segments = rest === "" ? [] : rest.split("/").map(decodeURIComponent);
  log.add(method, path, `${segments[0] ?? "projects"}.${verb || method.toLowerCase()}`);
  const fault = faultOf(faults, incoming);
  if (fault === "refuse") return { status: 0, body: {}, broken: "unanswered" };
  try {
    const failure = fault === undefined ? undefined : failures[fault];
    if (failure !== undefined) throw failure();
    const body = objectIn(incoming.text);
    const call = { world, access, nowMs, method, project, segments, verb, query: incoming.query, body };
    checkNeighbour(access, call);
    const answer = hub && verb === "" ? newerProject(project) : answered(call);
    world.commit();
    if (fault === undefined) return { status: 200, body: answer };
    return { status: 200, body: answer, broken: fault === "lose" ? "unanswered" : "truncated" };
  } catch (error) {
    world.rollback();
    if (!(error instanceof NeighbourFailure)) throw error;
    return { status: error.httpStatus, body: neighbourFailureBody(error) };
  }
}

/** The faults that are answers. */
const failures: Partial<Record<FaultName, () => NeighbourFailure>> = {
  rateLimit: () => new NeighbourFailure(429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric of the project."),
  unavailable: () => new NeighbourFailure(503, "UNAVAILABLE", "The service is currently unavailable."),
  conflict: () => new NeighbourFailure(409, "ABORTED", "There were concurrent changes. Please retry."),
};

function faultOf(faults: Faults, { method, path, text }: Incoming): FaultName | undefined {
  const hasEtag = text.includes('"etag"');
  return faults.next(method, path, [
    ...(["refuse", "rateLimit", "unavailable"] as const),
    ...(method === "GET" ? (["truncate"] as const) : (["lose"] as const)),
    ...(hasEtag ? (["conflict"] as const) : []),
  ]);
}

function answered(call: NeighbourCall): JsonObject {
  const [service, name] = call.segments;
  if (service === "serviceAccounts") return serviceAccountAnswer(call);
  if (service === "secrets") return secretAnswer(call);
  if (service === "services") return serviceAnswer(call);
  if (service === "billingInfo" && name === undefined && call.method === "GET") {
    const full = `projects/${call.project}/billingInfo`;
    return { name: full, projectId: call.project, billingAccountName: "", billingEnabled: false };
  }
  if (service === undefined && call.verb === "") return olderProject(call.project);
  if (service === undefined) return policyAnswer(call, `projects/${call.project}`);
  if (service === "roles") throw notImplemented("roles of a project");
  throw missing(`projects/${call.project}/${call.segments.join("/")}`);
}

/** A project as the first version of its service has it. */
function olderProject(project: string): JsonObject {
  const projectNumber = numberOfProject(project);
  const createTime = "2024-01-15T16:00:00.000Z";
  return { projectNumber, projectId: project, lifecycleState: "ACTIVE", name: project, createTime };
}

/** The same as the third version has it. */
function newerProject(project: string): JsonObject {
  const name = `projects/${numberOfProject(project)}`;
  return { name, projectId: project, displayName: project, state: "ACTIVE", createTime: "2024-01-15T16:00:00Z" };
}

/** An account may be asked for with "-" in place of its project, which its mail address tells. */
function ownProject(path: string): string {
  const found =
    /^\/v1\/projects\/-\/serviceAccounts\/[^/:]+(?:@|%40)([a-z0-9-]+)\.iam\.gserviceaccount\.com(?:[/:]|$)/.exec(path);
  return found === null ? path : path.replace("/projects/-/", `/projects/${found[1]}/`);
}

function objectIn(text: string): JsonObject {
  if (text.trim() === "" || text.trim() === '""') return {};
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) ? value : {};
  } catch {
    throw badArgument("Invalid JSON payload received.");
  }
}

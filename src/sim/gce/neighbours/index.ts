import type { Json, JsonObject } from "../../../core/json.ts";
import { isObject } from "../../../core/json.ts";
import type { AccessRules } from "../access-rules.ts";
import { numberOfProject } from "../identity.ts";
import type { World } from "../world.ts";
import { badArgument, missing, type NeighbourCall, NeighbourFailure, neighbourFailureBody } from "./answer.ts";
import { checkNeighbour } from "./permissions.ts";
import { policyAnswer } from "./policies.ts";
import { secretAnswer } from "./secrets.ts";
import { serviceAccountAnswer } from "./service-accounts.ts";

/** A request as it came. */
interface Incoming {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly text: string;
}

/** An answer with its status. */
export interface NeighbourAnswer {
  readonly status: number;
  readonly body: JsonObject;
}

/**
 * The few calls of other services that clients of Compute Engine make: service accounts, secrets, policies of
 * projects, and whether an API is switched on. Undefined for a path that is none of these.
 */
export function neighbourAnswer(
  world: World,
  access: AccessRules,
  nowMs: number,
  incoming: Incoming,
): NeighbourAnswer | undefined {
  const { method, path } = incoming;
  const found = /^\/v1\/projects\/([^/:]+)(?:\/(.*?))?(?::([a-zA-Z]+))?$/.exec(path);
  if (found === null) return undefined;
  const [, project = "", rest = "", verb = ""] = found;
  const segments = rest === "" ? [] : rest.split("/").map(decodeURIComponent);
  try {
    const body = objectIn(incoming.text);
    const call = { world, access, nowMs, method, project, segments, verb, query: incoming.query, body };
    checkNeighbour(access, call);
    const answer = answered(call);
    world.commit();
    return { status: 200, body: answer };
  } catch (error) {
    world.rollback();
    if (!(error instanceof NeighbourFailure)) throw error;
    return { status: error.httpStatus, body: neighbourFailureBody(error) };
  }
}

function answered(call: NeighbourCall): JsonObject {
  const [service, name] = call.segments;
  if (service === "serviceAccounts") return serviceAccountAnswer(call);
  if (service === "secrets") return secretAnswer(call);
  if (service === "services" && name !== undefined) {
    const state = call.access.isOff(name) ? "DISABLED" : "ENABLED";
    return { name: `projects/${numberOfProject(call.project)}/services/${name}`, state, config: { name } };
  }
  if (service === undefined && call.verb === "") {
    const projectNumber = numberOfProject(call.project);
    return { projectNumber, projectId: call.project, lifecycleState: "ACTIVE", name: call.project };
  }
  if (service === undefined) return policyAnswer(call, `projects/${call.project}`);
  throw missing(`projects/${call.project}/${call.segments.join("/")}`);
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

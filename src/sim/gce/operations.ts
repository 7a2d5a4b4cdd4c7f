import type { Json, JsonObject } from "../../core/json.ts";
import type { Call } from "./call.ts";
import { invalidValue, notFound } from "./failure.ts";
import { timestamp } from "./identity.ts";
import { linkOf, pathIn } from "./reference.ts";
import type { Stored } from "./resource-table.ts";
import { textOf } from "./values.ts";
import type { World } from "./world.ts";

/** What an operation does when its time has come. */
export interface Work {
  /** As in the real answers, which are irregular: `insert`, `setLabels`, `compute.subnetworks.patch`. */
  readonly type: string;
  readonly target: Stored;
  /** How the first answer shows it; most are RUNNING. */
  readonly first?: "PENDING" | "RUNNING" | "DONE";
  /** Effect at the end, by name; none when everything happened at once. */
  readonly effect?: string;
  readonly fields?: JsonObject;
  /** Steps on the way, each at a share of the whole time. */
  readonly steps?: readonly { readonly share: number; readonly effect: string; readonly fields: JsonObject }[];
  readonly warnings?: readonly Json[];
  /** Takes the longest time there is, because it ends after others that began with it. */
  readonly isLast?: boolean;
  /** Fields that only some operations have. */
  readonly more?: JsonObject;
}

/** Why an operation failed, as its `error` says it. */
export interface OperationError {
  readonly code: string;
  readonly message: string;
  readonly httpStatus: number;
  readonly httpMessage: string;
  readonly details?: readonly Json[];
}

/** Starts an operation and gives its first answer. */
export function startOperation(call: Call, work: Work): JsonObject {
  const { world, nowMs, settings } = call;
  const { target } = work;
  const first = work.first ?? "RUNNING";
  const name = world.newOperationName(nowMs);
  const place = { project: target.project, scope: target.scope, collection: "operations", name };
  const startTime = timestamp(nowMs + 11);
  const requestId = call.query.get("requestId");
  const body: JsonObject = {
    kind: "compute#operation",
    id: world.newId(),
    name,
    ...scopeField(target.project, target.scope),
    ...(requestId === null ? {} : { clientOperationId: requestId }),
    operationType: work.type,
    targetLink: linkOf(target.path),
    targetId: textOf(target.body, "id") ?? world.newId(),
    status: first,
    user: settings.user,
    progress: first === "DONE" ? 100 : 0,
    insertTime: timestamp(nowMs),
    ...(first === "PENDING" ? {} : { startTime }),
    ...(first === "DONE" ? { endTime: startTime } : {}),
    ...work.more,
    ...(work.warnings === undefined ? {} : { warnings: work.warnings }),
    selfLink: linkOf(`projects/${target.project}/${target.scope}/operations/${name}`),
  };
  const operation = world.put(place, body);
  forgetOldest(world, target.project);
  if (first === "DONE") {
    if (work.effect !== undefined) throw new Error("An operation that is done at once has no later effect.");
    return body;
  }
  scheduleWork(call, work, operation);
  return body;
}

/** Done operations are kept for a limited time, as the real API does; here it is a limited number. */
const keptOperations = 20_000;

function forgetOldest(world: World, project: string): void {
  if (world.size(project, "operations") <= keptOperations) return;
  const done: string[] = [];
  for (const { path, body } of world.oldest(project, "operations")) {
    if (body.status === "DONE") done.push(path);
    if (done.length === keptOperations / 10) break;
  }
  for (const path of done) world.remove(path);
}

function scheduleWork(call: Call, work: Work, operation: Stored): void {
  const { world, nowMs, settings } = call;
  const [least, most] = settings.operationMs;
  const takesMs =
    (least + (most - least) * (work.isLast === true ? 1 : settings.random())) * settings.slowness(work.target.path);
  const { path } = work.target;
  const id = textOf(work.target.body, "id");
  const common = { path, ...(id === undefined ? {} : { id }), operation: operation.path };
  if (work.first === "PENDING") {
    world.schedule({ atMs: Math.round(nowMs + takesMs * 0.1), effect: "beginOperation", ...common });
  }
  for (const step of work.steps ?? []) {
    world.schedule({
      atMs: Math.round(nowMs + takesMs * step.share),
      effect: step.effect,
      fields: step.fields,
      ...common,
    });
  }
  const fields = work.fields === undefined ? {} : { fields: work.fields };
  world.schedule({ atMs: Math.round(nowMs + takesMs), effect: work.effect ?? "nothing", ...fields, ...common });
  world.schedule({ atMs: Math.round(nowMs + takesMs), effect: "finishOperation", ...common });
}

/** Marks an operation as running. */
export function beginOperation(world: World, path: string, atMs: number): void {
  if (world.get(path)?.body.status !== "PENDING") return;
  world.merge(path, { status: "RUNNING", startTime: timestamp(atMs) });
}

/** Ends an operation, well or with an error; the first end counts. */
export function finishOperation(world: World, path: string, atMs: number, error?: OperationError): void {
  const operation = world.get(path);
  if (operation === undefined || operation.body.status === "DONE") return;
  const startTime = textOf(operation.body, "startTime") ?? timestamp(atMs);
  const endTime = timestamp(Math.max(atMs, Date.parse(startTime)));
  const failed =
    error === undefined
      ? {}
      : {
          httpErrorStatusCode: error.httpStatus,
          httpErrorMessage: error.httpMessage,
          error: {
            errors: [
              {
                code: error.code,
                message: error.message,
                ...(error.details === undefined ? {} : { errorDetails: error.details }),
              },
            ],
          },
        };
  world.merge(path, { status: "DONE", progress: 100, startTime, endTime, ...failed });
}

/** The operation that an earlier request with the same request id started. */
export function operationOfRequest(call: Call): JsonObject | undefined {
  const requestId = call.query.get("requestId");
  if (requestId === null || requestId === "") return undefined;
  const isUuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(requestId);
  if (!isUuid || /^[0-]+$/.test(requestId)) {
    throw invalidValue("requestId", requestId, "Must be a valid UUID that is not all zero.");
  }
  const path = call.world.requestOperation(call.project, requestId);
  return path === undefined ? undefined : call.world.get(path)?.body;
}

/** The operation a call names, by name or by id. */
export function operationNamed(call: Call): Stored {
  const name = call.params.operation ?? "";
  const path = `projects/${call.project}/${call.scope}/operations/${name}`;
  const found = call.world.get(path) ?? call.world.get(call.world.pathOfId("operations", name) ?? "");
  if (found === undefined || !found.path.startsWith(`projects/${call.project}/${call.scope}/`)) throw notFound(path);
  return found;
}

function scopeField(project: string, scope: string): JsonObject {
  if (scope === "global") return {};
  const link = linkOf(`projects/${project}/${scope}`);
  return scope.startsWith("zones/") ? { zone: link } : { region: link };
}

/** The path of an operation's target. */
export function targetPath(operation: JsonObject): string {
  return pathIn(textOf(operation, "targetLink") ?? "");
}

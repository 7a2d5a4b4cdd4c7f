import type { IncomingMessage, ServerResponse } from "node:http";
import { isObject, type JsonObject } from "../../core/json.ts";
import { contentType, readBody } from "./body.ts";
import { ApiFailure, badRequest, noSuchPath, notFound, tooLarge } from "./failure.ts";
import { listBody, listMetadata, matchOf, type Page, type Pager } from "./list.ts";
import { type ApiObject, metadataOf, metadataText, placeOf } from "./object.ts";
import { checkFieldSelector, checkPropagation, checkWriteOptions } from "./options.ts";
import type { Route } from "./route.ts";
import { tableBody, wantsTable } from "./table.ts";
import { serveWatch } from "./watch.ts";
import type { World } from "./world.ts";
import { createObject, deleteObject, type PatchType, patchObject, replaceObject, type Target } from "./write.ts";

/** A request for objects. */
export interface ResourceRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly world: World;
  readonly route: Extract<Route, { type: "collection" | "object" }>;
  readonly query: URLSearchParams;
  readonly nowMs: number;
  readonly pager: Pager;
  readonly bookmarkIntervalMs: number;
  /** Told when a watch begins and ends. */
  readonly onWatch: (change: 1 | -1) => void;
}

/** An answer that is not a stream. */
export interface Answer {
  readonly code: number;
  readonly body: JsonObject;
  readonly warnings?: readonly string[];
}

/** Answers a request for objects; undefined when the answer is a stream that goes on. */
export async function serveResource(context: ResourceRequest): Promise<Answer | undefined> {
  const { request, route } = context;
  const reads = request.method === "GET";
  if (reads) checkRead(context);
  else checkWriteOptions(request.method ?? "", context.query);
  if (route.type === "collection") {
    // What lives in namespaces is made in one.
    if (request.method === "POST" && route.kind.namespaced && route.namespace === "") throw noSuchPath("");
    if (reads) return isWatch(context.query) ? watch(context) : list(context);
    if (request.method === "POST") return createObject(targetOf(context, ""), await objectBody(request));
    if (request.method === "DELETE") return deleteCollection(context);
    throw methodNotAllowed();
  }
  if (reads) return read(context, route.name);
  const target = targetOf(context, route.name);
  if (request.method === "PUT") return replaceObject(target, await objectBody(request));
  if (request.method === "PATCH") return patch(context, target);
  if (request.method === "DELETE" && !route.status) {
    const options = await readBody(request);
    const policy = context.query.get("propagationPolicy");
    const merged: JsonObject = {
      ...(policy === null ? {} : { propagationPolicy: policy }),
      ...(isObject(options) ? options : {}),
    };
    checkPropagation(String(merged.propagationPolicy ?? ""));
    const dryRun = target.dryRun || Array.isArray(merged.dryRun);
    return deleteObject({ ...target, dryRun }, merged);
  }
  throw methodNotAllowed();
}

function checkRead({ route, query, world }: ResourceRequest): void {
  checkFieldSelector(route.kind.group === "", query.get("fieldSelector") ?? "");
  const version = query.get("resourceVersion") ?? "";
  if (version !== "" && !/^\d+$/.test(version)) {
    const why = `strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`;
    throw new ApiFailure(500, "", `resourceVersion: Invalid value: ${JSON.stringify(version)}: ${why}`);
  }
  if (!isWatch(query) && Number(version) > world.version()) throw tooLarge(version, world.version());
}

function isWatch(query: URLSearchParams): boolean {
  const watching = query.get("watch");
  return watching !== null && watching !== "false" && watching !== "0";
}

function methodNotAllowed(): ApiFailure {
  const message = "the server does not allow this method on the requested resource";
  return new ApiFailure(405, "MethodNotAllowed", message, { details: {} });
}

function targetOf(context: ResourceRequest, name: string): Target {
  const { world, route, query, nowMs, request } = context;
  const agent = (request.headers["user-agent"] ?? "unknown").split("/")[0] ?? "unknown";
  const apply = contentType(request) === "application/apply-patch+yaml";
  const dryRun = query.getAll("dryRun");
  return {
    world,
    kind: route.kind,
    namespace: route.namespace,
    name,
    part: route.type === "object" && route.status ? "status" : "main",
    manager: query.get("fieldManager") ?? (apply ? "" : agent),
    dryRun: dryRun.length > 0,
    nowMs,
    fieldValidation: fieldValidationOf(query),
  };
}

function fieldValidationOf(query: URLSearchParams): Target["fieldValidation"] {
  const given = query.get("fieldValidation") ?? "";
  if (given === "") return "Warn";
  if (given === "Strict" || given === "Warn" || given === "Ignore") return given;
  throw badRequest(`invalid fieldValidation: ${given}`);
}

async function objectBody(request: IncomingMessage): Promise<ApiObject> {
  const body = await readBody(request);
  if (!isObject(body)) throw badRequest("the body of the request is not an object");
  return body;
}

const patchTypes: Readonly<Record<string, PatchType>> = {
  "application/apply-patch+yaml": "apply",
  "application/merge-patch+json": "merge",
  "application/strategic-merge-patch+json": "merge",
  "application/json-patch+json": "json",
};

async function patch(context: ResourceRequest, target: Target): Promise<Answer> {
  const given = contentType(context.request);
  const type = patchTypes[given];
  const strategic = given === "application/strategic-merge-patch+json" && target.kind.group !== "";
  if (type === undefined || strategic) {
    const types = ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"];
    const accepted = types.join(", ");
    const message = `the body of the request was in an unknown format - accepted media types include: ${accepted}`;
    throw new ApiFailure(415, "UnsupportedMediaType", message);
  }
  return patchObject(target, type, await readBody(context.request), context.query.get("force") === "true");
}

function read(context: ResourceRequest, name: string): Answer {
  const { world, route } = context;
  const stored = world.get(route.kind, placeOf(route.namespace, name));
  if (stored === undefined) throw notFound(route.kind, name);
  const metadata = { resourceVersion: metadataText(stored.object, "resourceVersion") };
  return { code: 200, body: table(context, [stored.object], metadata) ?? stored.object };
}

function list(context: ResourceRequest): Answer {
  const { world, route, query, pager } = context;
  const match = matchOf(query, route.namespace);
  const limit = Number(query.get("limit") ?? 0);
  const page: Page = pager.list(
    { world, kind: route.kind, namespace: route.namespace, match },
    limit,
    query.get("continue") ?? "",
  );
  const body = table(context, page.items, listMetadata(page)) ?? listBody(route.kind, page);
  return { code: 200, body };
}

function table(context: ResourceRequest, objects: readonly ApiObject[], metadata: JsonObject): JsonObject | undefined {
  if (!wantsTable(context.request.headers.accept ?? "")) return undefined;
  const include = context.query.get("includeObject") ?? "Metadata";
  return tableBody(context.route.kind, objects, metadata, context.nowMs, include);
}

function watch(context: ResourceRequest): undefined {
  const { world, route, query, response } = context;
  context.onWatch(1);
  response.on("close", () => context.onWatch(-1));
  const seconds = Number(query.get("timeoutSeconds") ?? 0);
  serveWatch(
    response,
    { world, kind: route.kind, namespace: route.namespace, match: matchOf(query, route.namespace) },
    {
      resourceVersion: query.get("resourceVersion") ?? "",
      bookmarks: query.get("allowWatchBookmarks") === "true",
      bookmarkIntervalMs: context.bookmarkIntervalMs,
      timeoutMs: (seconds > 0 ? seconds : 1_800) * 1_000,
      show: (object) =>
        table(context, [object], { resourceVersion: metadataOf(object).resourceVersion ?? "" }) ?? object,
    },
  );
}

function deleteCollection(context: ResourceRequest): Answer {
  const { world, route, query } = context;
  const match = matchOf(query, route.namespace);
  const items = world.all(route.kind).flatMap(({ object }) => (match(object) ? [object] : []));
  for (const object of items) {
    const target = targetOf(context, metadataText(object, "name"));
    deleteObject({ ...target, namespace: metadataText(object, "namespace") }, {});
  }
  const page: Page = { items, version: world.version(), continueToken: "", remaining: 0 };
  return { code: 200, body: listBody(route.kind, page) };
}

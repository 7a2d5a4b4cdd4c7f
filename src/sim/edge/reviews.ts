import type { IncomingMessage } from "node:http";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import { readBody } from "./body.ts";
import { ApiFailure, resourceName } from "./failure.ts";
import type { Answer } from "./resources.ts";
import type { Route } from "./route.ts";

/** What nobody may do here, as `delete networks.networking.datumapis.com`. */
export type Denials = ReadonlySet<string>;

const accessReviews = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
const selfReviews = "/apis/authentication.k8s.io/v1/selfsubjectreviews";

/** Answers who asks and what they may do; undefined for every other request. Nothing is kept. */
export async function review(denials: Denials, path: string, request: IncomingMessage): Promise<Answer | undefined> {
  if (request.method !== "POST" || (path !== accessReviews && path !== selfReviews)) return undefined;
  const asked = await readBody(request);
  const body = isObject(asked) ? asked : {};
  const status =
    path === selfReviews
      ? { userInfo: { username: "simulated-user", groups: ["system:authenticated"] } }
      : accessStatus(denials, body.spec);
  return { code: 201, body: { ...body, metadata: {}, status } };
}

function accessStatus(denials: Denials, spec: Json | undefined): JsonObject {
  const wanted = isObject(spec) && isObject(spec.resourceAttributes) ? spec.resourceAttributes : {};
  const { verb = "", resource = "", group = "" } = wanted;
  const isDenied = denials.has(`${verb} ${group === "" ? resource : `${resource}.${group}`}`);
  return isDenied ? { allowed: false, reason: "denied here" } : { allowed: true };
}

/** 403 for what is denied. */
export function refuseDenied(denials: Denials, route: Route, request: IncomingMessage, query: URLSearchParams): void {
  if (denials.size === 0 || (route.type !== "collection" && route.type !== "object")) return;
  const verb = verbOf(route, request.method ?? "GET", query);
  const resource = resourceName(route.kind);
  if (!denials.has(`${verb} ${resource}`)) return;
  const place = route.namespace === "" ? "at the cluster scope" : `in the namespace "${route.namespace}"`;
  const who = `User "simulated-user" cannot ${verb} resource "${route.kind.plural}"`;
  const what = `${resource} is forbidden: ${who} in API group "${route.kind.group}" ${place}`;
  throw new ApiFailure(403, "Forbidden", what, { details: { group: route.kind.group, kind: route.kind.plural } });
}

function verbOf(route: Route, method: string, query: URLSearchParams): string {
  const isWhole = route.type === "collection";
  switch (method) {
    case "GET":
      if (isWhole && /^(1|true)$/.test(query.get("watch") ?? "")) return "watch";
      return isWhole ? "list" : "get";
    case "POST":
      return "create";
    case "PUT":
      return "update";
    case "DELETE":
      return isWhole ? "deletecollection" : "delete";
    default:
      return method.toLowerCase();
  }
}

import { isObject, type JsonObject } from "../../../core/json.ts";
import { ProviderError } from "../../provider.ts";
import type { Description, RouteRow } from "../description/description.ts";
import { loadDescription } from "../description/load.ts";
import { validateBody } from "../description/validate.ts";
import type { Call } from "./call.ts";

const bodySuffix = "Resource";

/**
 * Refuses a write that the published description does not know word for word: the official client drops what it does not
 * know and bends what has another type, without a word.
 */
export function checkCall(call: Call): void {
  const finding = findingOf(loadDescription(), call);
  if (finding === undefined) return;
  const message = `${call.doing}: ${finding}. Nothing was sent.`;
  throw new ProviderError(message, { code: "invalid", next: "person", resource: call.resource });
}

function findingOf(description: Description, { service, method, request }: Call): string | undefined {
  const route = routesOf(description).get(`${service}.${method[0]?.toUpperCase()}${method.slice(1)}`);
  if (route === undefined) return `the API has no method ${service}.${method}`;
  const [, path, , message, , parameters] = route;
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
  const known = new Set([...inPath, ...parameters.split(",")]);
  const names = Object.keys(request);
  const missing = inPath.find((name) => !names.includes(name));
  if (missing !== undefined) return `${service}.${method} is missing ${missing}`;
  for (const [name, value] of Object.entries(request as JsonObject)) {
    if (known.has(name)) continue;
    if (message === "" || !name.endsWith(bodySuffix) || !isObject(value)) return `${service}.${method} has no ${name}`;
    const [first] = validateBody(description, message, value);
    if (first === undefined) continue;
    const where = [message, first.path].filter((part) => part !== "").join(".");
    return first.rule === "unknown"
      ? `the API has no ${where}.${first.detail}`
      : `the API has no ${where} of this value (${first.detail})`;
  }
  return undefined;
}

let indexed: { readonly of: Description; readonly routes: ReadonlyMap<string, RouteRow> } | undefined;

function routesOf(description: Description): ReadonlyMap<string, RouteRow> {
  if (indexed?.of !== description) {
    indexed = { of: description, routes: new Map(description.routes.map((row) => [row[2], row])) };
  }
  return indexed.routes;
}

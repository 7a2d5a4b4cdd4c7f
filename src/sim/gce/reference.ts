import type { Json } from "../../core/json.ts";
import { invalidValue } from "./failure.ts";

/** What every link in an answer begins with, whatever address the simulator listens on. */
export const linkPrefix = "https://www.googleapis.com/compute/v1/";

/** A resource's place: the project, `global` or `zones/z` or `regions/r`, the collection and the name. */
export interface Place {
  readonly project: string;
  readonly scope: string;
  readonly collection: string;
  readonly name: string;
}

/** The link of a path such as `projects/p/global/networks/n`. */
export function linkOf(path: string): string {
  return `${linkPrefix}${path}`;
}

/** The path of a place. */
export function pathOf(place: Place): string {
  return `projects/${place.project}/${place.scope}/${place.collection}/${place.name}`;
}

/** The path in a link or a path; other text comes back as it is. */
export function pathIn(link: string): string {
  const found = /(?:^|\/)(projects\/[^?#]+)$/.exec(link);
  return found?.[1] ?? link;
}

/** The last segment of a link, path or bare name. */
export function lastSegment(link: string): string {
  return link.slice(link.lastIndexOf("/") + 1);
}

/** Reads a path; undefined when it is not that of one resource. */
export function parsePath(path: string): Place | undefined {
  const found = /^projects\/([^/]+)\/(global|zones\/[^/]+|regions\/[^/]+)\/([^/]+)\/([^/]+)$/.exec(path);
  if (found === null) return undefined;
  const [, project = "", scope = "", collection = "", name = ""] = found;
  return { project, scope, collection, name };
}

/** Reads any accepted spelling of a reference: a full URL, `projects/…`, `zones/z/…`, `regions/r/…`, `global/…`. */
export function readReference(field: string, value: Json, project: string, collection: string): Place {
  if (typeof value !== "string" || value === "") throw invalidValue(field, value, "The URL is malformed.");
  const inside = pathIn(value);
  const path = /^(?:global|zones\/[^/]+|regions\/[^/]+)\//.test(inside) ? `projects/${project}/${inside}` : inside;
  const place = parsePath(path);
  if (place === undefined || place.collection !== collection) {
    throw invalidValue(field, value, "The URL is malformed.");
  }
  return place;
}

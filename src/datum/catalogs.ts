import { isObject, type JsonObject } from "../core/json.ts";

/** What exists, as data: names → facts. */
export interface Catalogs {
  readonly "instance-types": JsonObject;
  readonly images: JsonObject;
  readonly "disk-types": JsonObject;
  readonly "city-codes": JsonObject;
  readonly "runtime-classes": JsonObject;
}

/** The shipped catalogs with an operator's own entries beside and over theirs. */
export function extendCatalogs(shipped: JsonObject, own: JsonObject): JsonObject {
  const names = [...new Set([...Object.keys(shipped), ...Object.keys(own)])];
  return Object.fromEntries(names.map((name) => [name, { ...entriesOf(shipped[name]), ...entriesOf(own[name]) }]));
}

function entriesOf(catalog: unknown): JsonObject {
  return isObject(catalog) ? catalog : {};
}

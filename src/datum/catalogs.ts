import type { JsonObject } from "../core/json.ts";

/** What exists, as data: names → facts. */
export interface Catalogs {
  readonly "instance-types": JsonObject;
  readonly images: JsonObject;
  readonly "disk-types": JsonObject;
  readonly "city-codes": JsonObject;
  readonly "runtime-classes": JsonObject;
}

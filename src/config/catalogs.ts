import type { JsonObject } from "../core/json.ts";
import type { RawCatalogs } from "./raw.ts";

/** Keys of the file → names of the shipped catalogs. */
const names = {
  instanceTypes: "instance-types",
  images: "images",
  diskTypes: "disk-types",
  cityCodes: "city-codes",
  runtimeClasses: "runtime-classes",
} as const;

/** Catalogs of a checked file by the names of the shipped ones. */
export function catalogsOf(raw: RawCatalogs): JsonObject {
  return Object.fromEntries(
    Object.entries(names).flatMap(([key, name]): [string, JsonObject][] => {
      const entries = raw[key as keyof typeof names];
      return entries === undefined ? [] : [[name, entries]];
    }),
  );
}

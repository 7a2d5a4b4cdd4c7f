import { readFileSync } from "node:fs";
import { gcpNames } from "../../src/compose/catalogs.ts";
import type { JsonObject } from "../../src/core/json.ts";

const folder = new URL("../../policies/catalogs/", import.meta.url);
const catalogOf = (name: string): JsonObject => JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8"));
const catalogs = { images: catalogOf("images"), "instance-types": catalogOf("instance-types") };

/** What the shipped catalogs call images and machine types on Compute Engine. */
export const shippedNames = {
  images: gcpNames(catalogs, "images"),
  machineTypes: gcpNames(catalogs, "instance-types"),
};

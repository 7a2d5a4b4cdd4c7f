import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseLimits } from "../config.ts";
import { digest } from "../core/identity.ts";
import { isObject, type Json, type JsonObject } from "../core/json.ts";
import type { Limits } from "../core/limits.ts";
import { type RuleCatalogue, readCatalogue } from "../datum/catalogue.ts";

/** The rules as data, read from policies/ of the daemon: never from a watched commit. */
export interface Rules {
  readonly schemas: readonly JsonObject[];
  readonly catalogs: JsonObject;
  readonly configSchema: JsonObject;
  /** Digest of all of it and of the program's version: part of a plan's identity. */
  readonly digest: string;
}

/** Reads schemas and catalogs. A file that cannot be read or parsed is a broken installation and throws. */
export async function loadRules(packageDirectory: string, version: string): Promise<Rules> {
  const folder = join(packageDirectory, "policies");
  const schemas = await readFolder(join(folder, "schemas"));
  const catalogs = Object.fromEntries(await readFolder(join(folder, "catalogs")));
  const configSchema = await readObject(join(folder, "plumbline.schema.json"));
  return {
    schemas: schemas.map(([, schema]) => schema),
    catalogs,
    configSchema,
    digest: digest({ schemas: schemas.map(([, schema]) => schema), catalogs, version }),
  };
}

/** Reads the pages of policies/rules. */
export async function loadCatalogue(packageDirectory: string): Promise<RuleCatalogue> {
  const folder = join(packageDirectory, "policies", "rules");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".yaml")).sort();
  return readCatalogue(
    await Promise.all(names.map(async (name) => ({ file: name, bytes: await readFile(join(folder, name)) }))),
  );
}

/** The limits of policies/limits.yaml with the configuration's own over them. */
export async function loadLimits(
  packageDirectory: string,
  configSchema: JsonObject,
  overrides: Partial<Limits>,
): Promise<Limits> {
  const file = join(packageDirectory, "policies", "limits.yaml");
  const { limits, problems } = parseLimits(await readFile(file, "utf8"), file, configSchema, overrides);
  const [first] = problems;
  if (limits === undefined) throw new Error(`${file}:${first?.line ?? 1}: ${first?.message ?? "is not valid"}`);
  return limits;
}

async function readFolder(folder: string): Promise<readonly [string, JsonObject][]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json")).sort();
  return await Promise.all(
    names.map(
      async (name): Promise<[string, JsonObject]> => [
        name.replace(/\.json$/, ""),
        await readObject(join(folder, name)),
      ],
    ),
  );
}

async function readObject(file: string): Promise<JsonObject> {
  const value = JSON.parse(await readFile(file, "utf8")) as Json;
  if (!isObject(value)) throw new Error(`${file} does not hold an object.`);
  return value;
}

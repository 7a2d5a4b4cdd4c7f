import { readFile } from "node:fs/promises";
import { type Config, parseCatalogs } from "../config.ts";
import { isObject, type JsonObject } from "../core/json.ts";
import { hasErrors } from "../core/problem.ts";
import { extendCatalogs } from "../datum/catalogs.ts";
import { CatalogError } from "./refusals.ts";
import type { Rules } from "./rules.ts";

/** The shipped catalogs with the operator's own over them: files in their order, then the configuration, then what gcp is told. */
export async function loadCatalogs(
  rules: Pick<Rules, "catalogs" | "configSchema">,
  config: Pick<Config, "catalogs" | "providers">,
): Promise<JsonObject> {
  let catalogs = rules.catalogs;
  for (const file of config.catalogs.files) {
    const text = await readText(file);
    const { catalogs: own, problems } = parseCatalogs(text, file, rules.configSchema);
    if (own === undefined || hasErrors(problems)) {
      throw new CatalogError(`The catalogs in ${file} are not valid.`, problems, new Map([[file, text]]));
    }
    catalogs = extendCatalogs(catalogs, own);
  }
  return extendCatalogs(extendCatalogs(catalogs, config.catalogs.own), namedByGcp(config.providers.gcp, catalogs));
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === "ENOENT";
    const reason = isAbsent ? "There is no such file." : (error as Error).message;
    throw new CatalogError(`The catalogs in ${file} cannot be read. ${reason}`, [], new Map());
  }
}

/** A name that the provider is told the meaning of is a name that manifests may use. */
function namedByGcp(gcp: Config["providers"]["gcp"], catalogs: JsonObject): JsonObject {
  const named = (catalog: string, names: Readonly<Record<string, string>>): JsonObject =>
    Object.fromEntries(
      Object.entries(names).map(([name, meaning]) => [name, { ...entry(catalogs, catalog, name), gcp: meaning }]),
    );
  return {
    "instance-types": named("instance-types", gcp?.machineTypes ?? {}),
    images: named("images", gcp?.images ?? {}),
  };
}

function entry(catalogs: JsonObject, catalog: string, name: string): JsonObject {
  const entries = catalogs[catalog];
  const facts = isObject(entries) ? entries[name] : undefined;
  return isObject(facts) ? facts : {};
}

/** What Compute Engine calls the names of a catalog; those it has no word for are left out. */
export function gcpNames(catalogs: JsonObject, catalog: "instance-types" | "images"): Readonly<Record<string, string>> {
  const entries = catalogs[catalog];
  return Object.fromEntries(
    Object.entries(isObject(entries) ? entries : {}).flatMap(([name, facts]): [string, string][] =>
      isObject(facts) && typeof facts.gcp === "string" ? [[name, facts.gcp]] : [],
    ),
  );
}

import { isObject, type Json, type JsonObject } from "../core/json.ts";
import type { Catalogs } from "./catalogs.ts";
import { type Path, valueAt } from "./document.ts";
import { objectsAt, type Reporter } from "./report.ts";

const spec = ["spec", "template", "spec"] as const;
const newInterfaceFields = ["name", "ipFamilies", "addresses", "reclaimPolicy"];
const newContainerFields = ["command", "args", "envFrom"];

/** Rewrites spellings of the newer generation to the ones that rules and expansion read, in place. */
export function normalise(value: JsonObject, catalogs: Catalogs): void {
  const runtime = valueAt(value, [...spec, "runtime"]);
  if (!isObject(runtime)) return;
  const types = Object.keys(catalogs["instance-types"]);
  const { resources } = runtime;
  if (isObject(resources) && typeof resources.instanceType === "string") {
    const slashed = resources.instanceType.replace(/^datumcloud-/, "datumcloud/");
    if (types.includes(slashed)) put(resources, "instanceType", slashed);
  }
  const [fallback] = types;
  const isUnsaid = resources === undefined || (isObject(resources) && resources.instanceType === undefined);
  // The newer generation lets a template leave the type to the platform.
  if (isUnsaid && fallback !== undefined && newMarks(value).length > 0) {
    put(runtime, "resources", { ...(isObject(resources) ? resources : {}), instanceType: fallback });
  }
}

/** The content is still the reader's own while it is made. */
function put(holder: JsonObject, field: string, value: Json): void {
  (holder as Record<string, Json>)[field] = value;
}

/** Says whether a workload has any field of the newer generation. */
export function isNewer(content: JsonObject): boolean {
  return newMarks(content).length > 0;
}

/** Tells of a workload that is written in two generations of the API at once. */
export function checkGenerations(content: JsonObject, report: Reporter): void {
  const cities = objectsAt(content, ["spec", "placements"]).find(({ value }) => value.cityCodes !== undefined);
  const [mark] = newMarks(content);
  if (cities === undefined || mark === undefined) return;
  const isChoice = mark.includes("locations") || mark.includes("locationSelector");
  report.say(
    "generation/mixed",
    mark,
    `The workload says cityCodes of the older generation of the API and ${String(mark.at(-1))} of the newer one.`,
    "Write all placements with cityCodes, or all with locations or locationSelector.",
    isChoice ? "error" : "warning",
  );
}

/** Paths of fields that only the newer generation has; those of placements first. */
function newMarks(content: JsonObject): readonly Path[] {
  const among = (path: Path, fields: readonly string[]): readonly Path[] =>
    objectsAt(content, path).flatMap((item) =>
      fields.filter((field) => item.value[field] !== undefined).map((field) => [...item.path, field]),
    );
  const runtime = [...spec, "runtime"];
  return [
    ...among(["spec", "placements"], ["locations", "locationSelector"]),
    ...(valueAt(content, [...runtime, "class"]) === undefined ? [] : [[...runtime, "class"]]),
    ...among([...spec, "networkInterfaces"], newInterfaceFields),
    ...among([...runtime, "sandbox", "containers"], newContainerFields),
  ];
}

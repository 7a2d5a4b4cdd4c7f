import { isObject, type Json, type JsonObject } from "../core/json.ts";
import type { Catalogs } from "./catalogs.ts";
import { type Default, type Document, type Path, pathText, valueAt } from "./document.ts";
import { objectsAt, type Reporter } from "./report.ts";

const spec = ["spec", "template", "spec"] as const;
const newInterfaceFields = ["name", "ipFamilies", "addresses", "reclaimPolicy"];
const newContainerFields = ["command", "args", "envFrom"];

/** Rewrites spellings of the newer generation to the ones that rules and expansion read, in place; tells what it filled in. */
export function normalise(kind: string, value: JsonObject, catalogs: Catalogs): readonly Default[] {
  const path = [...(kind === "Instance" ? ["spec"] : spec), "runtime"];
  const runtime = valueAt(value, path);
  if (!isObject(runtime)) return [];
  const types = Object.keys(catalogs["instance-types"]);
  const { resources } = runtime;
  if (isObject(resources) && typeof resources.instanceType === "string") {
    const slashed = resources.instanceType.replace(/^datumcloud-/, "datumcloud/");
    if (types.includes(slashed)) put(resources, "instanceType", slashed);
  }
  const [fallback] = types;
  const isUnsaid = resources === undefined || (isObject(resources) && resources.instanceType === undefined);
  // The newer generation lets a template leave the type to the platform.
  if (!isUnsaid || fallback === undefined || newMarks(value).length === 0) return [];
  put(runtime, "resources", { ...(isObject(resources) ? resources : {}), instanceType: fallback });
  return [{ path: pathText([...path, "resources", "instanceType"]), value: fallback }];
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

const byReference: readonly Path[] = ["consumer", "ipFamilies", "mtu", "networkGeneration"].map((field) => [
  "spec",
  field,
]);
const presenceKinds = ["NetworkBinding", "NetworkContext"];

/** Tells of controller-made objects whose parts are of different generations. */
export function checkWrittenGenerations({ kind, content }: Document, report: Reporter): void {
  const [older, newer] = sidesOf(kind, content);
  if (older === undefined || newer === undefined) return;
  const message = `${pathText(older)} is of the older generation of the API, ${pathText(newer)} of a newer one.`;
  report.say("generation/mixed", newer, message, "Write the whole object in one of the two.");
}

/** The first field of each side: Locations with a namespace and cities on the one, what came later on the other. */
function sidesOf(kind: string, content: JsonObject): readonly [older: Path | undefined, newer: Path | undefined] {
  const first = (paths: readonly Path[]): Path | undefined =>
    paths.find((path) => valueAt(content, path) !== undefined);
  if (kind === "WorkloadDeployment") {
    return [first([["spec", "cityCode"]]), first([["spec", "locationRef"]]) ?? newMarks(content)[0]];
  }
  if (kind === "Instance") {
    const [mark] = newMarks({ spec: { template: { spec: content.spec ?? {} } } });
    return [first([["spec", "location", "namespace"]]), mark === undefined ? undefined : ["spec", ...mark.slice(3)]];
  }
  if (!presenceKinds.includes(kind)) return [undefined, undefined];
  return [first([["spec", "location", "namespace"]]), first(byReference)];
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

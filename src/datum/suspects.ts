import { isObject } from "../core/json.ts";
import { type Document, isOf, keysOf, type Path, referenceKey, valueAt } from "./document.ts";
import { objectsAt, textAt } from "./report.ts";
import { type Place, placesOf, targetsOf } from "./targets.ts";
import { instanceSpecPath } from "./template.ts";

/** At most so many characters fit in a name that a world takes. */
export const maxNameLength = 63;

/**
 * The documents whose generated names or read keys may be at fault, with all that they are expanded against: what a name is made of is
 * read off a document once, so that a pass in which little changed does not expand ten thousand manifests to find nothing.
 */
export function suspectsOf(documents: readonly Document[]): readonly Document[] {
  const places = interned(documents.filter((document) => keysOf(document).isLocation));
  const holders = new Map<string, Document>();
  const suspects = new Set<Document>();
  const hold = (key: string, document: Document): void => {
    const holder = holders.get(key);
    if (holder !== undefined) suspects.add(holder).add(document);
    holders.set(key, document);
  };
  const readers: Document[] = [];
  const instances: Document[] = [];
  for (const document of documents) {
    const facts = made.has(document.kind) ? factsOf(document, places) : undefined;
    if (facts === undefined) continue;
    if (facts.keys.length > 0) readers.push(document);
    if (facts.longest > maxNameLength) suspects.add(document);
    for (const name of facts.names) hold(name, document);
    if (isOf(document, "Instance")) instances.push(document);
  }
  for (const instance of instances) {
    // A copy is named after its deployment: the name without the ordinal is the deployment's.
    const holder = holders.get(`${instance.namespace}/${instance.name.replace(/-\d+$/, "")}`);
    if (holder !== undefined) suspects.add(holder).add(instance);
    hold(`instance ${instance.namespace}/${instance.name}`, instance);
  }
  for (const reader of withoutKeys(readers, documents, places)) suspects.add(reader);
  if (suspects.size === 0) return [];
  return documents.filter((document) => suspects.has(document) || surrounding.has(document.kind));
}

/** Kinds that workloads are expanded against. */
const surrounding: ReadonlySet<string> = new Set(["Location", "Network", "ConfigMap"]);

/** Kinds of which copies are made. */
const made: ReadonlySet<string> = new Set(["Workload", "WorkloadDeployment", "Instance"]);

interface Facts {
  readonly places: readonly Place[];
  /** Of the deployments that are made of the document, `namespace/name`. */
  readonly names: readonly string[];
  /** Characters of the longest name of a copy. */
  readonly longest: number;
  /** Keys that have to stand in ConfigMaps. */
  readonly keys: readonly { readonly configMap: string; readonly key: string }[];
}

const known = new WeakMap<Document, Facts>();

/** Read once for each document, as long as the locations are the same. */
function factsOf(document: Document, places: readonly Place[]): Facts | undefined {
  const told = known.get(document);
  if (told?.places === places) return told;
  if (instanceSpecPath(document) === undefined) return undefined;
  const facts = { places, ...namesOf(document, places), keys: told?.keys ?? keysRead(document) };
  known.set(document, facts);
  return facts;
}

function namesOf(document: Document, places: readonly Place[]): Pick<Facts, "names" | "longest"> {
  const { content, namespace, name } = document;
  if (isOf(document, "Instance")) return { names: [], longest: 0 };
  if (isOf(document, "WorkloadDeployment")) {
    const replicas = Number(valueAt(content, ["spec", "scaleSettings", "minReplicas"]) ?? 0);
    return { names: [`${namespace}/${name}`], longest: longestOf(name, replicas) };
  }
  const made = objectsAt(content, ["spec", "placements"]).flatMap(({ value }) => {
    const replicas = Number(valueAt(value, ["scaleSettings", "minReplicas"]) ?? 0);
    return targetsOf(value, places).map(({ word }) => ({
      name: `${name}-${textAt(value, ["name"])}-${word}`,
      replicas,
    }));
  });
  return {
    names: made.map((one) => `${namespace}/${one.name}`),
    longest: Math.max(0, ...made.map((one) => longestOf(one.name, one.replicas))),
  };
}

function longestOf(name: string, replicas: number): number {
  return `${name}-${Math.max(0, replicas - 1)}`.length;
}

function keysRead(document: Document): Facts["keys"] {
  const { content, namespace } = document;
  const spec = instanceSpecPath(document) ?? [];
  const of = (name: string, key: string) => ({ configMap: referenceKey("ConfigMap", namespace, name), key });
  const containers: readonly { readonly path: Path }[] = objectsAt(content, [
    ...spec,
    "runtime",
    "sandbox",
    "containers",
  ]);
  const environment = containers.flatMap(({ path }) =>
    objectsAt(content, [...path, "env"]).flatMap(({ value }) => {
      const reference = valueAt(value, ["valueFrom", "configMapKeyRef"]);
      return isObject(reference) ? [of(textAt(reference, ["name"]), textAt(reference, ["key"]))] : [];
    }),
  );
  const files = objectsAt(content, [...spec, "volumes"]).flatMap(({ value }) =>
    objectsAt(value, ["configMap", "items"]).map((item) =>
      of(textAt(value, ["configMap", "name"]), textAt(item.value, ["key"])),
    ),
  );
  return [...environment, ...files];
}

/** Those that read a key which its ConfigMap does not have; a key that may be missing is none of ours to know. */
function withoutKeys(
  readers: readonly Document[],
  documents: readonly Document[],
  places: readonly Place[],
): readonly Document[] {
  if (readers.length === 0) return [];
  const configMaps = new Map(
    documents
      .filter(({ kind }) => kind === "ConfigMap")
      .map((document) => [keysOf(document).reference, document] as const),
  );
  const has = (configMap: string, key: string): boolean => {
    const document = configMaps.get(configMap);
    if (document === undefined) return true;
    return ["data", "binaryData"].some((part) => {
      const values = document.content[part];
      return isObject(values) && Object.hasOwn(values, key);
    });
  };
  return readers.filter((reader) => factsOf(reader, places)?.keys.some(({ configMap, key }) => !has(configMap, key)));
}

const lists = new WeakMap<Document, { readonly locations: readonly Document[]; readonly places: readonly Place[] }>();

/** The places of locations: the same list for the same documents, so that one look tells whether what was read off them still holds. */
function interned(locations: readonly Document[]): readonly Place[] {
  const [first] = locations;
  if (first === undefined) return nowhere;
  const told = lists.get(first);
  const isSame =
    told?.locations.length === locations.length && told.locations.every((one, at) => one === locations[at]);
  if (told !== undefined && isSame) return told.places;
  const places = placesOf(locations);
  lists.set(first, { locations, places });
  return places;
}

const nowhere: readonly Place[] = [];

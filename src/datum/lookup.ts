import { type Document, keysOf, referenceKey } from "./document.ts";
import { type Place, placesOf } from "./targets.ts";

/** The documents of a commit by kind and name. Made once, for one search through all of them for each reference would be quadratic. */
export interface Lookup {
  find(kind: string, namespace: string, name: string): Document | undefined;
  /** Says whether something stands under a key of `referenceKey`. */
  has(key: string): boolean;
  /** Names of a kind in a namespace, for suggestions. */
  names(kind: string, namespace: string): readonly string[];
  /** Namespaces in which a kind has an object of the name. */
  namespaces(kind: string, name: string): readonly string[];
  /** The locations by name. */
  readonly places: readonly Place[];
  /** The first location of each city. */
  readonly cities: ReadonlyMap<string, Place>;
}

/** Makes the lookup. Where two documents have one name the last one counts; their doubling is told elsewhere. */
export function createLookup(documents: readonly Document[]): Lookup {
  const byKey = new Map<string, Document>();
  const locations: Document[] = [];
  for (const document of documents) {
    const { reference, isLocation } = keysOf(document);
    if (reference !== "") byKey.set(reference, document);
    if (isLocation) locations.push(document);
  }
  const places = placesOf(locations);
  const cities = new Map<string, Place>();
  for (const place of places) {
    if (place.cityCode !== "" && !cities.has(place.cityCode)) cities.set(place.cityCode, place);
  }
  let names: ReadonlyMap<string, readonly string[]> | undefined;
  let homes: ReadonlyMap<string, readonly string[]> | undefined;
  return {
    places,
    cities,
    find: (kind, namespace, name) => byKey.get(referenceKey(kind, namespace, name)),
    has: (key) => byKey.has(key),
    names: (kind, namespace) => {
      names ??= namesOf(byKey.values());
      return names.get(`${kind} ${namespace}`) ?? [];
    },
    namespaces: (kind, name) => {
      homes ??= homesOf(byKey.values());
      return homes.get(`${kind} ${name}`) ?? [];
    },
  };
}

/** Needed only where something is missing, which is seldom. */
function namesOf(documents: Iterable<Document>): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const { kind, namespace, name } of documents) {
    const key = `${kind} ${namespace}`;
    const list = names.get(key);
    if (list === undefined) names.set(key, [name]);
    else list.push(name);
  }
  return names;
}

function homesOf(documents: Iterable<Document>): ReadonlyMap<string, readonly string[]> {
  const homes = new Map<string, string[]>();
  for (const { kind, namespace, name } of documents) {
    const list = homes.get(`${kind} ${name}`);
    if (list === undefined) homes.set(`${kind} ${name}`, [namespace]);
    else list.push(namespace);
  }
  for (const list of homes.values()) list.sort();
  return homes;
}

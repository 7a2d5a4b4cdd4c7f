import { type Document, isOf } from "./document.ts";
import { type Place, placesOf } from "./targets.ts";

/** The documents of a commit by kind and name. Made once, for one search through all of them for each reference would be quadratic. */
export interface Lookup {
  find(kind: string, namespace: string, name: string): Document | undefined;
  /** Names of a kind in a namespace, for suggestions. */
  names(kind: string, namespace: string): readonly string[];
  /** The locations by name. */
  readonly places: readonly Place[];
  /** The first location of each city. */
  readonly cities: ReadonlyMap<string, Place>;
}

/** Makes the lookup. Where two documents have one name the last one counts; their doubling is told elsewhere. */
export function createLookup(documents: readonly Document[]): Lookup {
  const byKind = new Map<string, Map<string, Document>>();
  for (const document of documents) {
    if (!isOf(document, document.kind)) continue;
    const key = `${document.kind} ${document.namespace}`;
    const known = byKind.get(key);
    if (known === undefined) byKind.set(key, new Map([[document.name, document]]));
    else known.set(document.name, document);
  }
  const places = placesOf(documents);
  const cities = new Map<string, Place>();
  for (const place of places) {
    if (place.cityCode !== "" && !cities.has(place.cityCode)) cities.set(place.cityCode, place);
  }
  return {
    places,
    cities,
    find: (kind, namespace, name) => byKind.get(`${kind} ${namespace}`)?.get(name),
    names: (kind, namespace) => [...(byKind.get(`${kind} ${namespace}`)?.keys() ?? [])],
  };
}

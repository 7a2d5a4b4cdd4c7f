import { isObject, type JsonObject } from "../core/json.ts";
import { compareText } from "../core/problem.ts";
import { type Document, isOf, valueAt } from "./document.ts";
import { objectsAt, textAt } from "./report.ts";

/** The topology key by which placements choose locations. */
export const cityKey = "topology.datum.net/city-code";

/** A location as a placement looks at it. */
export interface Place {
  readonly name: string;
  readonly namespace: string;
  readonly cityCode: string;
  readonly topology: JsonObject;
  readonly document: Document;
}

/** The locations among documents, by name, so that the first of a city is the same whatever the order of files. */
export function placesOf(documents: readonly Document[]): readonly Place[] {
  return documents
    .filter((document) => isOf(document, "Location"))
    .map((document): Place => {
      const topology = valueAt(document.content, ["spec", "topology"]);
      return {
        name: document.name,
        namespace: document.namespace,
        cityCode: textAt(document.content, ["spec", "topology", cityKey]),
        topology: isObject(topology) ? topology : {},
        document,
      };
    })
    .sort((left, right) => compareText(`${left.namespace}/${left.name}`, `${right.namespace}/${right.name}`));
}

/** A place that a placement chose, with the word for it in names: its city where the city means it, else its own name. */
export interface Target {
  readonly place: Place;
  readonly word: string;
}

/** The places of a placement, by city codes, by names or by a selector over the topology; the same place once. */
export function targetsOf(placement: JsonObject, places: readonly Place[]): readonly Target[] {
  const chosen = new Set<Place>();
  const cities = valueAt(placement, ["cityCodes"]);
  for (const city of Array.isArray(cities) ? cities : []) {
    const place = places.find(({ cityCode }) => cityCode === city);
    if (place !== undefined) chosen.add(place);
  }
  for (const { value } of objectsAt(placement, ["locations"])) {
    const place = places.find(({ name }) => name === textAt(value, ["name"]));
    if (place !== undefined) chosen.add(place);
  }
  const selector = valueAt(placement, ["locationSelector"]);
  if (isObject(selector) && !isEmptySelector(selector)) {
    for (const place of places) if (matches(selector, place.topology)) chosen.add(place);
  }
  return [...chosen].map((place) => {
    const meant = places.find(({ cityCode }) => cityCode === place.cityCode);
    return { place, word: (place.cityCode !== "" && meant === place ? place.cityCode : place.name).toLowerCase() };
  });
}

/** Says whether a selector asks for nothing; such a one chooses nothing here, where Kubernetes would choose everything. */
export function isEmptySelector(selector: JsonObject): boolean {
  const labels = selector.matchLabels;
  return (
    objectsAt(selector, ["matchExpressions"]).length === 0 && (!isObject(labels) || Object.keys(labels).length === 0)
  );
}

function matches(selector: JsonObject, topology: JsonObject): boolean {
  const labels = isObject(selector.matchLabels) ? selector.matchLabels : {};
  if (!Object.entries(labels).every(([key, value]) => topology[key] === value)) return false;
  return objectsAt(selector, ["matchExpressions"]).every(({ value: { key, operator, values } }) => {
    const value = topology[String(key)];
    const listed = Array.isArray(values) && value !== undefined && values.includes(value);
    if (operator === "In") return listed;
    if (operator === "NotIn") return !listed;
    return operator === "Exists" ? value !== undefined : value === undefined;
  });
}

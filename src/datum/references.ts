import { isObject } from "../core/json.ts";
import { nearest } from "../core/nearest.ts";
import type { Problem } from "../core/problem.ts";
import { type Document, isOf, type Path, valueAt } from "./document.ts";
import { createReporter, isLabel, objectsAt, type Reporter, textAt } from "./report.ts";
import { cityKey, isEmptySelector, type Place, placesOf, targetsOf } from "./targets.ts";

const spec = ["spec", "template", "spec"] as const;
interface Index {
  find(kind: string, namespace: string, name: string): Document | undefined;
  names(kind: string, namespace: string): readonly string[];
  readonly places: readonly Place[];
}

/**
 * What documents say of each other: doubled names, networks, cities, ConfigMaps and Secrets that are missing.
 * While some document could not be read (`isPartial`), nothing is called missing, for it may stand there.
 */
export function checkReferences(all: readonly Document[], isPartial: boolean): readonly Problem[] {
  // A document without a name has its problem already, and nobody can refer to it.
  const documents = all.filter(({ name }) => name !== "");
  const problems: Problem[] = [...duplicates(documents), ...doubledCities(documents)];
  if (isPartial) return problems;
  const index = indexOf(documents);
  for (const document of documents) {
    if (!isOf(document, "Workload")) continue;
    const report = createReporter(document);
    checkNetworks(document, index, report);
    checkTargets(document, index, report);
    checkFiles(document, index, report);
    problems.push(...report.problems);
  }
  return problems;
}

function indexOf(documents: readonly Document[]): Index {
  const byName = new Map(
    documents
      .filter((document) => isOf(document, document.kind))
      .map((document) => [`${document.kind} ${document.namespace}/${document.name}`, document]),
  );
  return {
    find: (kind, namespace, name) => byName.get(`${kind} ${namespace}/${name}`),
    names: (kind, namespace) =>
      documents.filter((document) => isOf(document, kind) && document.namespace === namespace).map(({ name }) => name),
    places: placesOf(documents),
  };
}

function duplicates(documents: readonly Document[]): readonly Problem[] {
  const seen = new Map<string, Document>();
  return documents.flatMap((document) => {
    const key = `${document.apiVersion} ${document.kind} ${document.namespace}/${document.name}`;
    const first = seen.get(key);
    seen.set(key, first ?? document);
    if (first === undefined) return [];
    const report = createReporter(document);
    const { line } = first.at(["metadata", "name"]);
    report.say(
      "manifest/duplicate",
      ["metadata", "name"],
      `${document.kind} ${document.name} stands at ${first.file}:${line} already.`,
      "Rename or remove one.",
    );
    return report.problems;
  });
}

/** One city in two locations: the first by name would win in silence. */
function doubledCities(documents: readonly Document[]): readonly Problem[] {
  const holders = new Map<string, Place>();
  return placesOf(documents).flatMap((place) => {
    const { cityCode: city, document: location } = place;
    const holder = holders.get(city);
    if (city === "" || holder === undefined) {
      holders.set(city, place);
      return [];
    }
    const report = createReporter(location);
    const message = `City ${city} is served by location ${holder.name} already; no city code chooses this one.`;
    report.say(
      "location/city-duplicate",
      ["spec", "topology", cityKey],
      message,
      "Give each location a city of its own.",
      "warning",
    );
    return report.problems;
  });
}

function missing(
  report: Reporter,
  rule: string,
  path: Path,
  noun: string,
  name: string,
  known: readonly string[],
): void {
  const near = nearest(name, known);
  const hint = near === undefined ? `Add a ${noun} manifest of that name to the repository.` : `Did you mean ${near}?`;
  report.say(rule, path, `There is no ${noun} ${JSON.stringify(name)} in the repository.`, hint);
}

function checkNetworks(document: Document, index: Index, report: Reporter): void {
  for (const { path, value } of objectsAt(document.content, [...spec, "networkInterfaces"])) {
    const name = textAt(value, ["network", "name"]);
    const namespace = textAt(value, ["network", "namespace"]) || document.namespace;
    if (namespace !== document.namespace) {
      const message = `The workload stands in namespace ${document.namespace}; it cannot use a network of ${namespace}.`;
      report.say("workload/network-namespace", [...path, "network", "namespace"], message, "Remove namespace.");
    }
    if (!isLabel(name) || index.find("Network", document.namespace, name) !== undefined) continue;
    missing(
      report,
      "workload/network-missing",
      [...path, "network", "name"],
      "Network",
      name,
      index.names("Network", document.namespace),
    );
  }
}

function checkTargets(document: Document, { places }: Index, report: Reporter): void {
  for (const { path, value } of objectsAt(document.content, ["spec", "placements"])) {
    const cities = valueAt(value, ["cityCodes"]);
    for (const [index, city] of Array.isArray(cities) ? cities.entries() : []) {
      if (places.some(({ cityCode }) => cityCode === city)) continue;
      const known = [...new Set(places.map(({ cityCode }) => cityCode))];
      missing(report, "workload/city-missing", [...path, "cityCodes", index], "Location for city", String(city), known);
    }
    const names = places.map(({ name }) => name);
    for (const location of objectsAt(value, ["locations"])) {
      const name = textAt(location.value, ["name"]);
      if (names.includes(name)) continue;
      missing(report, "workload/location-missing", [...path, ...location.path, "name"], "Location", name, names);
    }
    const selector = value.locationSelector;
    if (
      isObject(selector) &&
      !isEmptySelector(selector) &&
      targetsOf({ locationSelector: selector }, places).length === 0
    ) {
      const message = "No location's topology is as the selector asks.";
      const hint = "It reads spec.topology of Locations, not their labels.";
      report.say("workload/location-missing", [...path, "locationSelector"], message, hint);
    }
  }
}

function checkFiles(document: Document, index: Index, report: Reporter): void {
  const need = (kind: string, name: string, path: Path, optional: unknown): void => {
    if (name === "" || optional === true || index.find(kind, document.namespace, name) !== undefined) return;
    missing(
      report,
      kind === "Secret" ? "workload/secret-missing" : "workload/configmap-missing",
      path,
      kind,
      name,
      index.names(kind, document.namespace),
    );
  };
  for (const { path, value } of objectsAt(document.content, [...spec, "volumes"])) {
    need(
      "ConfigMap",
      textAt(value, ["configMap", "name"]),
      [...path, "configMap", "name"],
      valueAt(value, ["configMap", "optional"]),
    );
    need(
      "Secret",
      textAt(value, ["secret", "secretName"]),
      [...path, "secret", "secretName"],
      valueAt(value, ["secret", "optional"]),
    );
  }
  for (const container of objectsAt(document.content, [...spec, "runtime", "sandbox", "containers"])) {
    for (const { path, value } of objectsAt(document.content, [...container.path, "envFrom"])) {
      for (const [kind, field] of [
        ["ConfigMap", "configMapRef"],
        ["Secret", "secretRef"],
      ] as const) {
        need(kind, textAt(value, [field, "name"]), [...path, field, "name"], valueAt(value, [field, "optional"]));
      }
    }
    for (const { path, value } of objectsAt(document.content, [...container.path, "env"])) {
      for (const [kind, field] of [
        ["ConfigMap", "configMapKeyRef"],
        ["Secret", "secretKeyRef"],
      ] as const) {
        const at = [...path, "valueFrom", field];
        need(
          kind,
          textAt(value, ["valueFrom", field, "name"]),
          [...at, "name"],
          valueAt(value, ["valueFrom", field, "optional"]),
        );
      }
    }
  }
  for (const { path, value } of objectsAt(document.content, [...spec, "runtime", "sandbox", "imagePullSecrets"])) {
    need("Secret", textAt(value, ["name"]), [...path, "name"], false);
  }
}

import { nearest } from "../core/nearest.ts";
import type { Problem } from "../core/problem.ts";
import type { Stranger } from "./check.ts";
import type { Document, Path } from "./document.ts";
import type { Faults } from "./follow-ups.ts";
import { createLookup, type Lookup } from "./lookup.ts";
import { createReporter, isPlaceholder, type Reporter } from "./report.ts";
import { cityKey, isEmptySelector, type Place, targetsOf } from "./targets.ts";
import { type Wants, wantsOf } from "./wants.ts";

/** Names that are compared for a suggestion: comparing with ten thousand would take longer than all other checks. */
const maxCandidates = 200;

/** Judges what documents say of each other. */
export type CheckReferences = (documents: readonly Document[], unread: Unread) => readonly Problem[];

/** What could not be read: whether whole texts, and the documents whose kind is not known. */
export interface Unread {
  readonly isPartial: boolean;
  readonly strangers: readonly Stranger[];
}

/**
 * Makes the check of what documents say of each other: doubled names, networks, cities, ConfigMaps and Secrets that are
 * missing. What a document refers to is read once and kept as long as the document. While some text could not be read
 * (`isPartial`), nothing is called missing, for it may stand there; a document whose kind is not known may be what bears its name.
 */
export function createReferenceCheck(faultsOf: (document: Document) => Faults | undefined): CheckReferences {
  const known = new WeakMap<Document, Wants | "nothing">();
  const recall = (document: Document): Wants | "nothing" => {
    const wants = known.get(document) ?? wantsOf(document) ?? "nothing";
    known.set(document, wants);
    return wants;
  };
  return (all, { isPartial, strangers }) => {
    // A document without a name has its problem already, and nobody can refer to it.
    const documents = all.filter(({ name }) => name !== "");
    const lookup = createLookup(documents);
    const problems: Problem[] = [...duplicates(documents), ...doubledCities(lookup.places)];
    if (isPartial) return problems;
    const doubts = doubtsAbout(all, strangers, faultsOf);
    for (const document of documents) {
      const wants = recall(document);
      if (wants === "nothing") continue;
      const report = createReporter(document);
      checkObjects(document, wants, { lookup, doubts }, report);
      checkTargets(wants, { lookup, doubts }, report);
      problems.push(...report.problems);
    }
    return problems;
  };
}

/** Kinds of which a document may have another name than is read, and whether a location may have another city. */
interface Doubts {
  readonly kinds: ReadonlySet<string>;
  readonly cities: boolean;
  /** Names that documents of unknown kinds bear. */
  readonly names: ReadonlySet<string>;
}

interface Known {
  readonly lookup: Lookup;
  readonly doubts: Doubts;
}

function doubtsAbout(
  all: readonly Document[],
  strangers: readonly Stranger[],
  faultsOf: (document: Document) => Faults | undefined,
): Doubts {
  const kinds = new Set<string>();
  let cities = strangers.some(({ isPlace }) => isPlace);
  for (const document of all) {
    const faults = faultsOf(document);
    if (faults === undefined) continue;
    const isNamed = !faults.doubts(["metadata", "name"]) && !faults.doubts(["metadata", "namespace"]);
    if (!isNamed) kinds.add(document.kind);
    if (document.kind === "Location" && (!isNamed || faults.doubts(["spec", "topology"]))) cities = true;
  }
  return { kinds, cities, names: new Set(strangers.map(({ name }) => name)) };
}

function duplicates(documents: readonly Document[]): readonly Problem[] {
  const seen = new Map<string, Document>();
  return documents.flatMap((document) => {
    const key = `${document.apiVersion} ${document.kind} ${document.namespace}/${document.name}`;
    const first = seen.get(key);
    seen.set(key, first ?? document);
    // Placeholders may be filled in by different values.
    if (first === undefined || isPlaceholder(document.name) || isPlaceholder(document.namespace)) return [];
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
function doubledCities(places: readonly Place[]): readonly Problem[] {
  const holders = new Map<string, Place>();
  return places.flatMap((place) => {
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
  add = `Add a manifest of the kind ${noun} with that name to the repository.`,
  severity: "error" | "warning" = "error",
): void {
  const near = nearest(name, known.length > maxCandidates ? [] : known);
  const hint = near === undefined ? add : `Did you mean ${near}?`;
  report.say(rule, path, `There is no ${noun} ${JSON.stringify(name)} in the repository.`, hint, severity);
}

function checkObjects(document: Document, { objects }: Wants, { lookup, doubts }: Known, report: Reporter): void {
  for (const { kind, others, rule, name, path, severity } of objects) {
    if ([kind, ...others].some((each) => doubts.kinds.has(each))) continue;
    if (isPlaceholder(name) || doubts.names.has(name)) continue;
    if ([kind, ...others].some((each) => lookup.find(each, document.namespace, name) !== undefined)) continue;
    missing(report, rule, path, kind, name, lookup.names(kind, document.namespace), undefined, severity);
  }
}

const cityHint = "Add a Location with that city code to the repository.";

function checkTargets(wants: Wants, { lookup, doubts }: Known, report: Reporter): void {
  const { places, cities } = lookup;
  if (doubts.cities) return;
  for (const { path, city } of wants.cities) {
    if (cities.has(city)) continue;
    missing(report, "workload/city-missing", path, "Location for city", city, [...cities.keys()], cityHint);
  }
  if (wants.locations.length > 0 && !doubts.kinds.has("Location")) {
    const names = new Set(places.map(({ name }) => name));
    for (const { path, name } of wants.locations) {
      if (!names.has(name)) missing(report, "workload/location-missing", path, "Location", name, [...names]);
    }
  }
  for (const { path, selector } of wants.selectors) {
    if (isEmptySelector(selector) || targetsOf({ locationSelector: selector }, places).length > 0) continue;
    const message = "No location's topology is as the selector asks.";
    report.say("workload/location-missing", path, message, "It reads spec.topology of Locations, not their labels.");
  }
}

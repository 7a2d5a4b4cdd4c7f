import { nearest } from "../core/nearest.ts";
import type { Problem } from "../core/problem.ts";
import type { Stranger } from "./check.ts";
import { type Document, keysOf, type Path, referenceKey } from "./document.ts";
import type { Faults } from "./follow-ups.ts";
import { createLookup, type Lookup } from "./lookup.ts";
import { createReporter, isPlaceholder, type Reporter } from "./report.ts";
import { cityKey, isEmptySelector, type Place, targetsOf } from "./targets.ts";
import { type Wants, wantsOf } from "./wants.ts";

/** Names that are compared for a suggestion: comparing with ten thousand would take longer than all other checks. */
const maxCandidates = 200;

/** How many commits are kept to compare the next one with: the tracked branch, the one applied last, a few pull requests. */
const rememberedCommits = 4;

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
export function createReferenceCheck(faultsOf: FaultsOf): CheckReferences {
  const known = new WeakMap<Document, KeyedWants | "nothing">();
  const recall = (document: Document): KeyedWants | "nothing" => {
    const found = known.get(document);
    if (found !== undefined) return found;
    const wants = keyed(document);
    known.set(document, wants);
    return wants;
  };
  let commits: readonly Checked[] = [];
  return (all, { isPartial, strangers }) => {
    const isWhole = !isPartial && strangers.length === 0;
    for (const before of isWhole ? commits : []) {
      const changed = changedOf(before.all, all, faultsOf);
      if (changed === undefined) continue;
      const same = before.problems.filter(([document]) => !changed.has(document));
      const fresh = [...changed.values()].flatMap((document) => checkOne(document, recall(document), before.around));
      const checked = { ...before, all, problems: [...same, ...fresh] };
      commits = [checked, ...commits.filter((other) => other !== before)];
      return [...before.general, ...checked.problems.map(([, problem]) => problem)];
    }
    // A document without a name has its problem already, and nobody can refer to it.
    const documents = all.filter(({ name }) => name !== "");
    const lookup = createLookup(documents);
    const doubled = duplicates(documents);
    const general = [...doubled, ...doubledCities(lookup.places)];
    if (isPartial) return general;
    const locations = new Set(lookup.places.map(({ name }) => name));
    const around = { lookup, locations, doubts: doubtsAbout(all, strangers, faultsOf) };
    const problems = documents.flatMap((document) => checkOne(document, recall(document), around));
    if (isWhole && doubled.length === 0)
      commits = [{ all, around, general, problems }, ...commits].slice(0, rememberedCommits);
    return [...general, ...problems.map(([, problem]) => problem)];
  };
}

type FaultsOf = (document: Document) => Faults | undefined;
type Found = readonly (readonly [document: Document, problem: Problem])[];

/** A commit in which no name stands twice, with what was found in it. */
interface Checked {
  readonly all: readonly Document[];
  readonly around: Known;
  readonly general: readonly Problem[];
  readonly problems: Found;
}

/**
 * Old to new documents where a commit only changes what is inside of some: every name and location stays, so that what
 * all the others refer to stays as well. Undefined where it does more.
 */
function changedOf(
  before: readonly Document[],
  after: readonly Document[],
  faultsOf: FaultsOf,
): ReadonlyMap<Document, Document> | undefined {
  if (before.length !== after.length) return undefined;
  const changed = new Map<Document, Document>();
  for (const [index, document] of after.entries()) {
    const old = before[index];
    if (old === document) continue;
    if (old === undefined || document.name === "" || keysOf(old).identity !== keysOf(document).identity)
      return undefined;
    if (keysOf(document).isLocation || faultsOf(old) !== undefined || faultsOf(document) !== undefined)
      return undefined;
    changed.set(old, document);
  }
  return changed;
}

function checkOne(document: Document, wants: KeyedWants | "nothing", around: Known): Found {
  if (wants === "nothing") return [];
  if (!wants.hasPlaces && wants.keys.every((keys) => keys.some(around.lookup.has))) return [];
  const report = createReporter(document);
  checkObjects(document, wants, around, report);
  checkContexts(document, wants, around, report);
  checkTargets(wants, around, report);
  return report.problems.map((problem) => [document, problem] as const);
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
  /** Names of the locations. */
  readonly locations: ReadonlySet<string>;
  readonly doubts: Doubts;
}

function doubtsAbout(all: readonly Document[], strangers: readonly Stranger[], faultsOf: FaultsOf): Doubts {
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

/** What a document refers to, with the keys under which each object may stand. */
interface KeyedWants extends Wants {
  readonly keys: readonly (readonly string[])[];
  readonly hasPlaces: boolean;
}

function keyed(document: Document): KeyedWants | "nothing" {
  const wants = wantsOf(document);
  if (wants === undefined) return "nothing";
  const keys = wants.objects.map(({ kind, others, name, namespace = document.namespace }) =>
    [kind, ...others].map((each) => referenceKey(each, namespace, name)),
  );
  return { ...wants, keys, hasPlaces: wants.cities.length + wants.locations.length + wants.selectors.length > 0 };
}

function duplicates(documents: readonly Document[]): readonly Problem[] {
  const seen = new Map<string, Document>();
  const problems: Problem[] = [];
  for (const document of documents) {
    const { identity } = keysOf(document);
    const first = seen.get(identity);
    if (first === undefined) {
      seen.set(identity, document);
      continue;
    }
    // Placeholders may be filled in by different values.
    if (isPlaceholder(document.name) || isPlaceholder(document.namespace)) continue;
    const report = createReporter(document);
    const { line } = first.at(["metadata", "name"]);
    report.say(
      "manifest/duplicate",
      ["metadata", "name"],
      `${document.kind} ${document.name} stands at ${first.file}:${line} already.`,
      "Rename or remove one.",
    );
    problems.push(...report.problems);
  }
  return problems;
}

function isIn(places: readonly Place[], name: string, namespace: string): boolean {
  return places.some((place) => place.name === name && place.namespace === namespace);
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

function checkObjects(
  document: Document,
  { objects, keys }: KeyedWants,
  { lookup, doubts }: Known,
  report: Reporter,
): void {
  for (const [
    index,
    { kind, others, rule, name, namespace = document.namespace, path, severity },
  ] of objects.entries()) {
    if ([kind, ...others].some((each) => doubts.kinds.has(each))) continue;
    if (isPlaceholder(name) || doubts.names.has(name) || keys[index]?.some(lookup.has)) continue;
    const [elsewhere] = lookup.namespaces(kind, name);
    if (elsewhere === undefined)
      missing(report, rule, path, kind, name, lookup.names(kind, namespace), undefined, severity);
    else {
      const message = `${kind} ${name} stands in the namespace ${elsewhere}, not in ${namespace}.`;
      report.say(rule, path, message, "Put the two in one namespace.", severity);
    }
  }
}

/** A subnet belongs to a presence that somebody wrote, or to that of a network, by the name that presences have. */
function checkContexts(
  document: Document,
  { contexts = [] }: Wants,
  { lookup, doubts }: Known,
  report: Reporter,
): void {
  const { namespace } = document;
  if (doubts.kinds.has("NetworkContext") || doubts.kinds.has("Network") || doubts.kinds.has("Location")) return;
  for (const { path, name, location } of contexts) {
    if (isPlaceholder(name) || doubts.names.has(name)) continue;
    const place = lookup.places.find((one) => one.name === location);
    if (place === undefined || lookup.find("NetworkContext", namespace, name) !== undefined) continue;
    const endings = [`-${place.namespace}-${location}`, `-${location}`];
    const networks = endings.flatMap((ending) => (name.endsWith(ending) ? [name.slice(0, -ending.length)] : []));
    if (networks.some((network) => lookup.find("Network", namespace, network) !== undefined)) continue;
    const hint = `Add a NetworkContext of that name, or name that of a Network: NETWORK${endings[0]}.`;
    missing(report, "reference/missing", path, "NetworkContext", name, lookup.names("NetworkContext", namespace), hint);
  }
}

const cityHint = "Add a Location with that city code to the repository.";

function checkTargets(wants: Wants, { lookup, locations, doubts }: Known, report: Reporter): void {
  const { places, cities } = lookup;
  if (doubts.cities) return;
  for (const { path, city } of wants.cities) {
    if (cities.has(city)) continue;
    missing(report, "workload/city-missing", path, "Location for city", city, [...cities.keys()], cityHint);
  }
  for (const { path, name, namespace } of doubts.kinds.has("Location") ? [] : wants.locations) {
    if (isPlaceholder(name) || doubts.names.has(name)) continue;
    if (!locations.has(name)) missing(report, "workload/location-missing", path, "Location", name, [...locations]);
    else if (namespace !== undefined && !isIn(places, name, namespace)) {
      const stands = places.find((place) => place.name === name)?.namespace;
      const message = `Location ${name} stands in the namespace ${stands}, not in ${namespace}.`;
      report.say("workload/location-missing", [...path.slice(0, -1), "namespace"], message, `Write ${stands}.`);
    }
  }
  for (const { path, selector } of wants.selectors) {
    if (isEmptySelector(selector) || targetsOf({ locationSelector: selector }, places).length > 0) continue;
    const message = "No location's topology is as the selector asks.";
    report.say("workload/location-missing", path, message, "It reads spec.topology of Locations, not their labels.");
  }
}

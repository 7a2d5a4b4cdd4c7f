import { nearest } from "../core/nearest.ts";
import type { Problem } from "../core/problem.ts";
import type { Catalogs } from "./catalogs.ts";
import { cidrProblem, readBlock } from "./cidr.ts";
import { type Document, isOf, valueAt } from "./document.ts";
import { checkGenerations, checkWrittenGenerations } from "./generations.ts";
import { createReporter, isSubdomain, objectsAt, type Reporter, textAt } from "./report.ts";
import { checkAnnotations } from "./rules-annotations.ts";
import { checkEdge } from "./rules-edge.ts";
import { checkExplicit } from "./rules-explicit.ts";
import { checkMetadata, nameHint } from "./rules-metadata.ts";
import { checkPlacements } from "./rules-placements.ts";
import { checkPolicies } from "./rules-policies.ts";
import { checkRuntime } from "./rules-runtime.ts";
import { checkConfigMap, checkSecret } from "./rules-secrets.ts";
import { checkVolumes } from "./rules-volumes.ts";
import { cityKey } from "./targets.ts";

/** Rules of one document whose shape its schema has allowed. */
export function checkDocument(document: Document, catalogs: Catalogs, allowsClearText: boolean): readonly Problem[] {
  const report = createReporter(document);
  if (document.name !== "" && !isSubdomain(document.name)) {
    report.say(
      "names/invalid",
      ["metadata", "name"],
      `${JSON.stringify(document.name)} is no DNS name.`,
      nameHint(document.name),
    );
  }
  checkMetadata(document, report);
  checkAnnotations(document, report);
  if (isOf(document, "Workload")) {
    checkGenerations(document.content, report);
    checkPlacements(document.content, report);
    checkRuntime(document.content, catalogs, report);
    checkVolumes(document.content, catalogs, report);
    checkPolicies(document.content, report);
    checkNetworkNamespaces(document, report);
  }
  if (isOf(document, "Network")) checkNetwork(document, report);
  if (isOf(document, "Location")) checkLocation(document, catalogs, report);
  if (isOf(document, "Secret")) checkSecret(document, allowsClearText, report);
  if (isOf(document, "ConfigMap")) checkConfigMap(document, report);
  checkWrittenGenerations(document, report);
  checkExplicit(document, report);
  checkEdge(document, report);
  return report.problems;
}

function checkNetworkNamespaces(document: Document, report: Reporter): void {
  for (const { path, value } of objectsAt(document.content, ["spec", "template", "spec", "networkInterfaces"])) {
    const namespace = textAt(value, ["network", "namespace"]) || document.namespace;
    if (namespace === document.namespace) continue;
    const message = `The workload stands in namespace ${document.namespace}; it cannot use a network of ${namespace}.`;
    report.say("workload/network-namespace", [...path, "network", "namespace"], message, "Remove namespace.");
  }
}

function checkNetwork(document: Document, report: Reporter): void {
  checkIpv6Range(document, report);
  const range = textAt(document.content, ["spec", "ipam", "ipv4Range"]);
  if (range === "") return;
  const path = ["spec", "ipam", "ipv4Range"];
  const block = readBlock(range);
  if (block === undefined)
    report.say(
      "network/range",
      path,
      `${JSON.stringify(range)} is no IPv4 range.`,
      "Write the first address and the prefix length, such as 10.128.0.0/9.",
    );
  else if (block.prefix > 29)
    report.say("network/range", path, `${range} is too small for a network.`, "Use a prefix length of 29 or less.");
}

/** Longer prefixes hold no block of a location. */
const longestPrefix = 64;

function checkIpv6Range({ content }: Document, report: Reporter): void {
  const path = ["spec", "ipam", "ipv6Range"];
  const range = textAt(content, path);
  if (range === "") return;
  const hint = "Write the first address and the prefix length, such as fd20:12:34::/48, or leave it out.";
  const wrong = range.includes(":") ? cidrProblem(range) : `${JSON.stringify(range)} is no IPv6 range.`;
  if (wrong !== undefined) report.say("network/range", path, wrong, hint);
  else if (Number(range.split("/")[1]) > longestPrefix)
    report.say("network/range", path, `${range} is too small: each location takes a /64 of it.`, hint);
}

function checkLocation(document: Document, catalogs: Catalogs, report: Reporter): void {
  const city = textAt(document.content, ["spec", "topology", cityKey]);
  if (city === "") {
    const message = "The location says no city, so no placement can choose it.";
    report.say(
      "location/city-code",
      ["spec", "topology"],
      message,
      "Add topology.datum.net/city-code, such as DFW.",
      "warning",
    );
  } else if (!Object.hasOwn(catalogs["city-codes"], city)) {
    const meant = nearest(city.toUpperCase(), Object.keys(catalogs["city-codes"]));
    const hint = meant === undefined ? "Add it to catalogs.cityCodes of the configuration." : `Did you mean ${meant}?`;
    const path = ["spec", "topology", cityKey];
    report.say("location/city-unknown", path, `No known city has the code ${JSON.stringify(city)}.`, hint, "warning");
  }
  checkCoordinates(document, report);
  const namespace = valueAt(document.content, ["metadata", "namespace"]);
  if (namespace !== undefined && valueAt(document.content, ["spec", "coordinates"]) !== undefined) {
    const message =
      "metadata.namespace is of the older generation of the API, spec.coordinates of the newer one, whose locations have none.";
    const hint = "Remove coordinates, or namespace here and wherever the location is named.";
    report.say("generation/mixed", ["spec", "coordinates"], message, hint, "warning");
  }
  const region = textAt(document.content, ["spec", "provider", "gcp", "region"]);
  const zone = textAt(document.content, ["spec", "provider", "gcp", "zone"]);
  if (zone !== "" && !new RegExp(`^${region.replace(/[^a-z0-9-]/g, ".")}-[a-z]$`).test(zone)) {
    report.say(
      "location/zone",
      ["spec", "provider", "gcp", "zone"],
      `Zone ${zone} is not in region ${region}.`,
      `A zone of it is ${region}-a.`,
    );
  }
}

/** Degrees that a coordinate may have. */
const degrees = { latitude: 90, longitude: 180 } as const;

function checkCoordinates(document: Document, report: Reporter): void {
  for (const [field, most] of Object.entries(degrees)) {
    const path = ["spec", "coordinates", field];
    const text = textAt(document.content, path);
    if (Math.abs(Number(text)) > most)
      report.say("location/coordinates", path, `${text} is no ${field}.`, `Write degrees from -${most} to ${most}.`);
  }
}

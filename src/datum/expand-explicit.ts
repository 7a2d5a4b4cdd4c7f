import { type Document, isOf, valueAt } from "./document.ts";
import { contentOf, rolloutOf, type Surroundings } from "./expand-deployments.ts";
import type { Deployment, Instance } from "./fleet.ts";
import { textAt } from "./report.ts";
import type { Place } from "./targets.ts";
import { withTemplate } from "./template.ts";

/** A WorkloadDeployment that somebody wrote: the copies of a template in the location that it names. */
export function writtenDeployment(document: Document, around: Surroundings): readonly Deployment[] {
  if (!isOf(document, "WorkloadDeployment")) return [];
  const { content } = document;
  const { places, cities } = around.lookup;
  const named = textAt(content, ["spec", "locationRef", "name"]);
  const place =
    named === "" ? cities.get(textAt(content, ["spec", "cityCode"])) : places.find(({ name }) => name === named);
  const replicas = Number(valueAt(content, ["spec", "scaleSettings", "minReplicas"]) ?? 0);
  return at(place, around, {
    ...contentOf(document, around),
    name: document.name,
    workload: textAt(content, ["spec", "workloadRef", "name"]),
    placement: textAt(content, ["spec", "placementName"]),
    replicas,
    ...rolloutOf(document, replicas),
  });
}

/** An Instance that somebody wrote: one copy of its own name, in the location that it names. */
export function writtenInstance(document: Document, around: Surroundings): readonly Instance[] {
  if (!isOf(document, "Instance")) return [];
  const name = textAt(document.content, ["spec", "location", "name"]);
  const namespace = textAt(document.content, ["spec", "location", "namespace"]);
  const place = around.lookup.places.find(
    (candidate) => candidate.name === name && (namespace === "" || candidate.namespace === namespace),
  );
  const deployments = at(place, around, {
    ...contentOf(withTemplate(document), around),
    name: document.name,
    workload: document.name,
    placement: "",
    replicas: 1,
    ...rolloutOf(document, 1),
  });
  return deployments.map((deployment) => ({ name: document.name, ordinal: 0, deployment }));
}

function at(
  place: Place | undefined,
  around: Surroundings,
  rest: Omit<Deployment, "location" | "cityCode">,
): readonly Deployment[] {
  const location = place === undefined ? undefined : around.locations.get(place.document);
  return place === undefined || location === undefined ? [] : [{ ...rest, location, cityCode: place.cityCode }];
}

import { isObject, type JsonObject } from "../core/json.ts";
import { type Document, isOf, type Path, valueAt } from "./document.ts";
import { isLabel, objectsAt, textAt } from "./report.ts";
import { instanceSpecPath } from "./template.ts";
import type { WantedContext, WantedObject, WantedPlace } from "./wanted.ts";
import { contextsOf, edgeObjectsOf, placeAt, presenceLocations } from "./wants-edge.ts";

/** What one document says of others: read once, looked up in every commit that still has the document. */
export interface Wants {
  readonly objects: readonly WantedObject[];
  readonly cities: readonly { readonly path: Path; readonly city: string }[];
  readonly locations: readonly WantedPlace[];
  readonly contexts?: readonly WantedContext[];
  readonly selectors: readonly { readonly path: Path; readonly selector: JsonObject }[];
}

const rules = {
  Network: "workload/network-missing",
  ConfigMap: "workload/configmap-missing",
  Secret: "workload/secret-missing",
} as const;

/** Reads what a document refers to; undefined for kinds that refer to nothing. */
export function wantsOf(document: Document): Wants | undefined {
  const spec = instanceSpecPath(document);
  if (spec === undefined) {
    const objects = edgeObjectsOf(document);
    const locations = presenceLocations(document);
    const contexts = contextsOf(document);
    if (objects.length + locations.length + contexts.length === 0) return undefined;
    return { objects, locations, contexts, cities: [], selectors: [] };
  }
  const { content } = document;
  const objects: WantedObject[] = [];
  const want = (kind: keyof typeof rules, holder: JsonObject, at: Path, field: readonly string[]): void => {
    const name = textAt(holder, field);
    if (name === "" || valueAt(holder, [...field.slice(0, -1), "optional"]) === true) return;
    if (kind === "Network" && !isLabel(name)) return;
    objects.push({ kind, others: [], rule: rules[kind], name, path: [...at, ...field], severity: "error" });
  };
  for (const { path, value } of objectsAt(content, [...spec, "networkInterfaces"])) {
    want("Network", value, path, ["network", "name"]);
  }
  for (const { path, value } of objectsAt(content, [...spec, "volumes"])) {
    want("ConfigMap", value, path, ["configMap", "name"]);
    want("Secret", value, path, ["secret", "secretName"]);
  }
  for (const container of objectsAt(content, [...spec, "runtime", "sandbox", "containers"])) {
    for (const { path, value } of objectsAt(content, [...container.path, "envFrom"])) {
      want("ConfigMap", value, path, ["configMapRef", "name"]);
      want("Secret", value, path, ["secretRef", "name"]);
    }
    for (const { path, value } of objectsAt(content, [...container.path, "env"])) {
      want("ConfigMap", value, path, ["valueFrom", "configMapKeyRef", "name"]);
      want("Secret", value, path, ["valueFrom", "secretKeyRef", "name"]);
    }
  }
  for (const { path, value } of objectsAt(content, [...spec, "runtime", "sandbox", "imagePullSecrets"])) {
    want("Secret", value, path, ["name"]);
  }
  return { objects, ...placesWanted(content), ...placeSaid(document) };
}

/** The one place of a deployment or an instance that somebody wrote. */
function placeSaid(document: Document): Partial<Wants> {
  const { content } = document;
  if (isOf(document, "Instance")) return { locations: placeAt(document, ["spec", "location"]) };
  if (!isOf(document, "WorkloadDeployment")) return {};
  const locations = placeAt(document, ["spec", "locationRef"]);
  const path = ["spec", "cityCode"];
  const city = textAt(content, path);
  if (locations.length > 0) return { locations };
  return city === "" ? {} : { cities: [{ path, city }] };
}

function placesWanted(content: JsonObject): Omit<Wants, "objects"> {
  const placements = objectsAt(content, ["spec", "placements"]);
  return {
    cities: placements.flatMap(({ path, value }) => {
      const cities = valueAt(value, ["cityCodes"]);
      return (Array.isArray(cities) ? cities : []).map((city, index) => ({
        path: [...path, "cityCodes", index],
        city: String(city),
      }));
    }),
    locations: placements.flatMap(({ path, value }) =>
      objectsAt(value, ["locations"]).map((location) => ({
        path: [...path, ...location.path, "name"],
        name: textAt(location.value, ["name"]),
      })),
    ),
    selectors: placements.flatMap(({ path, value: { locationSelector } }) =>
      isObject(locationSelector) ? [{ path: [...path, "locationSelector"], selector: locationSelector }] : [],
    ),
  };
}

import { type Document, isOf, type Path, valueAt } from "./document.ts";
import { objectsAt, textAt } from "./report.ts";
import type { WantedContext, WantedObject, WantedPlace } from "./wanted.ts";

/** Kinds whose objects make a presence of a network in a location. */
const presenceKinds = ["NetworkBinding", "NetworkContext"];

/** One reference: where its name stands, and the kinds that may bear it. */
type Reference = readonly [path: Path, kinds: readonly WantedObject["kind"][]];

/**
 * What objects of the edge refer to. They may stand at the edge already without being in the repository, so that their
 * absence is a warning; only a presence without its network could never be made.
 */
export function edgeObjectsOf(document: Document): readonly WantedObject[] {
  if (!isOf(document, document.kind)) return [];
  const isPresence = presenceKinds.includes(document.kind);
  const severity = isPresence ? "error" : "warning";
  return referencesOf(document).flatMap(([path, [kind, ...others]]): readonly WantedObject[] => {
    const name = textAt(document.content, path);
    const namespace = textAt(document.content, [...path.slice(0, -1), "namespace"]);
    if (name === "" || kind === undefined) return [];
    const wanted: WantedObject = { kind, others, rule: "reference/missing", name, path, severity };
    if (namespace === "" || namespace === document.namespace) return [wanted];
    // What an object of the edge names elsewhere may be another team's.
    return isPresence ? [{ ...wanted, namespace }] : [];
  });
}

/** Kinds of blocks inside a presence. */
const subnetKinds = ["Subnet", "SubnetClaim"];

/** The locations that a presence names. */
export function presenceLocations(document: Document): readonly WantedPlace[] {
  return [...presenceKinds, ...subnetKinds].includes(document.kind) ? placeAt(document, ["spec", "location"]) : [];
}

/** The location that a reference of a document names. */
export function placeAt({ content }: Document, reference: Path): readonly WantedPlace[] {
  const path = [...reference, "name"];
  const [name, namespace] = [textAt(content, path), textAt(content, [...reference, "namespace"])];
  return name === "" ? [] : [{ path, name, ...(namespace !== "" && { namespace }) }];
}

/** The presence that a subnet names. */
export function contextsOf(document: Document): readonly WantedContext[] {
  if (!subnetKinds.includes(document.kind) || !isOf(document, document.kind)) return [];
  const path = ["spec", "networkContext", "name"];
  const [name, location] = [textAt(document.content, path), textAt(document.content, ["spec", "location", "name"])];
  return name === "" || location === "" ? [] : [{ path, name, location }];
}

function referencesOf({ kind, content }: Document): readonly Reference[] {
  switch (kind) {
    case "NetworkBinding":
    case "NetworkContext":
      return [[["spec", "network", "name"], ["Network"]]];
    case "DNSRecordSet":
      return [[["spec", "dnsZoneRef", "name"], ["DNSZone"]]];
    case "ConnectorAdvertisement":
      return [[["spec", "connectorRef", "name"], ["Connector"]]];
    case "VPCAttachment":
      return [[["spec", "vpc", "name"], ["VPC"]]];
    case "HTTPProxy":
      return objectsAt(content, ["spec", "rules"]).flatMap((rule) =>
        objectsAt(content, [...rule.path, "backends"]).flatMap(({ path }): readonly Reference[] => [
          [[...path, "connector", "name"], ["Connector"]],
          [[...path, "networkService", "name"], ["NetworkService"]],
        ]),
      );
    case "HTTPRoute":
      return objectsAt(content, ["spec", "parentRefs"])
        .filter(({ value }) => value.kind === undefined || value.kind === "Gateway")
        .map(
          ({ path }): Reference => [
            [...path, "name"],
            ["Gateway", "HTTPProxy"],
          ],
        );
    case "TrafficProtectionPolicy":
      // A proxy makes a gateway and a route of its own name.
      return objectsAt(content, ["spec", "targetRefs"]).map(({ path }): Reference => {
        const target = valueAt(content, [...path, "kind"]);
        return [
          [...path, "name"],
          [target === "Gateway" ? "Gateway" : "HTTPRoute", "HTTPProxy"],
        ];
      });
    default:
      return [];
  }
}

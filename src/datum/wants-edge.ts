import { type Document, isOf, type Path, valueAt } from "./document.ts";
import { objectsAt, textAt } from "./report.ts";
import type { WantedObject } from "./wanted.ts";

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
  const severity = presenceKinds.includes(document.kind) ? "error" : "warning";
  return referencesOf(document).flatMap(([path, [kind, ...others]]): readonly WantedObject[] => {
    const name = textAt(document.content, path);
    const namespace = textAt(document.content, [...path.slice(0, -1), "namespace"]);
    if (name === "" || kind === undefined || (namespace !== "" && namespace !== document.namespace)) return [];
    return [{ kind, others, rule: "reference/missing", name, path, severity }];
  });
}

/** The locations that a presence names. */
export function presenceLocations(document: Document): readonly { readonly path: Path; readonly name: string }[] {
  if (!presenceKinds.includes(document.kind) && document.kind !== "Subnet" && document.kind !== "SubnetClaim")
    return [];
  const path = ["spec", "location", "name"];
  const name = textAt(document.content, path);
  return name === "" ? [] : [{ path, name }];
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
        objectsAt(content, [...rule.path, "backends"]).map(
          ({ path }): Reference => [[...path, "connector", "name"], ["Connector"]],
        ),
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

import { reference } from "../../../core/identity.ts";
import type { JsonObject } from "../../../core/json.ts";
import type { Resource } from "../../../core/resource.ts";
import { type Fleet, type Network, type Presence, presenceToken } from "../../../datum/fleet.ts";
import { flowLogsNote, flowLogsWish } from "../../../datum/flow-logs.ts";
import { partialOf } from "../names.ts";
import type { Settings } from "../options.ts";
import { ipv6Note, networkFamilies, subnetworkFamilies } from "./families.ts";
import { annotationOf, isServed, leaveOf, type Naming, ownerOf, unmarkableWishesOf } from "./served.ts";

/** One VPC for each network and project, one subnetwork for each presence. */
export function networkResources(fleet: Fleet, settings: Settings, naming: Naming): readonly Resource[] {
  const resources = new Map<string, Resource>();
  const projects = projectsByNetwork(fleet, settings);
  for (const presence of fleet.presences) {
    const { network, location } = presence;
    if (!isServed(location, settings)) continue;
    const { document } = network;
    const vpc = naming.network(network, location.gcp.projectId);
    const subnetwork = naming.subnetwork(presence, location);
    const common = {
      provider: settings.name,
      realm: location.gcp.projectId,
      source: document.at([]),
      owner: ownerOf(document),
      needs: [],
      ...unmarkableWishesOf(document),
    };
    resources.set(vpc.address, {
      ...{ ...common, kind: "network", address: vpc.address, uid: vpc.uid, key: vpc.key },
      spec: {
        name: vpc.name,
        autoCreateSubnetworks: false,
        mtu: network.mtu,
        routingMode: "REGIONAL",
        ...networkFamilies(network, prefixOf(presence, projects)),
        ...leaveOf(document, "network"),
      },
      provides: [],
      fieldSources: {
        mtu: document.at(["spec", "mtu"]),
        enableUlaInternalIpv6: document.at(["spec", "ipFamilies"]),
        internalIpv6Range: document.at(["spec", "ipam", "ipv6Range"]),
      },
      location: "",
    });
    resources.set(subnetwork.address, {
      ...{ ...common, kind: "subnetwork", address: subnetwork.address, uid: subnetwork.uid, key: subnetwork.key },
      spec: {
        name: subnetwork.name,
        region: location.gcp.region,
        network: reference(vpc.address, partialOf(vpc.key)),
        ...subnetworkFamilies(network, presence.block),
        ...flowLogsOf(network),
        allocation: presence.key,
        ...leaveOf(document, "subnetwork"),
      },
      provides: [...(resources.get(subnetwork.address)?.provides ?? []), presenceToken(presence)],
      fieldSources: {
        ipCidrRange: document.at(["spec", "ipam"]),
        stackType: document.at(["spec", "ipFamilies"]),
        ipv6AccessType: document.at(["metadata", "annotations", ipv6Note]),
        flowLogs: document.at(["metadata", "annotations", flowLogsNote]),
        region: location.document.at(["spec", "provider", "gcp", "region"]),
      },
      location: location.name,
    });
  }
  return [...resources.values()];
}

/** Flow logs in the API's words; nothing when they are off. */
function flowLogsOf({ document }: Network): JsonObject {
  const wish = flowLogsWish(annotationOf(document, flowLogsNote) ?? "false");
  if (wish === undefined || wish === "none") return {};
  const { sampling, intervalSeconds: seconds } = wish;
  const interval = seconds < 60 ? `INTERVAL_${seconds}_SEC` : `INTERVAL_${seconds / 60}_MIN`;
  const metadata = wish.metadata === "all" ? "INCLUDE_ALL_METADATA" : "EXCLUDE_ALL_METADATA";
  return { flowLogs: { sampling, interval, metadata } };
}

/** In which projects each network stands. */
function projectsByNetwork({ presences }: Fleet, settings: Settings): ReadonlyMap<Network, ReadonlySet<string>> {
  const found = new Map<Network, Set<string>>();
  for (const { network, location } of presences) {
    if (isServed(location, settings)) found.set(network, (found.get(network) ?? new Set()).add(location.gcp.projectId));
  }
  return found;
}

/** The planned prefix can be had once: a network that stands in several projects leaves it to the server, unless its manifest says one. */
function prefixOf({ network, ipv6 }: Presence, projects: ReadonlyMap<Network, ReadonlySet<string>>): string {
  if (network.ipv6Range.endsWith("/48")) return network.ipv6Range;
  return (projects.get(network)?.size ?? 0) > 1 ? "" : (ipv6?.prefix ?? "");
}

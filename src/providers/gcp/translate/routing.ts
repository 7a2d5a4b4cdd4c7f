import { reference } from "../../../core/identity.ts";
import type { Json, JsonObject } from "../../../core/json.ts";
import type { Problem } from "../../../core/problem.ts";
import type { Resource } from "../../../core/resource.ts";
import { pathText } from "../../../datum/document.ts";
import { type Fleet, type Network, type Presence, presenceToken } from "../../../datum/fleet.ts";
import { gatewayNote, gatewayOf, gatewaySite, linkToken, sitesOf } from "../../../datum/links.ts";
import { natWish, type RouteWish, routeWishes } from "../../../datum/routing.ts";
import type { Settings } from "../options.ts";
import { annotationOf, isServed, type Naming, ownerOf, type ServedLocation, unmarkableWishesOf } from "./served.ts";

const natNote = "plumbline.dev/nat";
const routesNote = "plumbline.dev/routes";
const fabricPriority = 1_000;

/** Names a project's routers and routes among the realms: they are listed where a fleet wants some, and cost nothing elsewhere. */
export function routingRealm(project: string): string {
  return `${project}/routing`;
}

/** The projects in which the fleet wants routers or routes. */
export function routingProjects(fleet: Fleet, settings: Settings): readonly string[] {
  const asking = served(fleet, settings).filter(
    ({ presence: { network }, location }) =>
      natOf(network) !== undefined || wishesIn(fleet, network, location.gcp.projectId).length > 0,
  );
  return [...new Set(asking.map(({ location }) => location.gcp.projectId))];
}

/** A router with address translation for each network and region that asks for it, and the routes of each network. */
export function routingResources(fleet: Fleet, settings: Settings, naming: Naming): readonly Resource[] {
  const all = served(fleet, settings);
  return [...routers(all, settings, naming), ...routes(fleet, all, settings, naming)];
}

interface Standing {
  readonly presence: Presence;
  readonly location: ServedLocation;
}

function served({ presences }: Fleet, settings: Settings): readonly Standing[] {
  return presences.flatMap((presence) =>
    isServed(presence.location, settings) ? [{ presence, location: presence.location }] : [],
  );
}

function natOf({ document }: Network) {
  const wish = natWish(annotationOf(document, natNote) ?? "false");
  return wish === "none" ? undefined : wish;
}

function routesOf({ document }: Network): readonly RouteWish[] {
  return routeWishes(annotationOf(document, routesNote) ?? "") ?? [];
}

/** A route as its manifest asks for it, or as the network's reach beyond Compute Engine does. */
interface Wish extends RouteWish {
  readonly note: string;
  /** What must stand before packets are sent there. */
  readonly needs: readonly string[];
}

/** Routes of a network in one project: those its manifest says, and those to other sites over the gateway that stands in this project. */
function wishesIn(fleet: Fleet, network: Network, project: string): readonly Wish[] {
  const said = routesOf(network).map((wish) => ({ ...wish, note: routesNote, needs: [] }));
  const sites = sitesOf(fleet, network);
  const address = gatewayOf(network.document);
  const here = `gcp ${project}`;
  if (gatewaySite(address, sites)?.name !== here) return said;
  const beyond = sites.filter(({ name }) => !name.startsWith("gcp "));
  const made = beyond.flatMap(({ name, presences }) =>
    presences.flatMap(({ block }): readonly Wish[] => {
      if (block === "" || said.some(({ range }) => range === block)) return [];
      const hop = { kind: "address", address } as const;
      return [
        { range: block, hop, priority: fabricPriority, note: gatewayNote, needs: [linkToken(network, name, here)] },
      ];
    }),
  );
  return [...said, ...made];
}

function commonOf(network: Network, settings: Settings, project: string) {
  const { document } = network;
  return {
    ...{ provider: settings.name, realm: project, owner: ownerOf(document), needs: [] },
    ...unmarkableWishesOf(document),
  };
}

function routers(all: readonly Standing[], settings: Settings, naming: Naming): readonly Resource[] {
  const made = new Map<string, Resource>();
  for (const { presence, location } of all) {
    const { network } = presence;
    const wish = natOf(network);
    if (wish === undefined) continue;
    const { projectId, region } = location.gcp;
    const router = naming.router(network, location);
    const before = made.get(router.address);
    const source = network.document.at(["metadata", "annotations", natNote]);
    // Machines without an address of their own reach nothing before their translation stands.
    const provides = [...(before?.provides ?? []), presenceToken(presence)];
    made.set(router.address, {
      ...{ ...commonOf(network, settings, projectId), kind: "router", address: router.address, uid: router.uid },
      ...{ key: router.key, source, provides, fieldSources: {}, location: location.name },
      spec: {
        name: router.name,
        region,
        network: networkReference(network, projectId, naming),
        nats: [natSpec(wish.ports, logFilters[wish.log])],
      },
    });
  }
  return [...made.values()];
}

/** What the API calls the lines that are logged; empty for none. */
const logFilters = { "": "", errors: "ERRORS_ONLY", translations: "TRANSLATIONS_ONLY", all: "ALL" } as const;

/** One address translation in the shape of our specs. */
export function natSpec(minPortsPerVm: number, logFilter: string, name = "nat"): JsonObject {
  return {
    ...{ name, natIpAllocateOption: "AUTO_ONLY", sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES" },
    ...{ minPortsPerVm, ...(logFilter === "" ? {} : { logFilter }) },
  };
}

function networkReference(network: Network, project: string, naming: Naming): Json {
  const vpc = naming.network(network, project);
  return reference(vpc.address, vpc.key);
}

function routes(fleet: Fleet, all: readonly Standing[], settings: Settings, naming: Naming): readonly Resource[] {
  const made = new Map<string, Resource>();
  for (const { presence, location } of all) {
    const { network } = presence;
    const { projectId } = location.gcp;
    for (const wish of wishesIn(fleet, network, projectId)) {
      const hop = hopSpec(fleet, network, wish, projectId, settings, naming);
      if (hop === undefined) continue;
      const route = naming.route(network, projectId, `${wish.range} ${wish.priority}`);
      made.set(route.address, {
        ...{ ...commonOf(network, settings, projectId), kind: "route", address: route.address, uid: route.uid },
        ...{ key: route.key, source: network.document.at(["metadata", "annotations", wish.note]), provides: [] },
        needs: wish.needs,
        ...{ fieldSources: {}, location: "" },
        spec: {
          ...{ name: route.name, network: networkReference(network, projectId, naming), destRange: wish.range },
          ...{ priority: wish.priority, ...hop },
        },
      });
    }
  }
  return [...made.values()];
}

/** The next hop in the API's words; undefined when it is an instance of another project, or of none. */
function hopSpec(
  fleet: Fleet,
  network: Network,
  { hop }: RouteWish,
  project: string,
  settings: Settings,
  naming: Naming,
): JsonObject | undefined {
  if (hop.kind === "internet")
    return { nextHopGateway: `projects/${project}/global/gateways/default-internet-gateway` };
  if (hop.kind === "address") return { nextHopIp: hop.address };
  const found = instanceOf(fleet, network, hop.name);
  if (found === undefined || !isServed(found.deployment.location, settings)) return undefined;
  if (found.deployment.location.gcp.projectId !== project) return undefined;
  const made = naming.instance(found.deployment, found.deployment.location, found.name);
  return { nextHopInstance: reference(made.address, made.key) };
}

function instanceOf({ instances }: Fleet, { namespace, document }: Network, name: string) {
  return instances.find(
    (instance) =>
      instance.name === name &&
      instance.deployment.namespace === namespace &&
      instance.deployment.networks.some((network) => network.document === document),
  );
}

/** Routes over instances that the fleet does not have. */
export function routingProblems(fleet: Fleet, settings: Settings): readonly Problem[] {
  const networks = new Set(served(fleet, settings).map(({ presence }) => presence.network));
  return [...networks].flatMap((network) =>
    routesOf(network).flatMap(({ hop }): readonly Problem[] => {
      if (hop.kind !== "instance" || instanceOf(fleet, network, hop.name) !== undefined) return [];
      const path = ["metadata", "annotations", routesNote];
      const message = `The route goes over instance ${hop.name}, which no workload of network ${network.name} makes.`;
      const hint = "Write the full name of an instance, such as web-main-dfw-0.";
      const at = network.document.at(path);
      return [{ ...at, severity: "error", rule: "gcp/route-hop", path: pathText(path), message, hint }];
    }),
  );
}

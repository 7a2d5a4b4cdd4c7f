import { isObject } from "../core/json.ts";
import { compareText, type Problem } from "../core/problem.ts";
import { type Document, isOf, valueAt } from "./document.ts";
import { deploymentsOf, surroundingsOf } from "./expand-deployments.ts";
import { firewallsOf } from "./expand-firewalls.ts";
import type { Deployment, Fleet, Instance, Location, Network, Presence } from "./fleet.ts";
import { allocate, defaultRange } from "./ipam.ts";
import { textAt } from "./report.ts";
import { cityKey } from "./targets.ts";

/** What expansion needs besides the documents. */
export interface ExpandOptions {
  readonly fleet: string;
  /** Blocks that stand in the world already, by presence key: they never move. */
  readonly allocations: ReadonlyMap<string, string>;
}

/** Expands checked documents to the whole wanted state: pure, and independent of the order of files. */
export function expandFleet(documents: readonly Document[], options: ExpandOptions): Fleet {
  const sorted = [...documents].sort((left, right) => compareText(idOf(left), idOf(right)));
  const locations = sorted.filter((document) => isOf(document, "Location")).map(readLocation);
  const networks = sorted.filter((document) => isOf(document, "Network")).map(readNetwork);
  const around = surroundingsOf(sorted, locations, networks);
  const deployments = sorted
    .filter((document) => isOf(document, "Workload"))
    .flatMap((workload) => deploymentsOf(workload, around));
  const { presences, problems } = presencesOf(deployments, options.allocations);
  return {
    name: options.fleet,
    locations,
    networks,
    presences,
    deployments,
    instances: deployments.flatMap(instancesOf),
    firewalls: deployments.flatMap(firewallsOf),
    documents: sorted,
    problems: [...problems, ...collisions(deployments)],
  };
}

function idOf(document: Document): string {
  return `${document.kind} ${document.namespace}/${document.name}`;
}

function readLocation(document: Document): Location {
  const { content } = document;
  const gcp = valueAt(content, ["spec", "provider", "gcp"]);
  return {
    name: document.name,
    namespace: document.namespace,
    cityCode: textAt(content, ["spec", "topology", cityKey]),
    className: textAt(content, ["spec", "locationClassName"]),
    ...(isObject(gcp) && {
      gcp: { projectId: textAt(gcp, ["projectId"]), region: textAt(gcp, ["region"]), zone: textAt(gcp, ["zone"]) },
    }),
    document,
  };
}

function readNetwork(document: Document): Network {
  const families = valueAt(document.content, ["spec", "ipFamilies"]);
  return {
    name: document.name,
    namespace: document.namespace,
    ipv4Range: textAt(document.content, ["spec", "ipam", "ipv4Range"]) || defaultRange,
    ipFamilies: (Array.isArray(families) ? families : ["IPv4"]) as Network["ipFamilies"],
    mtu: Number(valueAt(document.content, ["spec", "mtu"]) ?? 1460),
    document,
  };
}

/** More copies are refused by a rule; what was not checked must not exhaust memory either. */
const maxReplicas = 1000;

function instancesOf(deployment: Deployment): readonly Instance[] {
  return Array.from({ length: Math.min(maxReplicas, Math.max(0, deployment.replicas)) }, (_, ordinal) => ({
    name: `${deployment.name}-${ordinal}`,
    ordinal,
    deployment,
  }));
}

/** A network is present in a location as soon as one interface needs it there; its block holds every copy that will stand in it. */
function presencesOf(deployments: readonly Deployment[], standing: ReadonlyMap<string, string>) {
  const drafts = new Map<string, { network: Network; location: Location; hosts: number }>();
  for (const deployment of deployments) {
    for (const network of deployment.networks) {
      const { location } = deployment;
      const key = `${network.namespace}/${network.name}@${location.namespace}/${location.name}`;
      const draft = drafts.get(key);
      drafts.set(key, { network, location, hosts: (draft?.hosts ?? 0) + deployment.replicas });
    }
  }
  const problems: Problem[] = [];
  const presences: Presence[] = [];
  for (const network of new Set([...drafts.values()].map((draft) => draft.network))) {
    const own = [...drafts].filter(([, draft]) => draft.network === network);
    const prefix = `${network.namespace}/${network.name}@`;
    const held = new Map([...standing].filter(([key]) => key.startsWith(prefix)));
    const requests = own.map(([key, { location, hosts }]) => ({ key, cityCode: location.cityCode, hosts }));
    const { blocks, failed } = allocate(network.ipv4Range, requests, held);
    for (const [key, { location }] of own) presences.push({ network, location, key, block: blocks.get(key) ?? "" });
    for (const { message } of failed) problems.push(noBlock(network, message));
  }
  return { presences: presences.sort((left, right) => compareText(left.key, right.key)), problems };
}

function noBlock(network: Network, message: string): Problem {
  const path = ["spec", "ipam", "ipv4Range"];
  return {
    severity: "error",
    rule: "network/exhausted",
    ...network.document.at(path),
    path: path.join("."),
    message,
    hint: "Widen the network's range.",
  };
}

const maxNameLength = 63;

/** Generated names that clash, or that no world would take. */
function collisions(deployments: readonly Deployment[]): readonly Problem[] {
  const holders = new Map<string, Deployment>();
  const problems: Problem[] = [];
  for (const deployment of deployments) {
    const { document, namespace, name, replicas } = deployment;
    const at = (rule: string, message: string, hint: string): Problem => ({
      severity: "error",
      rule,
      ...document.at(["metadata", "name"]),
      path: "metadata.name",
      message,
      hint,
    });
    const holder = holders.get(`${namespace}/${name}`);
    if (holder !== undefined && holder !== deployment) {
      const message = `The deployment ${name} of placement ${deployment.placement} has the name of one of workload ${holder.workload}, placement ${holder.placement}.`;
      problems.push(at("names/collision", message, "Rename the workload or the placement."));
    }
    holders.set(`${namespace}/${name}`, deployment);
    const longest = `${name}-${Math.max(0, replicas - 1)}`;
    if (longest.length > maxNameLength) {
      problems.push(
        at(
          "names/too-long",
          `The instance name ${longest} has ${longest.length} characters; at most ${maxNameLength} are possible.`,
          "Shorten the name of the workload or the placement.",
        ),
      );
    }
  }
  return problems;
}

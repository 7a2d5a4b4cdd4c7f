import { isObject } from "../core/json.ts";
import { compareText, type Problem } from "../core/problem.ts";
import { type Document, isOf, valueAt } from "./document.ts";
import { deploymentsOf, surroundingsOf } from "./expand-deployments.ts";
import { writtenDeployment, writtenInstance } from "./expand-explicit.ts";
import { firewallsOf } from "./expand-firewalls.ts";
import { missingKeys } from "./expand-keys.ts";
import { presencesOf } from "./expand-presences.ts";
import type { Deployment, Fleet, Instance, Location, Network } from "./fleet.ts";
import { defaultRange } from "./ipam.ts";
import type { RangeFact } from "./range-facts.ts";
import { textAt } from "./report.ts";
import { maxNameLength } from "./suspects.ts";
import { cityKey } from "./targets.ts";

/** What expansion needs besides the documents. */
export interface ExpandOptions {
  readonly fleet: string;
  /** Blocks that stand in the world already, by presence key: they never move. */
  readonly allocations: ReadonlyMap<string, string>;
  /** What worlds say of addresses besides. */
  readonly facts?: readonly RangeFact[];
}

/** Expands checked documents to the whole wanted state: pure, and independent of the order of files. */
export function expandFleet(documents: readonly Document[], options: ExpandOptions): Fleet {
  const sorted = [...documents].sort((left, right) => compareText(idOf(left), idOf(right)));
  const locations = sorted.filter((document) => isOf(document, "Location")).map(readLocation);
  const networks = sorted.filter((document) => isOf(document, "Network")).map(readNetwork);
  const around = surroundingsOf(sorted, locations, networks);
  const generated = sorted
    .filter((document) => isOf(document, "Workload"))
    .flatMap((workload) => deploymentsOf(workload, around));
  const written = sorted.flatMap((document) => writtenDeployment(document, around));
  const alone = sorted.flatMap((document) => writtenInstance(document, around));
  const deployments = [...generated, ...written];
  const all = [...deployments, ...alone.map(({ deployment }) => deployment)];
  const { presences, problems } = presencesOf(sorted, all, { networks, locations }, options.fleet, {
    allocations: options.allocations,
    facts: options.facts ?? [],
  });
  const instances = [...deployments.flatMap(instancesOf), ...alone];
  return {
    name: options.fleet,
    locations,
    networks,
    presences,
    deployments: all,
    instances,
    firewalls: all.flatMap(firewallsOf),
    documents: sorted,
    problems: [...problems, ...collisions(deployments), ...clashes(instances), ...missingKeys(all)],
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
    ipv6Range: textAt(document.content, ["spec", "ipam", "ipv6Range"]),
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

/** Instances that somebody wrote under the name of another one. */
function clashes(instances: readonly Instance[]): readonly Problem[] {
  const holders = new Map<string, Deployment>();
  return instances.flatMap(({ name, deployment }) => {
    const key = `${deployment.namespace}/${name}`;
    const holder = holders.get(key);
    holders.set(key, holder ?? deployment);
    // Deployments of one name are told once, not for each of their copies.
    if (holder === undefined || holder.name === deployment.name) return [];
    const { document } = isOf(deployment.document, "Instance") ? deployment : holder;
    const message = `The instance ${name} is also made for the deployment ${holder.name}.`;
    const path = ["metadata", "name"];
    const hint = "Rename the instance.";
    return [
      {
        severity: "error" as const,
        rule: "names/collision",
        ...document.at(path),
        path: path.join("."),
        message,
        hint,
      },
    ];
  });
}

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

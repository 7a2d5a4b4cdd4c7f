import type { Json, JsonObject } from "../../../core/json.ts";
import { existingNamesNote, leaveNote } from "../../../datum/existing.ts";
import type { SurveyedManifest } from "../../provider.ts";
import { objectAt, textAt } from "../boot/template.ts";
import { lastOf } from "../names.ts";
import type { Group } from "./groups.ts";
import type { Spot, Subnetwork, Vpc } from "./places.ts";
import type { Rule } from "./rules.ts";

const networking = "networking.datumapis.com/v1alpha";
const adopt = { "plumbline.dev/adopt": "true" };
const usualMtu = 1460;

/** What things are called in manifests. */
export interface Words {
  readonly locationClass: string;
  instanceType(machineType: string): string;
  image(image: string): string;
}

/** The Location of a spot. */
export function locationManifest(
  { name, project, zone }: Spot,
  code: string,
  { locationClass }: Words,
): SurveyedManifest {
  const region = regionOf(zone);
  const content = {
    ...{ apiVersion: networking, kind: "Location", metadata: { name } },
    spec: {
      locationClassName: locationClass,
      topology: { "topology.datum.net/city-code": code },
      provider: { gcp: { projectId: project, region, zone } },
    },
  };
  return { file: "locations.yaml", content, remarks: [] };
}

/** The Network of a VPC, with what its subnetworks are called at each spot. */
export function networkManifest(
  vpc: Vpc,
  spots: readonly Spot[],
  all: ReadonlyMap<string, Subnetwork>,
): SurveyedManifest {
  const { live } = vpc;
  const own = spots.flatMap((spot) => {
    const found = all.get(spot.subnetworks.get(vpc.key) ?? "");
    return found === undefined ? [] : [{ spot, found }];
  });
  const names = own.map(({ spot, found }) => `${spot.name}=${lastOf(found.key)} ${textAt(found.live, "ipCidrRange")}`);
  const isStacked = own.some(({ found }) => !["", "IPV4_ONLY"].includes(textAt(found.live, "stackType")));
  const isGlobal = textAt(objectAt(live, "routingConfig"), "routingMode") === "GLOBAL";
  const leave = [
    ...(live.autoCreateSubnetworks === true ? ["network.autoCreateSubnetworks"] : []),
    ...(isGlobal ? ["network.routingMode"] : []),
    ...(isStacked ? ["subnetwork.stackType"] : []),
  ];
  const kept: Readonly<Record<string, string>> = {
    "network.autoCreateSubnetworks": "that it makes its own subnetworks",
    "network.routingMode": "that its routes reach every region",
    "subnetwork.stackType": "that subnetworks carry IPv6",
  };
  const { mtu } = live;
  const content: JsonObject = {
    ...{ apiVersion: networking, kind: "Network" },
    metadata: {
      name: vpc.name,
      annotations: {
        ...adopt,
        [existingNamesNote]: [`network=${lastOf(vpc.key)}`, ...names].join("; "),
        ...(leave.length === 0 ? {} : { [leaveNote]: leave.join(", ") }),
      },
    },
    spec: { ipam: { mode: "Auto" }, ipFamilies: ["IPv4"], mtu: typeof mtu === "number" && mtu > 0 ? mtu : usualMtu },
  };
  const remarks = [
    ...(leave.length === 0 ? [] : [`Left as it is: ${leave.map((field) => kept[field] ?? field).join("; ")}.`]),
    "What was taken over is never deleted unless plumbline.dev/protect says so.",
  ];
  return { file: "networks.yaml", content, remarks };
}

/** Holds a network in a location where nothing stands yet. */
export function bindingManifest(vpc: Vpc, { name: location }: Spot): SurveyedManifest {
  const content = {
    ...{ apiVersion: networking, kind: "NetworkBinding", metadata: { name: `${vpc.name}-${location}` } },
    spec: { network: { name: vpc.name }, location: { name: location } },
  };
  return { file: "networks.yaml", content, remarks: [] };
}

/** The Workload of a group. */
export function workloadManifest(
  { name, traits, machines, names }: Group,
  spot: Spot,
  { networks, rules }: { readonly networks: readonly string[]; readonly rules: readonly Rule[] },
  words: Words,
): SurveyedManifest {
  const { nics, sizeGib, diskType } = traits;
  const external = nics.flatMap(({ hasExternalAddress }, index) => (hasExternalAddress ? [String(index)] : []));
  const addresses = external.length === 0 ? "none" : external.length === nics.length ? "" : external.join(",");
  const size: JsonObject = sizeGib === undefined ? {} : { resources: { requests: { storage: `${sizeGib}Gi` } } };
  const disk: JsonObject = { type: diskType, populator: { image: { name: words.image(traits.image) } }, ...size };
  const content: JsonObject = {
    ...{ apiVersion: "compute.datumapis.com/v1alpha", kind: "Workload" },
    metadata: {
      name,
      annotations: {
        ...adopt,
        [existingNamesNote]: [names, ...ruleNames(rules)].join("; "),
        [leaveNote]: [
          ...traits.leave.map((field) => `instance.${field}`),
          ...(rules.length > 0 ? ruleFields : []),
        ].join(", "),
        ...(addresses === "" ? {} : { "plumbline.dev/external-addresses": addresses }),
        ...(traits.deletionProtection ? { "plumbline.dev/protect": "true" } : {}),
      },
    },
    spec: {
      placements: [
        {
          name: "main",
          locations: [{ name: spot.name }],
          scaleSettings: { instanceManagementPolicy: "OrderedReady", minReplicas: machines.length },
        },
      ],
      template: {
        spec: {
          runtime: {
            resources: { instanceType: words.instanceType(traits.machineType) },
            virtualMachine: { volumeAttachments: [{ name: "boot" }] },
          },
          volumes: [{ name: "boot", disk: { template: { spec: disk } } }],
          networkInterfaces: networks.map((network, index) => interfaceOf(network, index, rules)),
        },
      },
    },
  };
  const kept = new Map<string, string[]>();
  for (const machine of machines) {
    for (const words of machine.kept) kept.set(words, [...(kept.get(words) ?? []), machine.name]);
  }
  const lines = [...kept].map(([words, of]) =>
    of.length === machines.length ? words : `${words} of ${of.join(", ")}`,
  );
  const remarks = [
    ...(rules.length === 0 ? [] : ["Firewalls keep their priority and the tags that they aim at."]),
    "Left as it is, because no manifest says it; a machine that has to be made again does not get it back:",
    ...lines.map((line) => `  ${line}`),
  ];
  return { file: `workloads/${name}.yaml`, content, remarks };
}

const ruleFields = ["firewall.priority", "firewall.targetTags"];

/** Rules are counted for each interface in the order of the list. */
function ruleNames(rules: readonly Rule[]): readonly string[] {
  const counts = new Map<number, number>();
  return rules.map(({ firewall, interfaceIndex }) => {
    const place = counts.get(interfaceIndex) ?? 0;
    counts.set(interfaceIndex, place + 1);
    return `net-${interfaceIndex}-${place}=${firewall}`;
  });
}

function interfaceOf(network: string, index: number, rules: readonly Rule[]): JsonObject {
  const ingress = rules.filter(({ interfaceIndex }) => interfaceIndex === index).map((rule): Json => rule.ingress);
  return { network: { name: network }, ...(ingress.length === 0 ? {} : { networkPolicy: { ingress } }) };
}

/** The region of a zone. */
export function regionOf(zone: string): string {
  return zone.slice(0, zone.lastIndexOf("-"));
}

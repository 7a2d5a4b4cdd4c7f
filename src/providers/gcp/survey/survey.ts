import type { JsonObject } from "../../../core/json.ts";
import { compareText } from "../../../core/problem.ts";
import type { Survey, Surveyed, SurveyedManifest } from "../../provider.ts";
import { textAt, textsAt } from "../boot/template.ts";
import { markerOfDescription } from "../marker.ts";
import { lastOf } from "../names.ts";
import type { Settings } from "../options.ts";
import { codeFor } from "./cities.ts";
import type { Ground } from "./ground.ts";
import { groupsOf } from "./groups.ts";
import { judgeMachine, type Machine } from "./machine.ts";
import {
  bindingManifest,
  locationManifest,
  networkManifest,
  regionOf,
  type Words,
  workloadManifest,
} from "./manifests.ts";
import { createSpots, judgeNetworks, type Subnetwork, subnetworksOf, type Vpc } from "./places.ts";
import { protocolText } from "./protocols.ts";
import { rulesOf } from "./rules.ts";

type LeftOut = Surveyed["leftOut"][number];
type Names = Pick<Settings, "locationClass" | "images" | "machineTypes">;

/** Says of a ground what manifests would take it over without a change, and what they cannot say. Pure. */
export function surveyOf(grounds: readonly Ground[], survey: Omit<Survey, "realms">, settings: Names): Surveyed {
  const leftOut: LeftOut[] = [];
  const { vpcs, refused } = judgeNetworks(grounds, survey.known);
  for (const [key, reason] of refused) leftOut.push({ subject: `network ${key}`, reason });
  const subnetworks = new Map<string, Subnetwork>();
  for (const one of grounds.flatMap(subnetworksOf)) {
    if (one.reason === "") subnetworks.set(one.key, one);
    else leftOut.push({ subject: `subnetwork ${one.key}`, reason: one.reason });
  }
  const machines = machinesOf(grounds, survey, { vpcs, subnetworks }, leftOut);
  const spots = createSpots(grounds.length === 1);
  const catalogs = createCatalogs(settings);
  /** Firewalls that a workload says. */
  const taken = new Set<string>();
  const workloads = groupsOf(machines).map((group) => {
    const { project, zone, nics } = group.traits;
    catalogs.diskType(group.traits.diskType);
    const spot = spots.find(project, zone, nics);
    const networks = nics.map(({ network }) => vpcs.get(network)?.name ?? lastOf(network));
    const ground = grounds.find((one) => one.project === project);
    const rules = ground === undefined ? [] : rulesOf(group, ground);
    for (const { firewall } of rules) taken.add(`${project}/${firewall}`);
    return workloadManifest(group, spot, { networks, rules }, catalogs);
  });
  const bindings = bindingsOf(grounds, survey, { vpcs, subnetworks, spots }, leftOut);
  const used = [...vpcs.values()].filter(({ key }) => spots.all.some((spot) => spot.subnetworks.has(key)));
  leftOut.push(...unusedNetworks([...vpcs.values()], used), ...grounds.flatMap((ground) => othersOf(ground, taken)));
  const codes = new Set<string>();
  const manifests = [
    ...spots.all.map((spot) => locationManifest(spot, catalogs.city(spot.zone, codes), catalogs)),
    ...used.map((vpc) => networkManifest(vpc, spots.all, subnetworks)),
    ...bindings,
    ...workloads,
  ];
  return {
    manifests,
    catalogs: catalogs.all(),
    leftOut: leftOut.sort((left, right) => compareText(left.subject, right.subject)),
  };
}

interface Nets {
  readonly vpcs: ReadonlyMap<string, Vpc>;
  readonly subnetworks: ReadonlyMap<string, Subnetwork>;
}

function machinesOf(
  grounds: readonly Ground[],
  { fleet, places, known }: Omit<Survey, "realms">,
  { vpcs, subnetworks }: Nets,
  leftOut: LeftOut[],
): readonly Machine[] {
  return grounds.flatMap((ground) =>
    ground.instance.flatMap((live): readonly Machine[] => {
      const zone = lastOf(textAt(live, "zone"));
      if (!isWanted(places, regionOf(zone), zone)) return [];
      const subject = `instance ${ground.project}/${zone}/${textAt(live, "name")}`;
      const judged = judgeMachine(live, ground, fleet, known);
      if (judged === undefined) return [];
      if ("reason" in judged) {
        leftOut.push({ subject, reason: judged.reason });
        return [];
      }
      const stray = judged.machine.traits.nics.find(
        ({ network, subnetwork }) => !vpcs.has(network) || !subnetworks.has(subnetwork),
      );
      if (stray === undefined) return [judged.machine];
      const reason = `its network ${lastOf(stray.network)} is in manifests already, or cannot be: write it beside that`;
      leftOut.push({ subject, reason });
      return [];
    }),
  );
}

function isWanted(places: readonly string[], region: string, zone: string): boolean {
  return places.length === 0 || places.includes(region) || places.includes(zone);
}

/** Subnetworks that somebody made and in which nothing of ours stands: a binding holds them. */
function bindingsOf(
  grounds: readonly Ground[],
  { places }: Pick<Survey, "places">,
  { vpcs, subnetworks, spots }: Nets & { readonly spots: ReturnType<typeof createSpots> },
  leftOut: LeftOut[],
): readonly SurveyedManifest[] {
  const isHeld = (key: string): boolean =>
    spots.all.some((spot) => [...spot.subnetworks.values()].some((held) => held === key));
  const automatic = new Map<string, number>();
  const bindings = grounds.flatMap(({ project }) =>
    [...subnetworks.values()].flatMap(({ key, network, region }): readonly SurveyedManifest[] => {
      const vpc = vpcs.get(network);
      if (vpc === undefined || !key.startsWith(`projects/${project}/`) || isHeld(key)) return [];
      if (places.length > 0 && !places.some((place) => place === region || regionOf(place) === region)) return [];
      if (vpc.live.autoCreateSubnetworks === true) {
        automatic.set(network, (automatic.get(network) ?? 0) + 1);
        return [];
      }
      // Every region has a zone b; nothing is made there until a placement asks for it.
      const zone = spots.all.find((spot) => regionOf(spot.zone) === region && spot.project === project)?.zone;
      return [bindingManifest(vpc, spots.find(project, zone ?? `${region}-b`, [{ network, subnetwork: key }]))];
    }),
  );
  for (const [network, count] of automatic) {
    const reason = "the network makes them by itself, and nothing that is taken over stands in them";
    leftOut.push({ subject: `${count} subnetworks of network ${network}`, reason });
  }
  return bindings;
}

function unusedNetworks(all: readonly Vpc[], used: readonly Vpc[]): readonly LeftOut[] {
  const reason = "it has no subnetwork that is taken over; a Network is there where something stands in it";
  return all.filter((vpc) => !used.includes(vpc)).map(({ key }) => ({ subject: `network ${key}`, reason }));
}

/** What manifests say in a way of their own: it stays as it is. */
function othersOf({ project, firewall, router }: Ground, taken: ReadonlySet<string>): readonly LeftOut[] {
  const isOurs = (live: JsonObject): boolean => markerOfDescription(textAt(live, "description")) !== undefined;
  const rules = firewall
    .filter((live) => !isOurs(live) && !taken.has(`${project}/${textAt(live, "name")}`))
    .map((live) => ({
      subject: `firewall ${project}/${textAt(live, "name")}`,
      reason: `it stays as it is (${firewallText(live)}): no networkPolicy of one workload says just that`,
    }));
  const routers = router
    .filter((live) => !isOurs(live))
    .map((live) => ({
      subject: `router ${project}/${lastOf(textAt(live, "region"))}/${textAt(live, "name")}`,
      reason: "it stays as it is: plumbline.dev/nat on a Network makes one of Plumbline's own",
    }));
  return [...rules, ...routers];
}

function firewallText(live: JsonObject): string {
  const from = [...textsAt(live, "sourceRanges"), ...textsAt(live, "sourceTags")].join(", ") || "anywhere";
  const aim = textsAt(live, "targetTags").join(", ");
  const word = textAt(live, "direction") === "EGRESS" ? "out" : `from ${from}`;
  return `${protocolText(live)} ${word}${aim === "" ? "" : ` to ${aim}`}, priority ${String(live.priority ?? 1000)}`;
}

/** Words for what manifests call by names of catalogs; what no catalog has yet is gathered. */
function createCatalogs(settings: Names): Words & {
  diskType(type: string): void;
  city(zone: string, taken: Set<string>): string;
  all(): JsonObject;
} {
  const instanceTypes: Record<string, JsonObject> = {};
  const images: Record<string, JsonObject> = {};
  const diskTypes: Record<string, JsonObject> = {};
  const cityCodes: Record<string, string> = {};
  const named = (names: Readonly<Record<string, string>>, meaning: string): string | undefined =>
    Object.keys(names).find((name) => names[name] === meaning);
  return {
    locationClass: settings.locationClass,
    instanceType(machineType) {
      const known = named(settings.machineTypes, machineType);
      if (known !== undefined) return known;
      instanceTypes[`gcp/${machineType}`] = { gcp: machineType };
      return `gcp/${machineType}`;
    },
    image(image) {
      const known = named(settings.images, image);
      if (known !== undefined) return known;
      const [, project = "", ...rest] = image.split("/");
      const name = `gcp/${project.replace(/[^-a-z0-9]/g, "-")}/${rest.at(-1) ?? ""}`;
      images[name] = { gcp: image };
      return name;
    },
    diskType(type) {
      if (type !== "pd-standard") diskTypes[type] = {};
    },
    city(zone, taken) {
      const { code, name } = codeFor(zone, taken);
      cityCodes[code] = name;
      return code;
    },
    all: () => {
      const whole = { instanceTypes, images, diskTypes, cityCodes };
      return Object.fromEntries(Object.entries(whole).filter(([, entries]) => Object.keys(entries).length > 0));
    },
  };
}

import type { JsonObject } from "../../../core/json.ts";
import type { Call } from "../call.ts";
import { invalidValue, notFound } from "../failure.ts";
import { isRegion, isZone, regionOf, regions, zones } from "../geography.ts";
import { machineNamed, machines, machineTypeBody } from "../machine-types.ts";
import { linkOf } from "../reference.ts";
import { diskTypes } from "./disks.ts";
import { regionQuotas } from "./quotas.ts";

/** Something that can be listed: a place and a body. */
export interface Listed {
  readonly scope: string;
  readonly name: string;
  readonly body: JsonObject;
}

const epoch = "1969-12-31T16:00:00.000-08:00";

const platforms = [
  "Ampere Altra",
  "Intel Broadwell",
  "Intel Cascade Lake",
  "Intel Emerald Rapids",
  "AMD Genoa",
  "NVIDIA Grace",
  "Intel Granite Rapids",
  "Intel Haswell",
  "Intel Ice Lake",
  "Intel Ivy Bridge",
  "Google Axion",
  "AMD Milan",
  "AMD Rome",
  "Intel Sandy Bridge",
  "Intel Sapphire Rapids",
  "Intel Skylake",
  "AMD Turin",
];

/** The zones of a project. */
export function zoneList(project: string): readonly Listed[] {
  return zones.map((name) => ({ scope: "global", name, body: zoneBody(project, name) }));
}

/** The regions of a project with their quotas. */
export function regionList(call: Call): readonly Listed[] {
  return regions.map(({ name }) => ({ scope: "global", name, body: regionBody(call, name) }));
}

/** One zone. */
export function zoneGet(call: Call): JsonObject {
  const name = call.params.zone ?? "";
  if (!isZone(name)) throw notFound(`projects/${call.project}/zones/${name}`);
  return zoneBody(call.project, name);
}

/** One region. */
export function regionGet(call: Call): JsonObject {
  const name = call.params.region ?? "";
  if (!isRegion(name)) throw notFound(`projects/${call.project}/regions/${name}`);
  return regionBody(call, name);
}

function zoneBody(project: string, name: string): JsonObject {
  return {
    kind: "compute#zone",
    id: String(2000 + zones.indexOf(name)),
    creationTimestamp: epoch,
    name,
    description: name,
    status: "UP",
    region: linkOf(`projects/${project}/regions/${regionOf(name)}`),
    selfLink: linkOf(`projects/${project}/zones/${name}`),
    availableCpuPlatforms: platforms,
    supportsPzs: false,
  };
}

function regionBody(call: Call, name: string): JsonObject {
  const region = regions.find((one) => one.name === name);
  return {
    kind: "compute#region",
    id: String(1000 + regions.findIndex((one) => one.name === name) * 10),
    creationTimestamp: epoch,
    name,
    description: name,
    status: "UP",
    zones: (region?.zones ?? []).map((zone) => linkOf(`projects/${call.project}/zones/${zone}`)),
    quotas: regionQuotas(call, `regions/${name}`),
    selfLink: linkOf(`projects/${call.project}/regions/${name}`),
    supportsPzs: false,
  };
}

/** The machine types of one zone, or of all. */
export function machineTypeList(project: string, scope: string | undefined): readonly Listed[] {
  return placesOf(scope).flatMap((zone) =>
    [...machines.values()].map((machine) => ({
      scope: `zones/${zone}`,
      name: machine.name,
      body: machineTypeBody(project, zone, machine),
    })),
  );
}

/** One machine type, custom ones included. */
export function machineTypeGet(call: Call): JsonObject {
  const name = call.params.machineType ?? "";
  const zone = call.params.zone ?? "";
  const machine = machineNamed(name);
  if (machine === undefined) throw notFound(`projects/${call.project}/zones/${zone}/machineTypes/${name}`);
  return machineTypeBody(call.project, zone, machine);
}

/** The disk types of one zone, or of all. */
export function diskTypeList(project: string, scope: string | undefined): readonly Listed[] {
  return placesOf(scope).flatMap((zone) =>
    [...diskTypes.keys()].map((name) => ({ scope: `zones/${zone}`, name, body: diskTypeBody(project, zone, name) })),
  );
}

/** One disk type. */
export function diskTypeGet(call: Call): JsonObject {
  const name = call.params.diskType ?? "";
  const zone = call.params.zone ?? "";
  if (!diskTypes.has(name)) throw notFound(`projects/${call.project}/zones/${zone}/diskTypes/${name}`);
  return diskTypeBody(call.project, zone, name);
}

function diskTypeBody(project: string, zone: string, name: string): JsonObject {
  const type = diskTypes.get(name);
  return {
    kind: "compute#diskType",
    id: String(30_000 + [...diskTypes.keys()].indexOf(name)),
    creationTimestamp: epoch,
    name,
    description: type?.description ?? name,
    validDiskSize: type?.sizes ?? "10GB-65536GB",
    defaultDiskSizeGb: String(type?.defaultGb ?? 100),
    zone: linkOf(`projects/${project}/zones/${zone}`),
    selfLink: linkOf(`projects/${project}/zones/${zone}/diskTypes/${name}`),
  };
}

function placesOf(scope: string | undefined): readonly string[] {
  return scope === undefined ? zones : [scope.replace("zones/", "")];
}

/** 400 for a zone or region in the path that does not exist. */
export function checkScope(scope: string): void {
  const name = scope.slice(scope.indexOf("/") + 1);
  const isKnown = scope === "global" || (scope.startsWith("zones/") ? isZone(name) : isRegion(name));
  if (isKnown) return;
  const label = scope.startsWith("zones/") ? "zone" : "region";
  if (!/^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) {
    throw invalidValue(label, name, "Must be a match of regex '[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?'");
  }
  throw invalidValue(label, name, `Unknown ${label}.`);
}

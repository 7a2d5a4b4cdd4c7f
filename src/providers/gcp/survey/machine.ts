import type { JsonObject } from "../../../core/json.ts";
import { compareText } from "../../../core/problem.ts";
import { objectAt, objectsAt, textAt, textsAt } from "../boot/template.ts";
import { keyOf } from "../kinds.ts";
import { markerOfLabels } from "../marker.ts";
import { lastOf, partialOf } from "../names.ts";
import type { Ground } from "./ground.ts";

/** One interface: keys of its network and subnetwork. */
export interface Nic {
  readonly network: string;
  readonly subnetwork: string;
  readonly hasExternalAddress: boolean;
}

/** What a manifest says of a machine: machines that are equal in all of this may stand in one Workload. */
export interface Traits {
  readonly project: string;
  readonly zone: string;
  readonly machineType: string;
  readonly image: string;
  readonly diskType: string;
  /** Undefined where no manifest may say so little or so much. */
  readonly sizeGib: number | undefined;
  readonly nics: readonly Nic[];
  readonly deletionProtection: boolean;
  /** Fields that are left as they are. */
  readonly leave: readonly string[];
}

/** A machine that can be taken over. */
export interface Machine {
  readonly name: string;
  readonly traits: Traits;
  /** What no manifest says, in words: `tags web, db`. */
  readonly kept: readonly string[];
}

/** A machine that can be taken over, a reason why one cannot, or undefined for what is ours already. */
export type Judged = { readonly machine: Machine } | { readonly reason: string } | undefined;

const scratch = "persistent-disk-0";
/** Sizes of a boot disk that a manifest may say. */
const smallestGib = 25;
const largestGib = 100;

/** Judges one instance of the ground. */
export function judgeMachine(live: JsonObject, ground: Ground, fleet: string, known: ReadonlySet<string>): Judged {
  const name = textAt(live, "name");
  const zone = lastOf(textAt(live, "zone"));
  const { project } = ground;
  if (known.has(keyOf({ kind: "instance", project, area: zone, name }))) return undefined;
  const marker = markerOfLabels("", "instance", objectAt(live, "labels"));
  if (marker !== undefined) {
    return marker.fleet === fleet ? undefined : { reason: `it belongs to the fleet ${marker.fleet}` };
  }
  const reason = reasonAgainst(live, ground);
  if (reason !== "") return { reason };
  const boot = objectsAt(live, "disks").find((disk) => disk.boot === true) ?? {};
  const disk = diskOf(boot, ground) ?? {};
  const sizeGib = Number(textAt(boot, "diskSizeGb") || textAt(disk, "sizeGb"));
  const isSayable = sizeGib >= smallestGib && sizeGib <= largestGib;
  const left = leftOf(live, boot);
  const traits: Traits = {
    ...{ project, zone, machineType: lastOf(textAt(live, "machineType")) },
    ...{ image: partialOf(textAt(disk, "sourceImage")), diskType: lastOf(textAt(disk, "type")) || "pd-standard" },
    sizeGib: isSayable ? sizeGib : undefined,
    nics: nicsOf(live),
    deletionProtection: live.deletionProtection === true,
    leave: left.map(([field]) => field),
  };
  const size = isSayable ? [] : [`a boot disk of ${sizeGib} GiB`];
  return { machine: { name, traits, kept: [...left.map(([, words]) => words), ...size, ...unsaid(live)] } };
}

/** Why no manifest can ask for it as it is; empty when one can. */
function reasonAgainst(live: JsonObject, ground: Ground): string {
  const status = textAt(live, "status");
  if (!["RUNNING", "PROVISIONING", "STAGING"].includes(status)) {
    return `it is ${status}; what a manifest asks for runs`;
  }
  const creator = metadataOf(live)["created-by"] ?? "";
  if (creator.includes("/instanceGroupManagers/")) {
    return `the group ${lastOf(creator)} makes it, and would make it again under another name`;
  }
  if (objectAt(live, "labels")["goog-gke-node"] !== undefined) return "it is a node of a Kubernetes cluster";
  const nics = nicsOf(live);
  if (nics.length === 0) return "it has no interface";
  if (new Set(nics.map(({ network }) => network)).size < nics.length) return "two of its interfaces are in one network";
  const foreign = nics.find(({ network }) => !network.startsWith(`projects/${ground.project}/`));
  if (foreign !== undefined) return `its network is of another project: ${foreign.network}`;
  if (nics.some(({ subnetwork }) => subnetwork === "")) return "its network has no subnetworks";
  const boot = objectsAt(live, "disks").find((disk) => disk.boot === true);
  if (boot === undefined) return "it has no boot disk";
  const disk = diskOf(boot, ground);
  if (disk === undefined) return "its boot disk is not among the disks of the project";
  return textAt(disk, "sourceImage") === "" ? "its boot disk was not made from an image" : "";
}

function diskOf(attached: JsonObject, { disk }: Ground): JsonObject | undefined {
  const source = partialOf(textAt(attached, "source"));
  return disk.find((one) => source.endsWith(`/zones/${lastOf(textAt(one, "zone"))}/disks/${textAt(one, "name")}`));
}

function nicsOf(live: JsonObject): readonly Nic[] {
  return objectsAt(live, "networkInterfaces").map((nic) => ({
    network: partialOf(textAt(nic, "network")),
    subnetwork: partialOf(textAt(nic, "subnetwork")),
    hasExternalAddress: objectsAt(nic, "accessConfigs").length > 0,
  }));
}

function metadataOf(live: JsonObject): Readonly<Record<string, string>> {
  const items = objectsAt(objectAt(live, "metadata"), "items");
  return Object.fromEntries(items.map((item) => [textAt(item, "key"), textAt(item, "value")]));
}

/** Fields that Plumbline would set to something else, each with what is there. Values of metadata may be secret: keys alone. */
function leftOf(live: JsonObject, boot: JsonObject): readonly (readonly [field: string, words: string])[] {
  const tags = textsAt(objectAt(live, "tags"), "items");
  const keys = Object.keys(metadataOf(live)).sort(compareText);
  const account = textAt(objectsAt(live, "serviceAccounts")[0], "email");
  const others = objectsAt(live, "disks").filter((disk) => disk.boot !== true);
  const device = textAt(boot, "deviceName");
  const stacks = objectsAt(live, "networkInterfaces").flatMap((nic, index): [string, string][] => {
    const stack = textAt(nic, "stackType");
    const at = `networkInterfaces[${index}]`;
    if (stack === "" || stack === "IPV4_ONLY") return [];
    return [
      [`${at}.stackType`, `${stack} on interface ${index}`],
      [`${at}.externalIpv6Address`, `the external IPv6 address of interface ${index}`],
    ];
  });
  const rows: readonly (readonly [boolean, string, string])[] = [
    [true, "tags", tags.length === 0 ? "no tags" : `tags ${tags.join(", ")}`],
    [true, "metadata", keys.length === 0 ? "no metadata" : `metadata ${keys.join(", ")}`],
    [live.canIpForward !== true, "canIpForward", "that it forwards no packets"],
    [textAt(live, "hostname") !== "", "hostname", `the host name ${textAt(live, "hostname")}`],
    [account !== "", "serviceAccount", `the account ${account}`],
    [textAt(live, "minCpuPlatform") !== "", "minCpuPlatform", `the platform ${textAt(live, "minCpuPlatform")}`],
    [others.length > 0, "dataDisks", `the disks ${others.map((disk) => textAt(disk, "deviceName")).join(", ")}`],
    [device !== scratch, "bootDisk.deviceName", `the boot disk's device name ${device}`],
  ];
  return [...rows.flatMap(([isThere, field, words]) => (isThere ? [[field, words] as const] : [])), ...stacks];
}

/** What is neither compared nor written by Plumbline, and would not come back if the machine had to be made again. */
function unsaid(live: JsonObject): readonly string[] {
  const scheduling = objectAt(live, "scheduling");
  const nics = objectsAt(live, "networkInterfaces");
  const labels = Object.keys(objectAt(live, "labels")).sort(compareText);
  return [
    ...(objectsAt(live, "guestAccelerators").length > 0 ? ["accelerators"] : []),
    ...(scheduling.preemptible === true || scheduling.provisioningModel === "SPOT" ? ["that it may be preempted"] : []),
    ...(nics.some((nic) => objectsAt(nic, "aliasIpRanges").length > 0) ? ["alias ranges"] : []),
    ...(textsAt(live, "resourcePolicies").length > 0 ? ["resource policies"] : []),
    ...(labels.length > 0 ? [`labels ${labels.join(", ")}`] : []),
  ];
}

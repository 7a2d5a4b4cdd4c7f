import { bad, doubtful, type Finding, good } from "../../../core/checkup.ts";
import type { JsonObject } from "../../../core/json.ts";
import { compareText } from "../../../core/problem.ts";
import type { Resource } from "../../../core/resource.ts";
import { ProviderError } from "../../provider.ts";
import { objectAt, objectsAt, textAt } from "../boot/template.ts";
import { ask, attempt, type Examination } from "./ask.ts";

/** What the fleets want of one project. */
export interface Wanted {
  readonly project: string;
  readonly resources: readonly Resource[];
  /** Keys of what stands already; undefined when it could not be listed. */
  readonly standing: ReadonlySet<string> | undefined;
}

/** What is needed beside what stands, by quota metric. */
type Need = Map<string, number>;

interface Quota {
  readonly limit: number;
  readonly usage: number;
}

/** Head-room below which a plan that fits is worth a word, as a share of the limit. */
const narrowShare = 0.1;
/** What a boot disk takes when its size is left to the image. */
const usualBootGib = 10;

/** Whether what the fleets want and does not stand yet fits into the quotas of the project and of each region. */
export async function quotaFindings(examination: Examination, wanted: Wanted): Promise<readonly Finding[]> {
  const { project, standing } = wanted;
  if (standing === undefined) {
    const mend = "Mend what else is told of this project and look again.";
    return [doubtful(`quotas of ${project}`, "not looked at: what stands there could not be listed", mend)];
  }
  const fresh = wanted.resources.filter(({ key }) => !standing.has(key));
  const regions = [...new Set(wanted.resources.flatMap(regionOf))].sort(compareText);
  const whole = await placeFinding(examination, { project, region: "", need: globalNeed(fresh) });
  const each = await Promise.all(
    regions.map(async (region) => {
      const own = fresh.filter((resource) => regionOf(resource)[0] === region);
      const quotas = await quotasOf(examination, project, region);
      if (quotas instanceof ProviderError) return unread(project, region, quotas);
      const need = await regionalNeed(examination, project, own, quotas);
      return verdict(`quotas of ${project} in ${region}`, need, quotas);
    }),
  );
  return [whole, ...each];
}

/** The region of what stands in one, from the spec. */
function regionOf({ spec }: Resource): readonly string[] {
  const region = textAt(spec, "region");
  if (region !== "") return [region];
  const zone = textAt(spec, "zone");
  return zone === "" ? [] : [zone.slice(0, zone.lastIndexOf("-"))];
}

async function placeFinding(
  examination: Examination,
  { project, region, need }: { readonly project: string; readonly region: string; readonly need: Need },
): Promise<Finding> {
  const quotas = await quotasOf(examination, project, region);
  if (quotas instanceof ProviderError) return unread(project, region, quotas);
  return verdict(`quotas of ${project}`, need, quotas);
}

function unread(project: string, region: string, { message }: ProviderError): Finding {
  const subject = region === "" ? `quotas of ${project}` : `quotas of ${project} in ${region}`;
  return doubtful(subject, `could not be read: ${message}`, "Grant compute.projects.get and compute.regions.get.");
}

async function quotasOf(
  examination: Examination,
  project: string,
  region: string,
): Promise<ReadonlyMap<string, Quota> | ProviderError> {
  const place = region === "" ? project : `${project}/regions/${region}`;
  const path = `/compute/v1/projects/${place}?fields=quotas`;
  const answer = await attempt(ask(examination, { service: "compute", path, doing: `get quotas of ${place}` }));
  if (answer instanceof ProviderError) return answer;
  return new Map(
    objectsAt(answer, "quotas").map((quota) => [
      textAt(quota, "metric"),
      { limit: Number(quota.limit ?? 0), usage: Number(quota.usage ?? 0) },
    ]),
  );
}

function add(need: Need, metric: string, more: number): void {
  need.set(metric, (need.get(metric) ?? 0) + more);
}

function globalNeed(fresh: readonly Resource[]): Need {
  const metrics: Readonly<Record<string, string>> = {
    ...{ network: "NETWORKS", subnetwork: "SUBNETWORKS", firewall: "FIREWALLS", route: "ROUTES", router: "ROUTERS" },
  };
  const need: Need = new Map();
  for (const { kind } of fresh) if (metrics[kind] !== undefined) add(need, metrics[kind], 1);
  return need;
}

async function regionalNeed(
  examination: Examination,
  project: string,
  fresh: readonly Resource[],
  quotas: ReadonlyMap<string, Quota>,
): Promise<Need> {
  const need: Need = new Map();
  const processors = await processorsOf(examination, project, fresh);
  for (const { kind, spec } of fresh) {
    if (kind === "disk") add(need, diskMetric(textAt(spec, "type")), Number(spec.sizeGib ?? usualBootGib));
    if (kind === "address") add(need, "STATIC_ADDRESSES", 1);
    if (kind !== "instance") continue;
    const boot = objectAt(spec, "bootDisk");
    const machineType = textAt(spec, "machineType");
    add(need, "INSTANCES", 1);
    add(need, processorMetric(machineType, quotas), processors.get(`${textAt(spec, "zone")}/${machineType}`) ?? 0);
    add(need, diskMetric(textAt(boot, "type")), Number(boot.sizeGib ?? usualBootGib));
    add(need, "IN_USE_ADDRESSES", objectsAt(spec, "networkInterfaces").filter(isReachable).length);
  }
  return need;
}

function isReachable(nic: JsonObject): boolean {
  return nic.externalAddress !== false && nic.externalAddress !== undefined;
}

/** Balanced and fast disks are counted on their own. */
function diskMetric(type: string): string {
  return type === "pd-standard" || type === "" ? "DISKS_TOTAL_GB" : "SSD_TOTAL_GB";
}

/** Newer families have a quota of their own, where the region has it. */
function processorMetric(machineType: string, quotas: ReadonlyMap<string, Quota>): string {
  const own = `${machineType.split("-")[0]?.toUpperCase() ?? ""}_CPUS`;
  return quotas.has(own) ? own : "CPUS";
}

/** Processors of each machine type that is wanted, by zone and type. */
async function processorsOf(
  examination: Examination,
  project: string,
  fresh: readonly Resource[],
): Promise<ReadonlyMap<string, number>> {
  const machines = fresh.filter(({ kind }) => kind === "instance");
  const types = new Set(machines.map(({ spec }) => `${textAt(spec, "zone")}/${textAt(spec, "machineType")}`));
  const found = new Map<string, number>();
  for (const type of types) {
    const [zone = "", name = ""] = type.split("/");
    const path = `/compute/v1/projects/${project}/zones/${zone}/machineTypes/${name}?fields=guestCpus`;
    const answer = await attempt(ask(examination, { service: "compute", path, doing: `get machine type ${name}` }));
    if (!(answer instanceof ProviderError)) found.set(type, Number(answer.guestCpus ?? 0));
  }
  return found;
}

function verdict(subject: string, need: Need, quotas: ReadonlyMap<string, Quota>): Finding {
  const over: string[] = [];
  const narrow: string[] = [];
  for (const [metric, more] of [...need].sort(([left], [right]) => compareText(left, right))) {
    const quota = quotas.get(metric);
    if (quota === undefined || more === 0) continue;
    const left = quota.limit - quota.usage;
    const words = `${metric} needs ${more} more, ${left} of ${quota.limit} are left`;
    if (more > left) over.push(words);
    else if (left - more < quota.limit * narrowShare) narrow.push(words);
  }
  const mend = "Ask for more: https://console.cloud.google.com/iam-admin/quotas, or want less.";
  if (over.length > 0) return bad(subject, over.join("; "), mend);
  if (narrow.length > 0) return doubtful(subject, narrow.join("; "), mend);
  const asked = [...need.values()].some((more) => more > 0);
  return good(subject, asked ? "what the branch wants fits" : "nothing more is wanted");
}

import { isObject, type JsonObject } from "../../../core/json.ts";
import type { Observed } from "../../../core/resource.ts";
import { ProviderError } from "../../provider.ts";
import { objectAt, objectsAt, textAt } from "../boot/template.ts";
import type { Api } from "../client/api.ts";
import { type Kind, kindFacts } from "../kinds.ts";
import { observedOf } from "./observed.ts";

const pageSize = 500;
const maxPages = 2_000;

/** The fields that are compared, shown or needed to write; nothing else is asked for. */
export const wantedFields: Readonly<Record<Kind, string>> = {
  network:
    "id,name,description,autoCreateSubnetworks,mtu,routingConfig,enableUlaInternalIpv6,internalIpv6Range,peerings(network)",
  subnetwork:
    "id,name,description,region,network,ipCidrRange,stackType,ipv6AccessType,ipv6CidrRange,secondaryIpRanges(ipCidrRange),logConfig(enable,flowSampling,aggregationInterval,metadata)",
  firewall:
    "id,name,description,network,direction,priority,sourceRanges,sourceTags,sourceServiceAccounts,destinationRanges,targetTags,targetServiceAccounts,allowed,denied,disabled",
  router: "id,name,description,region,network,nats",
  route:
    "id,name,description,network,destRange,priority,tags,nextHopGateway,nextHopInstance,nextHopIp,nextHopIlb,nextHopNetwork,nextHopPeering,nextHopVpnTunnel",
  disk: "id,name,description,zone,status,type,sizeGb,labels",
  instance:
    "id,name,zone,status,machineType,minCpuPlatform,hostname,canIpForward,deletionProtection,tags,labels,metadata,serviceAccounts,disks(boot,deviceName,source,diskSizeGb),networkInterfaces(name,fingerprint,network,subnetwork,networkIP,ipv6Address,stackType,accessConfigs,ipv6AccessConfigs)",
};

/** Everything of ours and everything else in one project, by a few lists that run side by side. Throws when any part is missing. */
export async function* listProject(
  api: Api,
  provider: string,
  fleet: string,
  project: string,
  kinds: readonly Kind[],
  signal: AbortSignal,
): AsyncIterable<Observed> {
  const given = new AbortController();
  const either = AbortSignal.any([signal, given.signal]);
  const lists = kinds.map((kind) => collect(api, provider, fleet, kind, project, either));
  try {
    // Waits for all, so that a failing list does not leave the others running on their own.
    for (const list of await Promise.all(lists)) yield* list;
  } finally {
    given.abort();
    await Promise.allSettled(lists);
  }
}

async function collect(
  api: Api,
  provider: string,
  fleet: string,
  kind: Kind,
  project: string,
  signal: AbortSignal,
): Promise<readonly Observed[]> {
  // Boot disks fill most of the list and are of no interest: only what carries our label is asked for.
  const filter = kind === "disk" ? `labels.plumbline-fleet=${fleet}` : "";
  const things = await listThings(api, { kind, project, inner: wantedFields[kind], filter }, signal);
  return things.map((live) => observedOf(provider, kind, project, live));
}

/** What is listed: everything of a kind in a project, with these fields of each. */
export interface Listing {
  readonly kind: Kind;
  readonly project: string;
  readonly inner: string;
  /** Empty: nothing is left out. */
  readonly filter: string;
}

/** Every thing of one kind in a project, as the API says it. Throws when any part is missing. */
export async function listThings(
  api: Api,
  { kind, project, inner, filter }: Listing,
  signal: AbortSignal,
): Promise<readonly JsonObject[]> {
  const { service, collection, scope } = kindFacts[kind];
  const doing = `list ${collection} of project ${project}`;
  const aggregated = scope !== "global";
  const fields = aggregated
    ? `kind,items/*/${collection}(${inner}),items/*/warning,nextPageToken,unreachables,warning`
    : `kind,items(${inner}),nextPageToken,warning`;
  const found: JsonObject[] = [];
  const tokens = new Set<string>();
  let pageToken = "";
  for (let page = 0; page < maxPages; page += 1) {
    const request = {
      ...{ project, maxResults: pageSize },
      ...(pageToken === "" ? {} : { pageToken }),
      ...(filter === "" ? {} : { filter }),
    };
    const method = aggregated ? "aggregatedList" : "list";
    const answer = await api.call({ service, method, request, fields, doing, resource: "" }, signal);
    found.push(...thingsOf(answer, collection, aggregated, doing));
    pageToken = textAt(answer, "nextPageToken");
    if (pageToken === "") return found;
    if (tokens.has(pageToken)) throw partial(doing, "a page came twice");
    tokens.add(pageToken);
  }
  throw partial(doing, `there are more than ${maxPages} pages`);
}

/** The things on one page. A scope that could not be reached makes the whole list worthless: what it hides would be deleted. */
function thingsOf(answer: JsonObject, collection: string, aggregated: boolean, doing: string): readonly JsonObject[] {
  checkWarning(answer, doing);
  if (!aggregated) return objectsAt(answer, "items");
  const unreachable = answer.unreachables;
  if (Array.isArray(unreachable) && unreachable.length > 0) {
    throw partial(doing, `${unreachable.join(", ")} cannot be reached`);
  }
  return Object.values(objectAt(answer, "items")).flatMap((scope) => {
    if (!isObject(scope)) return [];
    checkWarning(scope, doing);
    return objectsAt(scope, collection);
  });
}

function checkWarning(part: JsonObject, doing: string): void {
  const warning = objectAt(part, "warning");
  const code = textAt(warning, "code");
  if (code === "" || code === "NO_RESULTS_ON_PAGE") return;
  throw partial(doing, textAt(warning, "message") || code);
}

function partial(doing: string, why: string): ProviderError {
  return new ProviderError(`${doing}: the list is not whole: ${why}.`, { code: "partial", next: "retry" });
}

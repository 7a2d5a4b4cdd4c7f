import type { JsonObject } from "../../../core/json.ts";
import type { Api } from "../client/api.ts";
import type { Kind } from "../kinds.ts";
import { listThings } from "../live/list.ts";

/** Everything of one project that may be taken over, or is told as left out. */
export interface Ground extends Readonly<Record<SurveyedKind, readonly JsonObject[]>> {
  readonly project: string;
}

type SurveyedKind = Exclude<Kind, "route">;

/** The fields that decide what a manifest says, and those that none can say. */
const fields: Readonly<Record<SurveyedKind, string>> = {
  network: "name,description,autoCreateSubnetworks,mtu,routingConfig,peerings(name)",
  subnetwork: "name,description,region,network,ipCidrRange,stackType,ipv6AccessType,purpose,secondaryIpRanges",
  firewall:
    "name,description,network,direction,priority,sourceRanges,sourceTags,sourceServiceAccounts,targetTags,targetServiceAccounts,allowed,denied,disabled",
  router: "name,description,region,network,nats(name)",
  disk: "name,zone,type,sizeGb,sourceImage,labels",
  instance:
    "name,zone,status,machineType,minCpuPlatform,hostname,canIpForward,deletionProtection,tags,labels,metadata(items),serviceAccounts,disks(boot,deviceName,source,diskSizeGb,type),networkInterfaces,guestAccelerators,scheduling,resourcePolicies",
};

/** Lists a project. Throws when any list is not whole. */
export async function lookAround(api: Api, project: string, signal: AbortSignal): Promise<Ground> {
  const given = new AbortController();
  const either = AbortSignal.any([signal, given.signal]);
  const list = (kind: SurveyedKind) => listThings(api, { kind, project, inner: fields[kind], filter: "" }, either);
  const lists = [list("network"), list("subnetwork"), list("firewall"), list("router"), list("disk"), list("instance")];
  try {
    const [network = [], subnetwork = [], firewall = [], router = [], disk = [], instance = []] =
      await Promise.all(lists);
    return { project, network, subnetwork, firewall, router, disk, instance };
  } finally {
    given.abort();
    await Promise.allSettled(lists);
  }
}

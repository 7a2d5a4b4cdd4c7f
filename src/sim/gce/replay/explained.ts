import type { Difference } from "./compare.ts";

/** A difference that is meant to be, and why. */
export interface Explained {
  readonly kind: Difference["kind"];
  /** The whole path of the difference, as a pattern. */
  readonly path: RegExp;
  /** Part of the request's path; absent: every request. */
  readonly request?: RegExp;
  /** Only recordings from before this month, such as `2022-01`. */
  readonly before?: string;
  /** What the simulator gave instead, as a pattern. */
  readonly simulated?: RegExp;
  readonly reason: string;
}

const newer = "the field is newer than the recording";
const beta = "the recording went through the beta API, which has more fields";
const image = "disks are made from another image than the recorded one, with features of its own";
const places = "regions and zones come and go over the years";
const edited = "the recording was changed by hand after it was made";

/** Every difference between the simulator and recorded answers that is accepted; all others are reported. */
export const explained: readonly Explained[] = [
  {
    kind: "status",
    path: /()/,
    request:
      /\/(?:autoscalers|backend(?:Buckets|Services)|commitments|externalVpnGateways|firewallPolicies|forwardingRules|globalNetworkEndpointGroups|health(?:Checks|AggregationPolicies)|http(?:s)?HealthChecks|instantSnapshots|interconnect\w*|licenses|machineImages|networkAttachments|networkEdgeSecurityServices|networkEndpointGroups|networkFirewallPolicies|node(?:Groups|Templates|Types)|packetMirrorings|publicAdvertisedPrefixes|reservations|resourcePolicies|securityPolicies|serviceAttachments|ssl(?:Certificates|Policies)|storagePools|target\w+|urlMaps|vpn(?:Gateways|Tunnels))(?:[/?]|$)/,
    simulated: /^501 /,
    reason: "the simulator does not have this service: its routes are known and answer 501",
  },
  {
    kind: "missing",
    path: /items.*/,
    request: /\/autoscalers$/,
    reason: "the simulator has no autoscalers: their lists are empty",
  },
  { kind: "length", path: /subnetworks/, request: /\/networks\//, reason: places },
  { kind: "length", path: /.*\bavailableCpuPlatforms/, reason: "processors come and go over the years" },
  { kind: "missing", path: /items\{\}/, reason: places },
  { kind: "extra", path: /items\{\}/, request: /aggregated/, before: "2020-01", reason: edited },
  { kind: "extra", path: /items\{\}/, request: /aggregated/, reason: places },
  { kind: "missing", path: /items\{\}\.scope\.(?:disks|instances)/, before: "2020-01", reason: edited },
  { kind: "extra", path: /items\{\}\.scope\.warning/, before: "2020-01", reason: edited },
  { kind: "missing", path: /items\[\]\.(?:tags|metadata)\.items/, before: "2020-01", reason: edited },
  { kind: "extra", path: /zone/, request: /\/disks\//, before: "2020-01", reason: edited },

  { kind: "length", path: /.*\bguestOsFeatures/, reason: image },
  { kind: "value", path: /.*\bguestOsFeatures\[\]\.type/, reason: image },
  { kind: "missing", path: /.*\bshieldedInstanceInitialState/, reason: image },
  { kind: "extra", path: /(?:.*\b(?:items\[\]|disks\[\])\.)?guestOsFeatures/, before: "2020-01", reason: image },
  {
    kind: "missing",
    path: /.*\b(?:items|disks)\[\]\.sourceSnapshot(?:Id)?/,
    reason: "the snapshot that the disk was made from is not in the recording",
  },
  {
    kind: "missing",
    path: /.*\bdisks\[\]\.(?:licenses|licenseCodes)/,
    before: "2020-01",
    reason: image,
  },
  {
    kind: "missing",
    path: /.*\b(?:disks|items)\[\]\.(?:users|lastAttachTimestamp|lastDetachTimestamp)/,
    request: /\/disks$/,
    reason: "the instance that has the disk is not in the recording",
  },

  { kind: "missing", path: /shieldedVm(?:Config|IntegrityPolicy)/, reason: beta },
  { kind: "missing", path: /locked|multiWriter/, request: /\/disks\//, reason: beta },
  { kind: "missing", path: /rolloutOverride/, request: /\/images\//, reason: beta },
  {
    kind: "missing",
    path: /serviceAccount|status\.stateful\.isStateful|updatePolicy\.minReadySec/,
    request: /\/instanceGroupManagers\//,
    reason: beta,
  },

  {
    kind: "missing",
    path: /warnings/,
    request: /\/(?:instances|operations)/,
    reason: "projects of the simulator have zonal DNS, which is not warned about",
  },
  {
    kind: "missing",
    path: /.*\bresourceStatus\.effectiveInstanceMetadata/,
    reason: "it repeats project metadata that the recording's project had",
  },
  {
    kind: "extra",
    path: /.*\bresourceStatus\.scheduling/,
    reason: "recordings of 2025 have it empty, those of 2026 do not have it",
  },
  { kind: "value", path: /.*\bsatisfiesPz[is]/, reason: "where a resource is placed decides" },
  {
    kind: "missing",
    path: /secondaryIpRanges/,
    request: /\/subnetworks\//,
    reason: "another service added the ranges to the subnetwork",
  },
  {
    kind: "value",
    path: /status/,
    request: /\/[a-zA-Z]+\/[^/]+$/,
    before: "2020-01",
    reason: "deletes were seen PENDING at first in 2018 and RUNNING in 2025",
  },
  {
    kind: "extra",
    path: /startTime/,
    request: /\/[a-zA-Z]+\/[^/]+$/,
    before: "2020-01",
    reason: "an operation that is seen RUNNING at first has begun",
  },
  {
    kind: "operationType",
    path: /operationType/,
    before: "2022-01",
    simulated: /^compute\./,
    reason: "operations of networks and templates have had longer names since",
  },
  { kind: "value", path: /kind/, request: /\/disks\//, before: "2020-01", reason: edited },
  { kind: "extra", path: /user/, request: /\/firewalls\//, reason: edited },
  { kind: "missing", path: /peerings/, reason: "networks without peerings had an empty list in 2021" },
  { kind: "extra", path: /logConfig/, request: /\/firewalls\//, before: "2019-06", reason: newer },
  {
    kind: "extra",
    path: /routingConfig\.bgpBestPathSelectionMode|networkFirewallPolicyEnforcementOrder|selfLinkWithId/,
    before: "2022-01",
    reason: newer,
  },
  { kind: "extra", path: /.*\blabelFingerprint/, request: /addresses/, before: "2023-01", reason: newer },
  { kind: "extra", path: /.*\bencryptedInterconnectRouter/, before: "2021-06", reason: newer },
  { kind: "extra", path: /vmDnsSetting|cloudArmorTier/, before: "2022-01", reason: newer },
  { kind: "extra", path: /(?:items\[\]\.)?supportsPzs/, before: "2020-01", reason: newer },
  {
    kind: "extra",
    path: /.*\b(?:storageLocations|downloadBytes|creationSizeBytes|snapshotType|autoCreated)/,
    request: /\/(?:images|snapshots)/,
    before: "2021-01",
    reason: newer,
  },
  {
    kind: "extra",
    path: /.*\b(?:disks\[\]\.index|scheduling\.provisioningModel|networkTier|stackType)/,
    request: /\/instanceTemplates/,
    before: "2022-06",
    reason: newer,
  },
  { kind: "length", path: /items/, request: /\/(?:zones|regions|machineTypes)$/, reason: places },
  {
    kind: "length",
    path: /quotas|(?:items\[\]\.)?(?:quotas|zones)/,
    reason: "quotas and zones come and go over the years",
  },
  { kind: "value", path: /(?:items\[\]\.)?quotas\[\]\.metric/, reason: "quotas are listed in another order" },
  { kind: "extra", path: /privateIpv6GoogleAccess|purpose|stackType/, before: "2020-01", reason: newer },
  {
    kind: "extra",
    path: /.*\b(?:architecture|physicalBlockSizeBytes|enableConfidentialCompute|satisfiesPzi|diskSizeGb)/,
    before: "2020-01",
    reason: newer,
  },
  {
    kind: "extra",
    path: /.*\b(?:provisioningModel|stackType|networkTier|shieldedInstanceConfig|shieldedInstanceIntegrityPolicy|resourceStatus|fingerprint|lastStartTimestamp|lastStopTimestamp)/,
    request: /instances/,
    before: "2020-01",
    reason: newer,
  },
];

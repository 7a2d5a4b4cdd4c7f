import { reference } from "../../../core/identity.ts";
import type { Json } from "../../../core/json.ts";
import { compareText } from "../../../core/problem.ts";
import type { Resource } from "../../../core/resource.ts";
import { blocksMeet, carve } from "../../../datum/carve.ts";
import type { FirewallIntent, Fleet, PolicyPort } from "../../../datum/fleet.ts";
import { deploymentTag } from "../names.ts";
import type { Settings } from "../options.ts";
import { isServed, leaveOf, type Naming, ownerOf, type ServedLocation, wishesOf } from "./served.ts";

/** Just above the deny that every network implies; what a rule leaves out is denied one step before it. */
const allowPriority = 65_534;
const denyPriority = 65_533;

/** Allow rules for each ingress rule of each interface, and a deny rule for what it carves out. */
export function firewallResources(fleet: Fleet, settings: Settings, naming: Naming): readonly Resource[] {
  return fleet.firewalls.flatMap((intent) => {
    const { location } = intent.deployment;
    return isServed(location, settings) ? rulesOf(intent, fleet, location, settings, naming) : [];
  });
}

function rulesOf(
  intent: FirewallIntent,
  fleet: Fleet,
  location: ServedLocation,
  settings: Settings,
  naming: Naming,
): readonly Resource[] {
  const rule = `net-${intent.interfaceIndex}-${intent.ruleIndex}`;
  const make = (suffix: string, ranges: readonly string[], action: "allowed" | "denied") =>
    ranges.length === 0
      ? []
      : [ruleResource(intent, location, settings, naming, { name: `${rule}${suffix}`, ranges, action })];
  // One rule may not mix the two families of addresses.
  const isShut = shutsOthers(intent, fleet);
  const allowed = byFamily(isShut ? allowedBy(intent) : intent.sourceRanges);
  const denied = byFamily(isShut ? [] : intent.exceptRanges);
  const denying = [...make("-deny", denied.ipv4, "denied"), ...make("-deny-ipv6", denied.ipv6, "denied")];
  // What is left out is shut before the rest is opened, and stays so until that is shut again.
  const shut = (rules: readonly Resource[]) => rules.map((one) => ({ ...one, provides: [exceptionToken(one)] }));
  const open = (rules: readonly Resource[]) => rules.map((one) => ({ ...one, needs: denying.map(exceptionToken) }));
  return [...open([...make("", allowed.ipv4, "allowed"), ...make("-ipv6", allowed.ipv6, "allowed")]), ...shut(denying)];
}

function exceptionToken({ address }: Resource): string {
  return `exception ${address}`;
}

/**
 * Rules add up: an exception takes out of its own block and forbids nothing else. A deny rule would forbid it to everybody, so
 * that where another block lets some of it in, the allow rule itself leaves the exception out.
 */
function shutsOthers(intent: FirewallIntent, fleet: Fleet): boolean {
  if (intent.exceptRanges.length === 0) return false;
  const siblings = fleet.firewalls.filter(
    ({ deployment, network }) => deployment === intent.deployment && network === intent.network,
  );
  const reached = siblings.filter((one) => portsMeet(one.ports, intent.ports)).flatMap(allowedBy);
  return intent.exceptRanges.some((except) => reached.some((range) => blocksMeet(range, except)));
}

/** What a rule lets in, without what each of its blocks leaves out. */
function allowedBy({ sources }: FirewallIntent): readonly string[] {
  return sources.flatMap(({ cidr, except }) => carve(cidr, except));
}

function portsMeet(left: readonly PolicyPort[], right: readonly PolicyPort[]): boolean {
  if (left.length === 0 || right.length === 0) return true;
  return left.some((one) => right.some((other) => portMeets(one, other)));
}

function portMeets(left: PolicyPort, right: PolicyPort): boolean {
  if (left.protocol !== right.protocol) return false;
  if (left.from === undefined || right.from === undefined) return true;
  return left.from <= (right.to ?? right.from) && right.from <= (left.to ?? left.from);
}

interface Rule {
  readonly name: string;
  readonly ranges: readonly string[];
  readonly action: "allowed" | "denied";
}

function ruleResource(
  intent: FirewallIntent,
  location: ServedLocation,
  settings: Settings,
  naming: Naming,
  { name, ranges, action }: Rule,
): Resource {
  const { deployment, network, interfaceIndex, ruleIndex } = intent;
  const made = naming.firewall(deployment, location, name);
  const vpc = naming.network(network, location.gcp.projectId);
  const { document } = deployment;
  const path = ["spec", "template", "spec", "networkInterfaces", interfaceIndex, "networkPolicy", "ingress", ruleIndex];
  const ports = document.at([...path, "ports"]);
  const ranged = document.at([...path, "from"]);
  return {
    ...{ provider: settings.name, kind: "firewall", address: made.address, uid: made.uid, key: made.key },
    realm: location.gcp.projectId,
    spec: {
      name: made.name,
      network: reference(vpc.address, vpc.key),
      direction: "INGRESS",
      priority: action === "allowed" ? allowPriority : denyPriority,
      sourceRanges: [...new Set(ranges)].sort(compareText),
      targetTags: [deploymentTag(naming.fleet, deployment.namespace, deployment.name)],
      [action]: protocolsOf(intent.ports),
      disabled: false,
      ...(made.isExisting ? leaveOf(document, "firewall") : {}),
    },
    ...{ provides: [], needs: [], source: intent.source, owner: ownerOf(document), location: location.name },
    fieldSources: { allowed: ports, denied: ports, sourceRanges: ranged },
    protected: false,
    adopt: wishesOf(document).adopt,
  };
}

/** Ports gathered under their protocol in a fixed order; no ports at all is every protocol. */
export function protocolsOf(ports: readonly PolicyPort[]): Json {
  if (ports.length === 0) return [{ IPProtocol: "all" }];
  const protocols = [...new Set(ports.map(({ protocol }) => protocol))].sort(compareText);
  return protocols.map((protocol) => {
    const same = ports.filter((port) => port.protocol === protocol);
    if (same.some((port) => port.from === undefined)) return { IPProtocol: protocol };
    const texts = same.map(({ from, to }) => (to === undefined || to === from ? `${from}` : `${from}-${to}`));
    return { IPProtocol: protocol, ports: [...new Set(texts)].sort(comparePorts) };
  });
}

function comparePorts(left: string, right: string): number {
  return Number.parseInt(left, 10) - Number.parseInt(right, 10) || compareText(left, right);
}

function byFamily(ranges: readonly string[]): { readonly ipv4: readonly string[]; readonly ipv6: readonly string[] } {
  return { ipv4: ranges.filter((range) => !range.includes(":")), ipv6: ranges.filter((range) => range.includes(":")) };
}

import type { Problem, Source } from "../../../core/problem.ts";
import { cidrHolds, cidrProblem } from "../../../datum/cidr.ts";
import { type Path, pathText } from "../../../datum/document.ts";
import type { Deployment, Fleet, Network } from "../../../datum/fleet.ts";
import type { Settings } from "../options.ts";
import { externalNote, hasExternalAddress } from "./external.ts";
import { familiesOf, hasPublicIpv6, ipv6Note } from "./families.ts";
import { networksOf } from "./instance.ts";
import { isServed } from "./served.ts";

/** Where Compute Engine takes private IPv6 ranges from. */
const privateRanges = "fd20::/20";

/** What Compute Engine cannot do with families of addresses, on the manifest's line. */
export function familyProblems(fleet: Fleet, settings: Settings): readonly Problem[] {
  const served = fleet.deployments.filter(({ location }) => isServed(location, settings));
  const networks = new Set(
    fleet.presences.filter(({ location }) => isServed(location, settings)).map((one) => one.network),
  );
  return [...[...networks].flatMap(rangeProblems), ...served.flatMap(interfaceProblems)];
}

function rangeProblems(network: Network): readonly Problem[] {
  const { ipv6Range: range, ipFamilies, document } = network;
  if (range === "" || !ipFamilies.includes("IPv6")) return [];
  const path = ["spec", "ipam", "ipv6Range"];
  const say = (message: string, hint: string) => [problem(document.at(path), "gcp/ipv6-range", path, message, hint)];
  if (hasPublicIpv6(network)) {
    return say("Compute Engine chooses public IPv6 ranges itself.", `Remove ipv6Range, or ${ipv6Note}.`);
  }
  const isRange = cidrProblem(range) === undefined && range.endsWith("/48") && cidrHolds(privateRanges, range);
  return isRange
    ? []
    : say(`${range} is no /48 of ${privateRanges}.`, "Write one such as fd20:12:34::/48, or leave it out.");
}

function interfaceProblems(deployment: Deployment): readonly Problem[] {
  return networksOf(deployment).flatMap((network, index) => {
    const families = familiesOf(deployment, index, network);
    const path: Path = ["spec", "template", "spec", "networkInterfaces", index, "ipFamilies"];
    const missing = families.find((family) => !network.ipFamilies.includes(family));
    if (missing !== undefined) {
      const message = `Interface ${index} wants ${missing}, which network ${network.name} does not carry.`;
      const hint = `Add ${missing} to ipFamilies of the network.`;
      return [problem(deployment.document.at(path), "gcp/address-family", path, message, hint)];
    }
    const isOpen = families.includes("IPv6") && hasPublicIpv6(network);
    if (!isOpen || hasExternalAddress(deployment, index)) return [];
    const note: Path = ["metadata", "annotations", externalNote];
    const message = `Interface ${index} may have no external address, but IPv6 of network ${network.name} is external.`;
    const hint = `Give the interface ipFamilies: [IPv4], or take ${ipv6Note} off the network.`;
    return [problem(deployment.document.at(note), "gcp/external-addresses", note, message, hint)];
  });
}

function problem(source: Source, rule: string, path: Path, message: string, hint: string): Problem {
  return { ...source, severity: "error", rule, path: pathText(path), message, hint };
}

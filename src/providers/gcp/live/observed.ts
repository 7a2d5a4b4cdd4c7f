import type { JsonObject } from "../../../core/json.ts";
import type { Marker, Observed, Phase, Status } from "../../../core/resource.ts";
import { objectAt, objectsAt, textAt } from "../boot/template.ts";
import { type Kind, keyOf, kindFacts } from "../kinds.ts";
import { markerOfDescription, markerOfLabels } from "../marker.ts";
import { lastOf } from "../names.ts";
import { stateOf } from "./state.ts";

/** A live thing as the core sees it. */
export function observedOf(provider: string, kind: Kind, project: string, live: JsonObject): Observed {
  const { marker, allocation } = markOf(provider, kind, live);
  const block = textAt(live, "ipCidrRange");
  return {
    provider,
    kind,
    key: keyOf({ kind, project, area: areaOf(kind, live), name: textAt(live, "name") }),
    realm: project,
    id: String(live.id ?? ""),
    ...(marker === undefined ? {} : { marker }),
    state: stateOf(kind, live),
    status: statusOf(kind, live),
    ...(allocation === undefined || block === "" ? {} : { allocation: { key: allocation, block } }),
  };
}

function areaOf(kind: Kind, live: JsonObject): string {
  const { scope } = kindFacts[kind];
  return scope === "global" ? "" : lastOf(textAt(live, scope));
}

/** The marker on a live thing and the allocation it holds; both undefined on what is not ours. */
export function markOf(
  provider: string,
  kind: Kind,
  live: JsonObject,
): { readonly marker: Marker | undefined; readonly allocation: string | undefined } {
  if (kind === "instance" || kind === "disk") {
    return { marker: markerOfLabels(provider, kind, objectAt(live, "labels")), allocation: undefined };
  }
  const found = markerOfDescription(textAt(live, "description"));
  return { marker: found?.marker, allocation: found?.allocation };
}

const phases: Readonly<Record<string, Phase>> = {
  PENDING: "pending",
  PROVISIONING: "pending",
  STAGING: "pending",
  REPAIRING: "pending",
  RUNNING: "ready",
  STOPPING: "stopped",
  STOPPED: "stopped",
  SUSPENDING: "stopped",
  SUSPENDED: "stopped",
  TERMINATED: "stopped",
  DEPROVISIONING: "deleting",
  DELETING: "deleting",
  CREATING: "pending",
  RESTORING: "pending",
  READY: "ready",
  FAILED: "failed",
};

function statusOf(kind: Kind, live: JsonObject): Status {
  if (kind === "subnetwork") return { phase: "ready", detail: "", addresses: rangesOf(live) };
  if (kind === "network" || kind === "firewall" || kind === "router" || kind === "route") {
    const detail = live.disabled === true ? "DISABLED" : "";
    return { phase: "ready", detail, addresses: {} };
  }
  const detail = textAt(live, "status");
  return { phase: phases[detail] ?? "pending", detail, addresses: kind === "instance" ? addressesOf(live) : {} };
}

function rangesOf(live: JsonObject): Readonly<Record<string, string>> {
  return sayable({ range: textAt(live, "ipCidrRange"), ipv6Range: textAt(live, "ipv6CidrRange") });
}

/** Addresses of all interfaces; those of the second and later ones carry the interface's name. */
function addressesOf(live: JsonObject): Readonly<Record<string, string>> {
  const all = objectsAt(live, "networkInterfaces").map((nic, index) => {
    const name = (word: string): string => (index === 0 ? word : `nic${index} ${word}`);
    return sayable({
      [name("internal")]: textAt(nic, "networkIP"),
      [name("external")]: textAt(objectsAt(nic, "accessConfigs")[0], "natIP"),
      [name("ipv6")]: textAt(nic, "ipv6Address"),
      [name("externalIpv6")]: textAt(objectsAt(nic, "ipv6AccessConfigs")[0], "externalIpv6"),
    });
  });
  return Object.assign({}, ...all);
}

function sayable(addresses: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(addresses).filter(([, address]) => address !== ""));
}

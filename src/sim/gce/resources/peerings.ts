import type { JsonObject } from "../../../core/json.ts";
import type { Call } from "../call.ts";
import { invalid, invalidValue, required } from "../failure.ts";
import { resourceOf } from "../generic.ts";
import { operationOfRequest, startOperation } from "../operations.ts";
import { linkOf, pathIn } from "../reference.ts";
import type { Stored } from "../resource-table.ts";
import { objectOf, objectsOf, textOf } from "../values.ts";
import { firewallsOf } from "./instance-more.ts";
import { networks } from "./networks.ts";

type Change = (call: Call, stored: Stored) => JsonObject;

function changing(type: string, change: Change): (call: Call) => JsonObject {
  return (call) => {
    const repeated = operationOfRequest(call);
    if (repeated !== undefined) return repeated;
    const stored = resourceOf(call, networks);
    const after = call.world.put(stored, { ...stored.body, ...change(call, stored) });
    return startOperation(call, { type, target: after });
  };
}

/** addPeering: active when the other side peers back. */
export const addPeering = changing("addPeering", (call, stored) => {
  const sent = objectOf(call.body, "networkPeering");
  const name = textOf(call.body, "name") ?? textOf(sent, "name");
  const peer = textOf(sent, "network") ?? textOf(call.body, "peerNetwork");
  if (name === undefined) throw required("name");
  if (peer === undefined) throw required("networkPeering.network");
  const current = objectsOf(stored.body, "peerings");
  if (current.some((one) => one.name === name)) {
    throw invalid(`There is already a peering '${name}' on network '${stored.name}'.`);
  }
  const inside = pathIn(peer);
  const path = inside.startsWith("projects/") ? inside : `projects/${call.project}/${inside}`;
  if (path === stored.path) throw invalidValue("networkPeering.network", peer, "A network cannot peer with itself.");
  const other = call.world.get(path);
  const back = objectsOf(other?.body, "peerings").find((one) => one.network === linkOf(stored.path));
  const state = back === undefined ? "INACTIVE" : "ACTIVE";
  const stateDetails = `[2026-01-01T00:00:00.000-08:00]: ${back === undefined ? "Waiting for peer network to connect." : "Connected."}`;
  if (other !== undefined && back !== undefined) {
    const theirs = objectsOf(other.body, "peerings").map((one) =>
      one === back ? { ...one, state, stateDetails } : one,
    );
    call.world.merge(other.path, { peerings: theirs });
  }
  const peering: JsonObject = {
    ...{ autoCreateRoutes: true, exchangeSubnetRoutes: true, exportCustomRoutes: false, importCustomRoutes: false },
    ...{ exportSubnetRoutesWithPublicIp: true, importSubnetRoutesWithPublicIp: false, stackType: "IPV4_ONLY" },
    ...sent,
    ...{ name, network: linkOf(path), state, stateDetails },
  };
  return { peerings: [...current, peering] };
});

/** updatePeering. */
export const updatePeering = changing("updatePeering", (call, stored) => {
  const sent = objectOf(call.body, "networkPeering");
  const current = objectsOf(stored.body, "peerings");
  const found = peeringNamed(current, textOf(sent, "name"));
  return { peerings: current.map((one) => (one === found ? { ...one, ...sent } : one)) };
});

/** removePeering: the other side waits again. */
export const removePeering = changing("removePeering", (call, stored) => {
  const current = objectsOf(stored.body, "peerings");
  const found = peeringNamed(current, textOf(call.body, "name"));
  const other = call.world.get(pathIn(textOf(found, "network") ?? ""));
  if (other !== undefined) {
    const theirs = objectsOf(other.body, "peerings").map((one) =>
      one.network === linkOf(stored.path) ? { ...one, state: "INACTIVE" } : one,
    );
    if (theirs.length > 0) call.world.merge(other.path, { peerings: theirs });
  }
  return { peerings: current.filter((one) => one !== found) };
});

function peeringNamed(current: readonly JsonObject[], name: string | undefined): JsonObject {
  const found = current.find((one) => one.name === name);
  if (found === undefined) throw invalidValue("name", name ?? "", "There is no peering of that name.");
  return found;
}

/** switchToCustomMode: its subnetworks stay. */
export const switchToCustomMode = changing("switchToCustomMode", () => ({ autoCreateSubnetworks: false }));

/** getEffectiveFirewalls of a network. */
export function networkFirewalls(call: Call): JsonObject {
  return firewallsOf(call, linkOf(resourceOf(call, networks).path));
}

import type { JsonObject } from "../../../core/json.ts";
import type { Call } from "../call.ts";
import { invalid, invalidValue, required } from "../failure.ts";
import { checkName, resourceOf } from "../generic.ts";
import type { ResourceKind } from "../kind.ts";
import { linkOf } from "../reference.ts";
import { objectsOf, textOf } from "../values.ts";
import { mergedFields } from "../world.ts";
import { referenced } from "./references.ts";

/** Routers with their address translation. */
export const routers: ResourceKind = {
  service: "Routers",
  collection: "routers",
  kind: "compute#router",
  label: "router",
  parameter: "router",
  exclusive: true,
  refusal: "request",
  userOf: (world, stored) => [...world.usersOf(stored.path)].sort()[0],
  make: (call, place) => {
    const { body } = call;
    const network = referenced(call, "resource.network", body.network ?? "", "networks", "network");
    const filled = {
      ...body,
      description: body.description ?? "",
      network: linkOf(network.path),
      encryptedInterconnectRouter: body.encryptedInterconnectRouter ?? false,
    };
    return withNats(call, filled, place.scope);
  },
  patched: (call, stored, merged) => {
    if (call.body.network !== undefined && textOf(merged, "network") !== stored.body.network) {
      const wanted = referenced(call, "resource.network", call.body.network, "networks", "network");
      if (linkOf(wanted.path) !== stored.body.network) {
        throw invalidValue("resource.network", call.body.network, "It cannot be changed.");
      }
    }
    return withNats(call, { ...merged, network: stored.body.network ?? "" }, stored.scope);
  },
};

/** Address translations keep references as they were sent; the list is replaced as a whole. */
function withNats(call: Call, body: JsonObject, scope: string): JsonObject {
  const nats = objectsOf(body, "nats");
  const names = new Set<string>();
  const filled = nats.map((nat, index) => {
    const field = `resource.nats[${index}]`;
    const name = textOf(nat, "name");
    if (name === undefined) throw required(`${field}.name`);
    checkName(`${field}.name`, name);
    if (names.has(name)) throw invalidValue(`${field}.name`, name, "The name is used twice.");
    names.add(name);
    return filledNat(call, nat, field, scope);
  });
  return mergedFields(body, { nats: filled.length === 0 ? undefined : filled });
}

function filledNat(call: Call, nat: JsonObject, field: string, scope: string): JsonObject {
  const source = textOf(nat, "sourceSubnetworkIpRangesToNat");
  if (source === undefined) throw required(`${field}.sourceSubnetworkIpRangesToNat`);
  const named = objectsOf(nat, "subnetworks");
  if ((source === "LIST_OF_SUBNETWORKS") !== named.length > 0) {
    throw invalid(`Subnetworks of '${field}' must be listed for LIST_OF_SUBNETWORKS, and only then.`);
  }
  for (const [index, subnetwork] of named.entries()) {
    const at = `${field}.subnetworks[${index}].name`;
    const found = referenced(call, at, subnetwork.name ?? "", "subnetworks", "subnetwork");
    if (found.scope !== scope)
      throw invalidValue(at, subnetwork.name ?? "", "It is in another region than the router.");
  }
  const isPrivate = nat.type === "PRIVATE";
  const common = {
    ...nat,
    type: nat.type ?? "PUBLIC",
    endpointTypes: nat.endpointTypes ?? ["ENDPOINT_TYPE_VM"],
    enableEndpointIndependentMapping: nat.enableEndpointIndependentMapping ?? false,
    effectiveTcpTimeWaitTimeoutSec: nat.tcpTimeWaitTimeoutSec ?? 120,
  };
  if (isPrivate) {
    const enableDynamicPortAllocation = nat.enableDynamicPortAllocation ?? true;
    return mergedFields({ ...common, enableDynamicPortAllocation }, { natIpAllocateOption: undefined });
  }
  const option = textOf(nat, "natIpAllocateOption");
  if (option === undefined) throw required(`${field}.natIpAllocateOption`);
  const isManual = option === "MANUAL_ONLY";
  if (isManual !== Array.isArray(nat.natIps)) {
    throw invalid(`Addresses of '${field}' must be given for MANUAL_ONLY, and only then.`);
  }
  return { ...common, autoNetworkTier: nat.autoNetworkTier ?? "PREMIUM" };
}

/** getNatMappingInfo: nobody has sent anything through. */
export function natMappings(call: Call): JsonObject {
  const { path } = resourceOf(call, routers);
  const id = `${path}/natMappings`;
  return { kind: "compute#vmEndpointNatMappingsList", id, selfLink: `${linkOf(path)}/getNatMappingInfo` };
}

/** getRouterStatus: the translations with how many machines stand behind them. */
export function routerStatus(body: JsonObject): JsonObject {
  const natStatus = objectsOf(body, "nats").map((nat) => ({
    name: nat.name ?? "",
    numVmEndpointsWithNatMappings: 0,
    minExtraNatIpsNeeded: 0,
  }));
  const result = { network: body.network ?? "", ...(natStatus.length === 0 ? {} : { natStatus }) };
  return { kind: "compute#routerStatusResponse", result };
}

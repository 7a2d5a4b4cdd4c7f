import type { JsonObject } from "../../../core/json.ts";
import type { Call } from "../call.ts";
import { conditionNotMet, invalidValue } from "../failure.ts";
import { pathIn } from "../reference.ts";
import { textOf } from "../values.ts";
import { changeNic, setting } from "./instance-settings.ts";
import { ipv6Fields } from "./interfaces.ts";

/** updateNetworkInterface: IPv6 comes to an interface, or leaves it. Nothing else of one can be changed here. */
export const updateNetworkInterface = setting("updateNetworkInterface", (call, stored) =>
  changeNic(call, stored, (nic) => {
    if (call.body.fingerprint !== nic.fingerprint) throw conditionNotMet("Invalid fingerprint.");
    const wanted = textOf(call.body, "stackType") ?? textOf(nic, "stackType") ?? "IPV4_ONLY";
    if (wanted === "IPV6_ONLY" || nic.stackType === "IPV6_ONLY") {
      throw invalidValue("resource.stackType", wanted, "An interface cannot change to or from IPV6_ONLY.");
    }
    const { ipv6Address: _, ipv6AccessConfigs: __, ipv6AccessType: ___, internalIpv6PrefixLength: ____, ...rest } = nic;
    return { ...rest, stackType: wanted, ...families(call, nic, wanted) };
  }),
);

function families(call: Call, nic: JsonObject, wanted: string): JsonObject {
  const subnetwork = call.world.get(pathIn(textOf(nic, "subnetwork") ?? ""));
  return subnetwork === undefined ? {} : ipv6Fields(call, subnetwork, wanted, call.body);
}

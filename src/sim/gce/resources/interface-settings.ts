import type { Json, JsonObject } from "../../../core/json.ts";
import type { Call } from "../call.ts";
import { conditionNotMet, invalidValue, notImplemented } from "../failure.ts";
import { pathIn } from "../reference.ts";
import { objectsOf, textOf } from "../values.ts";
import { mergedFields } from "../world.ts";
import { changeNic, setting } from "./instance-settings.ts";
import { ipv6Fields } from "./interfaces.ts";

/** updateNetworkInterface: IPv6 comes or leaves, and alias ranges are replaced; moving to another network is not simulated. */
export const updateNetworkInterface = setting("updateNetworkInterface", (call, stored) =>
  changeNic(call, stored, (nic) => {
    if (call.body.fingerprint !== nic.fingerprint) throw conditionNotMet("Invalid fingerprint.");
    refuseMove(call, nic);
    const { aliasIpRanges } = call.body;
    const aliased = aliasIpRanges === undefined ? nic : mergedFields(nic, { aliasIpRanges: aliases(call, nic) });
    if (call.body.stackType === undefined && call.body.ipv6AccessConfigs === undefined) return aliased;
    const wanted = textOf(call.body, "stackType") ?? textOf(nic, "stackType") ?? "IPV4_ONLY";
    if (wanted === "IPV6_ONLY" || nic.stackType === "IPV6_ONLY") {
      throw invalidValue("resource.stackType", wanted, "An interface cannot change to or from IPV6_ONLY.");
    }
    const {
      ipv6Address: _,
      ipv6AccessConfigs: __,
      ipv6AccessType: ___,
      internalIpv6PrefixLength: ____,
      ...rest
    } = aliased;
    return { ...rest, stackType: wanted, ...families(call, nic, wanted) };
  }),
);

function refuseMove({ body }: Call, nic: JsonObject): void {
  const isSame = (field: string): boolean => {
    const sent = textOf(body, field);
    return sent === undefined || (textOf(nic, field) ?? "").endsWith(pathIn(sent));
  };
  if (!["network", "subnetwork", "networkIP"].every(isSame)) throw notImplemented("Moving an interface");
}

/** The alias ranges of a request; a range's name is one of the subnetwork's, and a single address is a range too. */
function aliases(call: Call, nic: JsonObject): Json | undefined {
  const subnetwork = call.world.get(pathIn(textOf(nic, "subnetwork") ?? ""));
  const names = objectsOf(subnetwork?.body, "secondaryIpRanges").map((range) => range.rangeName);
  const ranges = objectsOf(call.body, "aliasIpRanges").map((range, index) => {
    const name = textOf(range, "subnetworkRangeName");
    if (name !== undefined && !names.includes(name)) {
      const field = `resource.aliasIpRanges[${index}].subnetworkRangeName`;
      throw invalidValue(field, name, "The subnetwork has no secondary range of this name.");
    }
    const text = textOf(range, "ipCidrRange") ?? "";
    return { ...range, ipCidrRange: text.includes("/") ? text : `${text}/32` };
  });
  return ranges.length === 0 ? undefined : ranges;
}

function families(call: Call, nic: JsonObject, wanted: string): JsonObject {
  const subnetwork = call.world.get(pathIn(textOf(nic, "subnetwork") ?? ""));
  return subnetwork === undefined ? {} : ipv6Fields(call, subnetwork, wanted, call.body);
}

import type { JsonObject } from "../../../core/json.ts";
import type { Call } from "../call.ts";
import { listAnswer } from "../list.ts";
import { objectsOf } from "../values.ts";

/** listUsable: the subnetworks of a project in the short form in which machines choose one. */
export function listUsable(call: Call): JsonObject {
  const items = call.world.all(call.project, "subnetworks").map((stored) => ({ ...stored, body: usable(stored.body) }));
  const source = { kind: "compute#usableSubnetworksAggregatedList", collection: "subnetworks", items };
  const { id, selfLink, ...rest } = listAnswer({ ...call, scope: "aggregated" }, source);
  const [own, link] = [id, selfLink].map((text) => `${String(text)}/listUsable`);
  return { ...rest, id: own ?? "", selfLink: link ?? "" };
}

function usable(body: JsonObject): JsonObject {
  const kept = ["network", "ipCidrRange", "purpose", "role", "stackType", "ipv6AccessType"].flatMap((field) =>
    body[field] === undefined ? [] : [[field, body[field]] as const],
  );
  const ranges = objectsOf(body, "secondaryIpRanges");
  return {
    ...Object.fromEntries(kept),
    subnetwork: body.selfLink ?? "",
    ...(ranges.length === 0 ? {} : { secondaryIpRanges: ranges }),
  };
}

import { isObject } from "../core/json.ts";
import { cidrProblem } from "./cidr.ts";
import { type Document, valueAt } from "./document.ts";
import type { ObjectName } from "./fleet.ts";

/** What a provider's world says of addresses, beside the blocks that our own things hold. */
export type RangeFact =
  /** A range that others hold in a network or beside it; `what` follows `which`, such as `belongs to subnetwork old`. */
  | { readonly kind: "foreign"; readonly network: ObjectName; readonly block: string; readonly what: string }
  /** The IPv6 prefix that a network has in one world; `firm` where it would have to be made anew to get another. */
  | {
      readonly kind: "prefix";
      readonly network: ObjectName;
      readonly block: string;
      readonly by?: string;
      readonly firm?: true;
    }
  /** The IPv6 block that a presence has. */
  | { readonly kind: "ipv6"; readonly presence: string; readonly block: string }
  /** The IPv4 block that a world gave to a presence by its own choice, whatever was asked for. */
  | { readonly kind: "given"; readonly presence: string; readonly block: string; readonly by: string };

/** Says which ranges lie beside a network, behind a peering, a tunnel or in another cloud: no block is taken from them. */
export const peeredNote = "plumbline.dev/peered-ranges";

/** Reads ranges parted by commas; undefined when one of them is none. */
export function peeredRanges(text: string): readonly string[] | undefined {
  const ranges = text.split(",").map((range) => range.trim());
  const given = ranges.filter((range) => range !== "");
  return given.length > 0 && given.every((range) => cidrProblem(range) === undefined) ? given : undefined;
}

/** The ranges that a Network's manifest says are beside it. */
export function peeredRangesOf({ content }: Pick<Document, "content">): readonly string[] {
  const notes = valueAt(content, ["metadata", "annotations"]);
  const text = isObject(notes) ? notes[peeredNote] : undefined;
  return typeof text === "string" ? (peeredRanges(text) ?? []) : [];
}

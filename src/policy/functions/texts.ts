import { type CelList, celList } from "@bufbuild/cel";
import { method, type Overload } from "./overload.ts";

/** At most `limit` parts, the last one with all that is left, as upstream cuts; a negative limit cuts everywhere. */
function split(text: string, separator: string, limit: bigint): CelList {
  const parts = separator === "" ? [...text] : text.split(separator);
  const count = Number(limit);
  if (count < 0 || count >= parts.length) return celList(parts);
  return celList(count === 0 ? [] : [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)]);
}

/** The first `limit` places are replaced; all of them when it is negative. Nothing stands before and after every character. */
function replace(text: string, old: string, fresh: string, limit: bigint = -1n): string {
  const characters = [...text];
  const parts = old === "" ? ["", ...characters, ""] : text.split(old);
  const isGap = old === "";
  const places = parts.length - 1;
  const count = limit < 0n || limit > BigInt(places) ? places : Number(limit);
  // An empty text has one place, before and after it at once.
  if (isGap && text === "") return count === 0 ? "" : fresh;
  let result = parts[0] ?? "";
  for (let index = 1; index < parts.length; index += 1) result += (index <= count ? fresh : old) + parts[index];
  return result;
}

/** String functions in which the engine differs from the upstream library. */
export const textFunctions: readonly Overload[] = [
  method("split", ["text", "text", "integer"], split),
  method("replace", ["text", "text", "text"], replace),
  method("replace", ["text", "text", "text", "integer"], replace),
];

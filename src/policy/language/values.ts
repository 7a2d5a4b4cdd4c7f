import { type CelValue, celList, celMap } from "@bufbuild/cel";
import type { Json } from "../../core/json.ts";

/** JSON as the language sees it: whole numbers are integers, as the API's schemas have them. */
export function celOf(value: Json): CelValue {
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return celList(value.map(celOf));
  return celMap(new Map(Object.entries(value).map(([key, inner]): [string, CelValue] => [key, celOf(inner)])));
}

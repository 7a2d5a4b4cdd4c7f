import type { Json, JsonObject } from "../../core/json.ts";
import { isObject } from "../../core/json.ts";
import { GceFailure } from "./failure.ts";

/** Which fields of an answer are wanted; an empty mask wants all below. */
export interface Mask {
  readonly [field: string]: Mask;
}

/** Reads a mask such as `nextPageToken,items(name,id)`; 400 for a text that is none. */
export function readMask(text: string): Mask {
  let at = 0;
  const fail = (): GceFailure =>
    new GceFailure(400, "invalidParameter", `Invalid field selection ${text}`, {
      location: { location: "fields", locationType: "parameter" },
    });
  const list = (depth: number): Mask => {
    if (depth > 20) throw fail();
    let mask: Mask = {};
    for (;;) {
      mask = union(mask, selection(depth));
      if (text[at] !== ",") return mask;
      at += 1;
    }
  };
  const selection = (depth: number): Mask => {
    const name = /^(?:[A-Za-z0-9_$.-]+|\*)/.exec(text.slice(at))?.[0];
    if (name === undefined) throw fail();
    at += name.length;
    if (text[at] === "/") {
      at += 1;
      return nested(name, selection(depth + 1));
    }
    if (text[at] !== "(") return nested(name, {});
    at += 1;
    const inner = list(depth + 1);
    if (text[at] !== ")") throw fail();
    at += 1;
    return nested(name, inner);
  };
  const mask = list(0);
  if (at !== text.length) throw fail();
  return mask;
}

function nested(name: string, inner: Mask): Mask {
  return { [name]: inner };
}

/** A field that is wanted whole stays whole. */
function union(left: Mask, right: Mask): Mask {
  const all: Record<string, Mask> = { ...left };
  for (const [name, inner] of Object.entries(right)) {
    const before = all[name];
    const isWhole = (mask: Mask): boolean => Object.keys(mask).length === 0;
    all[name] = before === undefined ? inner : isWhole(before) || isWhole(inner) ? {} : union(before, inner);
  }
  return all;
}

/** What a mask leaves of an answer. */
export function applyMask(value: Json, mask: Mask): Json {
  if (Object.keys(mask).length === 0) return value;
  if (Array.isArray(value)) return value.map((item) => applyMask(item, mask));
  if (!isObject(value)) return value;
  const any = mask["*"];
  const kept: Record<string, Json> = {};
  for (const [key, item] of Object.entries(value) as [string, Json][]) {
    const inner = Object.hasOwn(mask, key) ? mask[key] : any;
    if (inner !== undefined) kept[key] = applyMask(item, inner);
  }
  return kept as JsonObject;
}

import { isObject, type Json } from "../core/json.ts";
import type { FieldChange } from "../core/resource.ts";
import { redactField } from "./redact.ts";
import { cut, visible, widthOf } from "./text.ts";

/** A value as one line: plain words bare, other texts quoted, the rest as JSON, cut to a width. */
export function valueText(value: Json | undefined, width: number): string {
  if (value === undefined) return "unset";
  const text = typeof value === "string" && isBare(value) ? value : jsonLine(value);
  return cut(visible(text), width);
}

/** Two values, each within a width: what they begin with in common is left out before their difference would be cut off. */
export function pairText(before: Json | undefined, after: Json | undefined, width: number): readonly [string, string] {
  const left = valueText(before, Number.MAX_SAFE_INTEGER);
  const right = valueText(after, Number.MAX_SAFE_INTEGER);
  if (widthOf(left) <= width && widthOf(right) <= width) return [left, right];
  let common = 0;
  while (common < left.length && left[common] === right[common]) common += 1;
  const start = Math.max(...["/", " ", ",", "."].map((mark) => left.lastIndexOf(mark, common - 1)));
  const trim = (text: string): string => cut(start > 0 ? `…${text.slice(start)}` : text, width);
  return [trim(left), trim(right)];
}

/** What a redaction left, and words without a space, need no quotes. */
function isBare(text: string): boolean {
  if (/^\(.*\)$/.test(text)) return true;
  return /^[^\s"'{}[\],]+$/.test(text) && !/^(unset|null|true|false|-?\d+(\.\d+)?)$/.test(text);
}

function jsonLine(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(jsonLine).join(", ")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const parts = Object.keys(value)
    .sort()
    .map((key) => `${key}: ${jsonLine(value[key] as Json)}`);
  return `{${parts.join(", ")}}`;
}

/** Field differences ready to be shown: redacted, those that force something first, then by path. */
export function shownFields(kind: string, fields: readonly FieldChange[]): readonly FieldChange[] {
  const weight = { replace: 0, restart: 1, nothing: 2 } as const;
  return fields
    .map((field, index) => ({ field: redactField(kind, field), index }))
    .sort((left, right) => weight[left.field.forces] - weight[right.field.forces] || left.index - right.index)
    .map(({ field }) => field);
}

import { Buffer } from "node:buffer";
import { compareText } from "../../../core/problem.ts";
import type { SecretPayload } from "../../provider.ts";

/** How many bytes one version holds at most. */
export const longestPayloadBytes = 65_536;

/**
 * What a version holds: JSON of keys and base64, sorted, one key on each line, so that a shell without any tool for JSON reads
 * it as well.
 */
export function payloadText(payload: SecretPayload): string {
  const lines = Object.entries(payload)
    .sort(([left], [right]) => compareText(left, right))
    .map(([key, bytes]) => `${JSON.stringify(key)}:${JSON.stringify(Buffer.from(bytes).toString("base64"))}`);
  return `{\n${lines.join(",\n")}\n}\n`;
}

/** How many bytes the text has for values of these lengths. */
export function payloadBytes(values: readonly { readonly key: string; readonly bytes: number }[]): number {
  const lines = values.map(({ key, bytes }) => Buffer.byteLength(JSON.stringify(key)) + 5 + 4 * Math.ceil(bytes / 3));
  return lines.reduce((sum, length) => sum + length, 5);
}

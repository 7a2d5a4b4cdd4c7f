import { createHash } from "node:crypto";
import { canonical, type Json } from "../../core/json.ts";

/** The fingerprint of empty labels and empty tags; a constant of the real API. */
export const emptyFingerprint = "42WmSpB8rSM=";

/** Eight bytes in URL-safe base64, the form of every fingerprint; equal contents give equal fingerprints. */
export function fingerprintOf(value: Json): string {
  const bytes = createHash("sha256").update(canonical(value)).digest().subarray(0, 8);
  return bytes.toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}

/** A number of 18 or 19 digits as text, the form of resource ids; never the same for two counters. */
export function numericId(seed: number, counter: number): string {
  const bytes = createHash("sha256").update(`id ${seed} ${counter}`).digest();
  const spread = bytes.readBigUInt64BE(0) % 8_000_000_000_000n;
  return String(1_000_000_000_000_000_000n + spread * 1_000_000n + BigInt(counter % 1_000_000));
}

/** `operation-<ms>-<13 hex>-<8 hex>-<8 hex>`. */
export function operationName(seed: number, counter: number, nowMs: number): string {
  const hex = createHash("sha256").update(`operation ${seed} ${counter}`).digest("hex");
  return `operation-${nowMs}-${hex.slice(0, 13)}-${hex.slice(13, 21)}-${hex.slice(21, 29)}`;
}

/** RFC 3339 with milliseconds in Pacific time, as the real API writes it. */
export function timestamp(ms: number): string {
  const offsetHours = isPacificSummer(ms) ? 7 : 8;
  const local = new Date(ms - offsetHours * 3_600_000).toISOString().slice(0, -1);
  return `${local}-0${offsetHours}:00`;
}

/** Summer time runs from the second Sunday of March, 10:00 UTC, to the first Sunday of November, 9:00 UTC. */
function isPacificSummer(ms: number): boolean {
  const year = new Date(ms).getUTCFullYear();
  const march = Date.UTC(year, 2, 1);
  const november = Date.UTC(year, 10, 1);
  const firstSunday = (month: number): number => month + ((7 - new Date(month).getUTCDay()) % 7) * 86_400_000;
  return ms >= firstSunday(march) + 7 * 86_400_000 + 10 * 3_600_000 && ms < firstSunday(november) + 9 * 3_600_000;
}

/** The number of a project, as in the mail address of its first service account. */
export function numberOfProject(project: string): string {
  const bytes = createHash("sha256").update(`project ${project}`).digest();
  return String(100_000_000_000n + (bytes.readBigUInt64BE(0) % 900_000_000_000n));
}

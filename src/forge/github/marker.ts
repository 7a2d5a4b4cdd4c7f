import { createHash } from "node:crypto";
import { invariant } from "../../core/invariant.ts";

/** What the first line of our own text says. A marker alone proves nothing: anybody can write one. */
export interface Marker {
  readonly key: string;
  readonly part: number;
  readonly parts: number;
  readonly hash: string;
}

const pattern =
  /^<!-- plumbline:v1 key=([a-z0-9/.-]{1,200}) part=(\d{1,3})\/(\d{1,3}) hash=([0-9a-f]{16}) -->(?:\r?\n|$)/;

/** A part of a note as it stands in the conversation: the marker, then the text. */
export function markedBody(key: string, part: number, parts: number, text: string): string {
  invariant(/^[a-z0-9/.-]{1,200}$/.test(key), "the key of a note holds only lower-case letters, digits, /, - and .");
  return `<!-- plumbline:v1 key=${key} part=${part}/${parts} hash=${hashOf(text)} -->\n${text}`;
}

/** The marker of a body; undefined when its first line is none. */
export function markerOf(body: string): Marker | undefined {
  const found = pattern.exec(body);
  if (found === null) return undefined;
  const [, key = "", part = "", parts = "", hash = ""] = found;
  return { key, part: Number(part), parts: Number(parts), hash };
}

/** A short fingerprint of a text. */
export function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** Whether two bodies read the same: line ends and white space at the end do not count. */
export function isSameBody(left: string, right: string): boolean {
  const plain = (body: string): string => body.replaceAll("\r\n", "\n").trimEnd();
  return plain(left) === plain(right);
}

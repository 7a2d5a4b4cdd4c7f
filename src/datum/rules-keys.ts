import type { Json } from "../core/json.ts";
import { valueAt } from "./document.ts";
import { leaveNote, leftFields } from "./existing.ts";
import type { Reporter } from "./report.ts";

const sshKeys = "compute.datumapis.com/ssh-keys";
const path = ["spec", "template", "metadata", "annotations", sshKeys];

/** Kinds of keys that an authorized_keys entry may have, with the number of parts that follow the kind inside the key. */
const keyKinds: Readonly<Record<string, number>> = {
  "ssh-ed25519": 1,
  "ssh-rsa": 2,
  "ssh-dss": 4,
  "ecdsa-sha2-nistp256": 2,
  "ecdsa-sha2-nistp384": 2,
  "ecdsa-sha2-nistp521": 2,
  "sk-ssh-ed25519@openssh.com": 2,
  "sk-ecdsa-sha2-nistp256@openssh.com": 3,
};

/** The people who may log in to a virtual machine. Keys are never quoted. */
export function checkKeys(content: Json, report: Reporter): void {
  const text = valueAt(content, path);
  const left = valueAt(content, ["metadata", "annotations", leaveNote]);
  // Whoever could log in before still can.
  if (text === undefined && leftFields(String(left ?? ""), "instance").includes("metadata")) return;
  if (typeof text !== "string" || text.trim() === "") {
    const message = `A virtual machine needs the annotation ${sshKeys} on its template, or nobody can log in.`;
    report.say("workload/ssh-keys", path, message, "Add lines of the form user:ssh-ed25519 AAAA…");
    return;
  }
  for (const [index, line] of text.trim().split("\n").entries()) {
    const at = [...path, index];
    const colon = line.indexOf(":");
    const say = (message: string, hint: string): void =>
      report.say("workload/ssh-keys", at, `Line ${index + 1} of the keys ${message}.`, hint);
    if (colon < 0) {
      say("is not of the form user:public-key", "Write user:ssh-ed25519 AAAA…");
      continue;
    }
    if (line.slice(0, colon).trim() === "") say("names no user before the colon", "Write the user's name first.");
    if (!isAuthorizedKey(line.slice(colon + 1).trim())) {
      say("holds no whole public key after the colon", "Copy the whole line of a .pub file.");
    }
  }
}

/** An entry of authorized_keys: perhaps options, then the kind and the key. */
function isAuthorizedKey(entry: string): boolean {
  const words = entry.split(/\s+/);
  return words.some((word, index) => Object.hasOwn(keyKinds, word) && isKeyOf(word, words[index + 1] ?? ""));
}

/** Says whether a key says its kind once more inside, and is neither cut off nor longer than its parts. */
function isKeyOf(kind: string, base64: string): boolean {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || base64.length % 4 !== 0) return false;
  const bytes = decode(base64);
  const parts: number[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    if (bytes.length < offset + 4) return false;
    const length = new DataView(bytes.buffer).getUint32(offset);
    parts.push(length);
    offset += 4 + length;
  }
  const isWhole = offset === bytes.length && parts.length === 1 + (keyKinds[kind] ?? 0);
  return isWhole && String.fromCharCode(...bytes.slice(4, 4 + kind.length)) === kind && parts[0] === kind.length;
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function decode(base64: string): Uint8Array {
  const letters = base64.replace(/=+$/, "");
  const bytes = new Uint8Array(Math.floor((letters.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let place = 0;
  for (const letter of letters) {
    bits = ((bits << 6) | alphabet.indexOf(letter)) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[place] = (bits >> held) & 0xff;
    place += 1;
  }
  return bytes;
}

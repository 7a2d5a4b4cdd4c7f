import { createHash, scryptSync } from "node:crypto";
import { canonical, isObject, type Json } from "../core/json.ts";
import { compareText } from "../core/problem.ts";
import type { Document } from "./document.ts";

/** The fields of a Secret that hold values; what stands in the later one wins, as Kubernetes reads it. */
const parts = ["data", "stringData"] as const;

/** One value of a Secret as the repository has it: encrypted, or in clear text. */
export interface SecretValue {
  readonly key: string;
  readonly part: (typeof parts)[number];
  readonly text: string;
  readonly isEncrypted: boolean;
}

const sealed = /^ENC\[AES256_GCM,data:([A-Za-z0-9+/=]*),iv:[^,\]]+,tag:[^,\]]+,type:[a-z]+\]$/;

/** The values of a Secret, one for each key, sorted by key. */
export function secretValues({ content }: Pick<Document, "content">): readonly SecretValue[] {
  const encrypted = isObject(content.sops);
  const found = new Map<string, SecretValue>();
  for (const part of parts) {
    for (const [key, value] of Object.entries(isObject(content[part]) ? content[part] : {})) {
      const text = typeof value === "string" ? value : "";
      // SOPS leaves an empty text as it is: there is nothing in it to hide.
      found.set(key, { key, part, text, isEncrypted: encrypted && (text === "" || sealed.test(text)) });
    }
  }
  return [...found.values()].sort((left, right) => compareText(left.key, right.key));
}

/** How many bytes a value has at most when it is opened, known without opening it: its cipher adds nothing to the length. */
export function secretBytes({ part, text, isEncrypted }: SecretValue): number {
  const written = isEncrypted ? base64Bytes(sealed.exec(text)?.[1] ?? "") : new TextEncoder().encode(text).length;
  return part === "data" ? Math.floor((written * 3) / 4) : written;
}

function base64Bytes(text: string): number {
  return Math.floor((text.replace(/=+$/, "").length * 3) / 4);
}

const digests = new WeakMap<Document, string>();

/**
 * Names what a Secret holds without telling it: 16 hex digits that change when a value or a key does, and stand in plans,
 * labels and logs. Encrypted values are random to whoever lacks the key, so that a plain hash of them tells nothing. A hash of
 * clear text would let everybody who sees it try guesses, so that each guess is made to cost 16 MiB and 50 ms, and the
 * Secret's name is mixed in so that no work done for one serves for another.
 */
export function secretDigest(document: Document): string {
  const known = digests.get(document);
  if (known !== undefined) return known;
  const values = secretValues(document);
  const text = canonical(values.map(({ key, part, text }): Json => [key, part, text]));
  const salt = `plumbline ${document.namespace}/${document.name}`;
  const digest = values.every(({ isEncrypted }) => isEncrypted)
    ? createHash("sha256").update(`${salt}\n${text}`).digest("hex").slice(0, 16)
    : scryptSync(text, salt, 8).toString("hex");
  digests.set(document, digest);
  return digest;
}

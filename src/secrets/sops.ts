import { createDecipheriv, createHash, timingSafeEqual } from "node:crypto";
import { isObject, type Json, type JsonObject } from "../core/json.ts";
import type { Document, Path } from "../datum/document.ts";
import type { AgeKey } from "./age-keys.ts";

/** A document that SOPS encrypted, opened and proven to be as it was written; or why not, in words free of secrets. */
export type Opened =
  | { readonly content: JsonObject }
  | { readonly fault: "no-key" | "no-recipient" | "damaged" | "changed"; readonly recipients: readonly string[] };

/** Recipients that a document is encrypted for with age. */
export function recipientsOf(document: Document): readonly string[] {
  return wrappedKeys(document).map(({ recipient }) => recipient);
}

interface WrappedKey {
  readonly recipient: string;
  readonly enc: string;
}

function wrappedKeys({ content }: Document): readonly WrappedKey[] {
  const list = isObject(content.sops) && Array.isArray(content.sops.age) ? content.sops.age : [];
  return list.flatMap((entry) =>
    isObject(entry) && typeof entry.recipient === "string" && typeof entry.enc === "string"
      ? [{ recipient: entry.recipient, enc: entry.enc }]
      : [],
  );
}

/**
 * Opens a document with the first key that it is encrypted for. `file` holds every document of its file: SOPS seals a file
 * of several documents as one. The library decrypts values and leaves the seal unread, so that it is checked here: without
 * it, values could be swapped for older ones, and names and kinds changed at will.
 */
export async function openSops(
  document: Document,
  file: readonly Document[],
  keys: readonly AgeKey[],
): Promise<Opened> {
  const wrapped = wrappedKeys(document);
  const recipients = wrapped.map(({ recipient }) => recipient);
  const sops = isObject(document.content.sops) ? document.content.sops : {};
  if (wrapped.length === 0 || sops.key_groups !== undefined) return { fault: "no-recipient", recipients };
  const fitting = keys.find(({ recipient }) => recipients.includes(recipient));
  const entry = wrapped.find(({ recipient }) => recipient === fitting?.recipient);
  if (fitting === undefined || entry === undefined) return { fault: "no-key", recipients };
  // The library's own messages quote ciphertext and parts of keys: none of them goes any further.
  try {
    const together = file.filter(({ content }) => isObject(content.sops) && content.sops.mac === sops.mac);
    const contents = new Map<Document, JsonObject>();
    for (const one of together) contents.set(one, await valuesOf(one, fitting.key));
    const seal = sealOf(sops, await dataKeyOf(entry.enc, fitting.key));
    const ordered = [...together].sort((left, right) => left.index - right.index);
    const candidates = [[document], ordered];
    const isWhole = candidates.some((documents) => isSame(seal, digestOf(documents, contents, sops)));
    return isWhole ? { content: contents.get(document) as JsonObject } : { fault: "changed", recipients };
  } catch {
    return { fault: "damaged", recipients };
  }
}

async function valuesOf({ content }: Document, secretKey: string): Promise<JsonObject> {
  const { decryptSops } = await import("sops-age");
  return (await decryptSops(content, { secretKey, fileType: "json" })) as JsonObject;
}

async function dataKeyOf(wrapped: string, secretKey: string): Promise<Uint8Array> {
  const { armor, Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  decrypter.addIdentity(secretKey);
  return decrypter.decrypt(armor.decode(wrapped), "uint8array");
}

/** The seal as it was written: encrypted like a value, bound to the moment of the last change. */
function sealOf(sops: JsonObject, dataKey: Uint8Array): string {
  const [, data = "", iv = "", tag = ""] =
    /^ENC\[AES256_GCM,data:(.+),iv:(.+),tag:(.+),type:str\]$/.exec(String(sops.mac ?? "")) ?? [];
  const decipher = createDecipheriv("aes-256-gcm", dataKey, Buffer.from(iv, "base64"), { authTagLength: 16 });
  decipher.setAAD(Buffer.from(String(sops.lastmodified ?? ""), "utf8"));
  decipher.setAuthTag(Buffer.from(tag, "base64"));
  return Buffer.concat([decipher.update(Buffer.from(data, "base64")), decipher.final()]).toString("utf8");
}

/** SHA-512 over every value in the order of the file; with `mac_only_encrypted` over the encrypted ones, after a fixed beginning. */
function digestOf(
  documents: readonly Document[],
  contents: ReadonlyMap<Document, JsonObject>,
  sops: JsonObject,
): string {
  const hash = createHash("sha512");
  const isPartial = sops.mac_only_encrypted === true;
  if (isPartial) hash.update(createHash("sha256").update("sops").digest());
  for (const document of documents) {
    const opened = contents.get(document) ?? {};
    for (const leaf of leavesOf(document)) {
      const isEncrypted = typeof leaf.value === "string" && leaf.value.startsWith("ENC[AES256_GCM,");
      if (!isPartial || isEncrypted) hash.update(bytesOf(at(opened, leaf.path)));
    }
  }
  return hash.digest("hex").toUpperCase();
}

interface Leaf {
  readonly path: Path;
  readonly value: Json;
}

/** Every value beside the seal's own part. Sorted by where it was written: objects forget the order of keys that are numbers. */
function leavesOf(document: Document): readonly Leaf[] {
  const leaves: Leaf[] = [];
  const walk = (value: Json, path: Path): void => {
    if (Array.isArray(value)) for (const [index, inner] of value.entries()) walk(inner, [...path, index]);
    else if (isObject(value)) for (const [key, inner] of Object.entries(value)) walk(inner, [...path, key]);
    else if (value !== null) leaves.push({ path, value });
  };
  const { sops: _, ...rest } = document.content;
  walk(rest, []);
  const placed = leaves.map((leaf) => ({ leaf, source: document.at(leaf.path) }));
  placed.sort(({ source: left }, { source: right }) => left.line - right.line || left.column - right.column);
  return placed.map(({ leaf }) => leaf);
}

function at(content: Json, path: Path): Json {
  let value: Json = content;
  for (const step of path) value = (value as Record<string | number, Json>)[step] ?? null;
  return value;
}

/** A value as SOPS feeds it into the digest. */
function bytesOf(value: Json): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  return value === null ? "" : String(value);
}

function isSame(left: string, right: string): boolean {
  return left.length === right.length && timingSafeEqual(Buffer.from(left), Buffer.from(right));
}

import { createCipheriv, createHash, randomBytes } from "node:crypto";
import { armor, Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { parse, stringify } from "yaml";

type Tree = string | number | boolean | null | Tree[] | { [key: string]: Tree };

/** An age key and the recipient that it opens for. */
export interface KeyPair {
  readonly key: string;
  readonly recipient: string;
}

/** A fresh age key. */
export async function ageKeyPair(): Promise<KeyPair> {
  const key = await generateX25519Identity();
  return { key, recipient: await identityToRecipient(key) };
}

/** How a file is encrypted. */
export interface SopsOptions {
  /** Fields at the top whose values are encrypted. */
  readonly fields?: readonly string[];
  readonly macOnlyEncrypted?: boolean;
  readonly lastModified?: string;
}

/** Encrypts the YAML documents of one file as SOPS does for age recipients: values under some fields, one seal over all of it. */
export async function encryptSops(
  documents: readonly string[],
  recipients: readonly string[],
  options: SopsOptions = {},
): Promise<string> {
  const { fields = ["data", "stringData"], macOnlyEncrypted = false, lastModified = "2026-01-02T03:04:05Z" } = options;
  const dataKey = randomBytes(32);
  const hash = createHash("sha512");
  if (macOnlyEncrypted) hash.update(createHash("sha256").update("sops").digest());
  const visit = (value: Tree, path: readonly string[], encrypts: boolean): Tree => {
    if (Array.isArray(value)) return value.map((inner) => visit(inner, path, encrypts));
    if (value === null) return null;
    if (typeof value === "object") {
      const entries = Object.entries(value).map(([key, inner]) => {
        const inside = encrypts || (path.length === 0 && fields.includes(key));
        return [key, visit(inner, [...path, key], inside)] as const;
      });
      return Object.fromEntries(entries);
    }
    const text = typeof value === "boolean" ? (value ? "True" : "False") : String(value);
    if (encrypts || !macOnlyEncrypted) hash.update(text);
    if (!encrypts || text === "") return value;
    const type = typeof value === "boolean" ? "bool" : typeof value === "number" ? "int" : "str";
    return seal(text, dataKey, `${path.join(":")}:`, type);
  };
  const encrypted = documents.map((document) => visit(parse(document) as Tree, [], false) as { [key: string]: Tree });
  const mac = seal(hash.digest("hex").toUpperCase(), dataKey, lastModified, "str");
  const age = await Promise.all(recipients.map((recipient) => wrapped(dataKey, recipient)));
  const only = macOnlyEncrypted ? { mac_only_encrypted: true } : {};
  const sops = { age, lastmodified: lastModified, mac, ...only, encrypted_regex: `^(${fields.join("|")})$` };
  return encrypted.map((document) => stringify({ ...document, sops: { ...sops, version: "3.9.0" } })).join("---\n");
}

async function wrapped(dataKey: Uint8Array, recipient: string): Promise<{ recipient: string; enc: string }> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return { recipient, enc: armor.encode(await encrypter.encrypt(dataKey)) };
}

function seal(text: string, key: Uint8Array, bound: string, type: string): string {
  const iv = randomBytes(32);
  const cipher = createCipheriv("aes-256-gcm", key, iv);
  cipher.setAAD(Buffer.from(bound));
  const data = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]).toString("base64");
  return `ENC[AES256_GCM,data:${data},iv:${iv.toString("base64")},tag:${cipher.getAuthTag().toString("base64")},type:${type}]`;
}

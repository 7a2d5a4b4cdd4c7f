import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";

/** An SSH signature taken apart; nothing of it is proven yet. */
export interface SshSignature {
  readonly publicKey: Uint8Array;
  readonly namespace: string;
  /** What was signed beside the message, as it stands in the signature. */
  readonly frame: Uint8Array;
  readonly hash: "sha256" | "sha512";
  readonly algorithm: string;
  readonly bytes: Uint8Array;
  /** Of keys that live in a token: flags and counter. */
  readonly token: Uint8Array;
}

const magic = "SSHSIG";
const curves: Readonly<Record<string, { readonly name: string; readonly bytes: number; readonly hash: string }>> = {
  nistp256: { name: "P-256", bytes: 32, hash: "sha256" },
  nistp384: { name: "P-384", bytes: 48, hash: "sha384" },
  nistp521: { name: "P-521", bytes: 66, hash: "sha512" },
};
const minRsaBits = 2_048;
const maxRsaBits = 16_384;

/** Reads fields of SSH's wire format; undefined past the end. */
function reader(bytes: Uint8Array) {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  let isWhole = true;
  const take = (length: number): Buffer => {
    if (at + length > buffer.length) isWhole = false;
    const taken = buffer.subarray(at, at + length);
    at += length;
    return taken;
  };
  const uint32 = (): number => {
    const taken = take(4);
    return taken.length === 4 ? taken.readUInt32BE() : 0;
  };
  return {
    take,
    uint32,
    string: (): Buffer => take(uint32()),
    text: (): string => take(uint32()).toString("latin1"),
    rest: (): Buffer => buffer.subarray(Math.min(at, buffer.length)),
    /** Whether every field was there, and nothing is left. */
    isDone: (): boolean => isWhole && at === buffer.length,
  };
}

function field(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** Reads an armored signature; undefined when it is not exactly one. */
export function parseSshSignature(armor: string): SshSignature | undefined {
  const found =
    /^-----BEGIN SSH SIGNATURE-----\n((?:[A-Za-z0-9+/]{1,76}={0,2}\n)+)-----END SSH SIGNATURE-----\n?$/.exec(armor);
  const base64 = found?.[1]?.replaceAll("\n", "") ?? "";
  const blob = Buffer.from(base64, "base64");
  // Two texts must not stand for the same bytes.
  if (found === null || blob.toString("base64") !== base64) return undefined;
  const outer = reader(blob);
  const start = outer.take(6).toString("latin1");
  const version = outer.uint32();
  const publicKey = outer.string();
  const namespace = outer.text();
  const reserved = outer.string();
  const hash = outer.text();
  const inner = reader(outer.string());
  if (start !== magic || version !== 1 || !outer.isDone() || reserved.length > 0) return undefined;
  if (hash !== "sha256" && hash !== "sha512") return undefined;
  const algorithm = inner.text();
  const bytes = inner.string();
  const token = inner.take(algorithm.startsWith("sk-") ? 5 : 0);
  if (!inner.isDone()) return undefined;
  const frame = Buffer.concat([
    Buffer.from(magic),
    field(Buffer.from(namespace, "latin1")),
    field(reserved),
    field(Buffer.from(hash)),
  ]);
  return { publicKey, namespace, frame, hash, algorithm, bytes, token };
}

/** Whether the signature is of the message, by the key it names. */
export function verifySsh(signature: SshSignature, message: Uint8Array): boolean {
  const { hash, frame, algorithm, bytes, token } = signature;
  const signed = Buffer.concat([frame, field(createHash(hash).update(message).digest())]);
  try {
    const fields = reader(signature.publicKey);
    const type = fields.text();
    const key = readKey(type, fields);
    if (key === undefined || !fields.isDone() || !fits(type, algorithm)) return false;
    if (key.application === undefined) return verifyBytes(key, algorithm, signed, bytes);
    // A token signs its own words around the hash; without a touch of its owner it does not count.
    if (((token[0] ?? 0) & 1) === 0) return false;
    const around = createHash("sha256").update(key.application).digest();
    const inner = createHash("sha256").update(signed).digest();
    return verifyBytes(key, algorithm, Buffer.concat([around, token, inner]), bytes);
  } catch {
    // Node refuses keys and signatures that are no points, no numbers or of a wrong size.
    return false;
  }
}

/** Why a key cannot be allowed; empty when it can. */
export function sshKeyFault(bytes: Uint8Array, type: string): string {
  try {
    const fields = reader(bytes);
    if (fields.text() !== type) return "the key is of another type than the line says";
    const key = readKey(type, fields);
    if (key === undefined) return `keys of the type ${type} are not known here, or this one is too weak`;
    return fields.isDone() ? "" : "the key is cut short or too long";
  } catch {
    return "the key cannot be read";
  }
}

interface Key {
  readonly object: KeyObject;
  /** Bytes of a curve's coordinate; 0 where there is no curve. */
  readonly size: number;
  readonly hash: string | undefined;
  /** Of keys that live in a token. */
  readonly application: Uint8Array | undefined;
}

/** The algorithm belongs to the key: nobody may choose a weaker one. SHA-1 is never taken. */
function fits(type: string, algorithm: string): boolean {
  return type === "ssh-rsa" ? algorithm === "rsa-sha2-512" || algorithm === "rsa-sha2-256" : algorithm === type;
}

function readKey(type: string, fields: ReturnType<typeof reader>): Key | undefined {
  const plain = type.replace(/^sk-/, "").replace(/@openssh\.com$/, "");
  const isToken = type.startsWith("sk-") && type.endsWith("@openssh.com");
  if (!isToken && plain !== type) return undefined;
  if (plain === "ssh-ed25519") {
    const x = fields.string();
    const application = isToken ? fields.string() : undefined;
    return {
      object: jwk({ kty: "OKP", crv: "Ed25519", x: x.toString("base64url") }),
      size: 0,
      hash: undefined,
      application,
    };
  }
  if (plain.startsWith("ecdsa-sha2-")) {
    const curve = curves[fields.text()];
    const point = fields.string();
    const application = isToken ? fields.string() : undefined;
    if (curve === undefined || plain !== `ecdsa-sha2-${nameOf(curve)}`) return undefined;
    if (point[0] !== 4 || point.length !== 1 + 2 * curve.bytes) return undefined;
    const x = point.subarray(1, 1 + curve.bytes).toString("base64url");
    const y = point.subarray(1 + curve.bytes).toString("base64url");
    return { object: jwk({ kty: "EC", crv: curve.name, x, y }), size: curve.bytes, hash: curve.hash, application };
  }
  if (type !== "ssh-rsa") return undefined;
  const e = unsigned(fields.string());
  const n = unsigned(fields.string());
  const bits = n.length * 8;
  if (bits < minRsaBits || bits > maxRsaBits || e.length > 8) return undefined;
  const object = jwk({ kty: "RSA", n: n.toString("base64url"), e: e.toString("base64url") });
  return { object, size: 0, hash: undefined, application: undefined };
}

function nameOf(curve: { readonly name: string }): string {
  return curve.name.replace("P-", "nistp");
}

function jwk(key: Readonly<Record<string, string>>): KeyObject {
  return createPublicKey({ key, format: "jwk" });
}

/** A number without the zero that only says that it is not negative. */
function unsigned(bytes: Buffer): Buffer {
  return bytes[0] === 0 ? bytes.subarray(1) : bytes;
}

function verifyBytes(key: Key, algorithm: string, signed: Uint8Array, bytes: Uint8Array): boolean {
  if (key.size > 0) {
    const numbers = reader(bytes);
    const r = padded(numbers.string(), key.size);
    const s = padded(numbers.string(), key.size);
    if (r === undefined || s === undefined || !numbers.isDone()) return false;
    return verify(key.hash, signed, { key: key.object, dsaEncoding: "ieee-p1363" }, Buffer.concat([r, s]));
  }
  if (algorithm.startsWith("rsa-sha2-")) return verify(`sha${algorithm.slice(-3)}`, signed, key.object, bytes);
  return verify(undefined, signed, key.object, bytes);
}

/** A number of SSH in as many bytes as the curve has; undefined for a negative, an empty or a too large one. */
function padded(bytes: Buffer, size: number): Buffer | undefined {
  const isMinimal = bytes[0] !== 0 || ((bytes[1] ?? 0) & 0x80) !== 0;
  if (bytes.length === 0 || (bytes[0] ?? 0) >= 0x80 || !isMinimal) return undefined;
  const plain = unsigned(bytes);
  return plain.length > size ? undefined : Buffer.concat([Buffer.alloc(size - plain.length), plain]);
}

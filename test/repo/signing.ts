import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** A key of SSH and how to sign with it. */
export interface SshSigner {
  readonly type: string;
  /** The public key as allowed_signers and authorized_keys write it, in base64. */
  readonly publicKey: string;
  /** Signs as ssh-keygen -Y sign does; the options break one thing at a time. */
  sign(message: Uint8Array, options?: SshSigningOptions): string;
}

/** What can be wrong with a signature. */
export interface SshSigningOptions {
  readonly namespace?: string;
  readonly hash?: string;
  readonly algorithm?: string;
  readonly flags?: number;
}

function field(bytes: Uint8Array | string): Buffer {
  const content = Buffer.from(bytes as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
}

function mpint(bytes: Buffer): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const plain = bytes.subarray(start);
  return field((plain[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), plain]) : plain);
}

const part = (key: KeyObject, name: "x" | "y" | "n" | "e"): Buffer =>
  Buffer.from(String(key.export({ format: "jwk" })[name]), "base64url");

/** Makes a key of a type: `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`, or one that lives in a token. */
export function sshSigner(type: string, bits = 2_048): SshSigner {
  const application = "ssh:";
  const isToken = type.startsWith("sk-");
  const curve = /nistp(\d+)/.exec(type)?.[1];
  const pair = keyPair(type, bits, curve);
  const isEdwards = type.includes("ed25519");
  const key = isEdwards
    ? field(part(pair.publicKey, "x"))
    : curve !== undefined
      ? Buffer.concat([
          field(`nistp${curve}`),
          field(Buffer.concat([Buffer.from([4]), part(pair.publicKey, "x"), part(pair.publicKey, "y")])),
        ])
      : Buffer.concat([mpint(part(pair.publicKey, "e")), mpint(part(pair.publicKey, "n"))]);
  const blob = Buffer.concat([field(type), key, ...(isToken ? [field(application)] : [])]);
  return {
    type,
    publicKey: blob.toString("base64"),
    sign(message, { namespace = "git", hash = "sha512", algorithm, flags = 1 } = {}) {
      const known = hash === "sha256" || hash === "sha512" ? hash : "sha512";
      const digest = createHash(known).update(message).digest();
      const frame = [field(namespace), field(""), field(hash)];
      const signed = Buffer.concat([Buffer.from("SSHSIG"), ...frame, field(digest)]);
      const token = Buffer.from([flags, 0, 0, 0, 7]);
      const inner = isToken
        ? Buffer.concat([
            createHash("sha256").update(application).digest(),
            token,
            createHash("sha256").update(signed).digest(),
          ])
        : signed;
      const name = algorithm ?? (type === "ssh-rsa" ? "rsa-sha2-512" : type);
      const bytes = signBytes(pair.privateKey, name, curve, inner);
      const signature = Buffer.concat([field(name), field(bytes), ...(isToken ? [token] : [])]);
      const version = Buffer.from([0, 0, 0, 1]);
      const all = Buffer.concat([Buffer.from("SSHSIG"), version, field(blob), ...frame, field(signature)]);
      const lines = all.toString("base64").match(/.{1,70}/g) ?? [];
      return `-----BEGIN SSH SIGNATURE-----\n${lines.join("\n")}\n-----END SSH SIGNATURE-----\n`;
    },
  };
}

function keyPair(type: string, bits: number, curve: string | undefined) {
  if (type.includes("ed25519")) return generateKeyPairSync("ed25519");
  if (curve !== undefined) return generateKeyPairSync("ec", { namedCurve: `P-${curve}` });
  return generateKeyPairSync("rsa", { modulusLength: bits });
}

function signBytes(key: KeyObject, algorithm: string, curve: string | undefined, message: Buffer): Buffer {
  if (curve !== undefined) {
    const hash = curve === "256" ? "sha256" : curve === "384" ? "sha384" : "sha512";
    const both = sign(hash, message, { key, dsaEncoding: "ieee-p1363" });
    return Buffer.concat([mpint(both.subarray(0, both.length / 2)), mpint(both.subarray(both.length / 2))]);
  }
  if (algorithm === "ssh-rsa") return sign("sha1", message, key);
  if (algorithm.startsWith("rsa-sha2-")) return sign(`sha${algorithm.slice(-3)}`, message, key);
  return sign(undefined, message, key);
}

/** The bytes of a commit without a signature. */
export function commitText(
  message = "A commit\n\ngpgsig is no header here\n",
  committedAtSeconds = 1_767_225_600,
): string {
  const person = `Ada Lovelace <ada@example.com> ${committedAtSeconds} +0100`;
  return `tree ${"1".repeat(40)}\nparent ${"2".repeat(40)}\nauthor ${person}\ncommitter ${person}\nencoding UTF-8\n\n${message}`;
}

/** Puts a signature into a commit, as Git does: before the blank line, each further line after a space. */
export function withSignature(commit: string, signature: string, header = "gpgsig"): Buffer {
  const cut = commit.indexOf("\n\n");
  const lines = signature.trimEnd().split("\n").join("\n ");
  return Buffer.from(`${commit.slice(0, cut)}\n${header} ${lines}${commit.slice(cut)}`, "utf8");
}

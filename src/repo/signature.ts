import type { SignatureVerdict } from "./repository.ts";
import { type AllowedSigner, refuses, signersOf } from "./signature-signers.ts";
import { parseSshSignature, verifySsh } from "./signature-ssh.ts";

/** Whose signatures count. */
export interface Trust {
  readonly signers: readonly AllowedSigner[];
  /** Armored OpenPGP public keys, one block after the other; empty for none. */
  readonly pgpKeys: string;
}

/** A commit's bytes without its signature, and the signature itself. */
export interface SignedParts {
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  /** When it was committed, seconds since 1970; what validity of keys is judged by, as Git does. */
  readonly committedAtSeconds: number;
}

const maxCommitBytes = 1_048_576;
const maxSignatureBytes = 65_536;
const newline = 0x0a;
const space = 0x20;

/** Judges the signature of a commit by its very bytes. Never throws for any bytes; everything doubtful is not good. */
export async function verifyCommit(raw: Uint8Array, trust: Trust): Promise<SignatureVerdict> {
  if (raw.length > maxCommitBytes) return bad("the commit is larger than 1 MiB");
  const parts = splitCommit(raw);
  if (parts === "unsigned") return { state: "unsigned", signer: "", reason: "it is not signed" };
  if (parts === "several") return bad("it has more than one signature");
  if (parts.signature.length > maxSignatureBytes) return bad("its signature is larger than 64 KiB");
  const armor = Buffer.from(parts.signature).toString("latin1");
  if (armor.startsWith("-----BEGIN SSH SIGNATURE-----")) return verifyWithSsh(armor, parts, trust.signers);
  if (armor.startsWith("-----BEGIN PGP ")) {
    if (trust.pgpKeys === "") return untrusted("it is signed with OpenPGP, and no OpenPGP key is allowed");
    const { verifyPgp } = await import("./signature-pgp.ts");
    return await verifyPgp(armor, parts.payload, trust.pgpKeys);
  }
  return untrusted("its signature is of a kind that is not known here");
}

/** Cuts the signature out of the header block, byte by byte: nothing is decoded, nothing put together anew. */
export function splitCommit(raw: Uint8Array): SignedParts | "unsigned" | "several" {
  const payload: Uint8Array[] = [];
  const signature: Uint8Array[] = [];
  let signatures = 0;
  let inSignature = false;
  let committedAtSeconds = 0;
  for (let at = 0; at < raw.length; ) {
    const end = raw.indexOf(newline, at);
    const next = end === -1 ? raw.length : end + 1;
    const line = raw.subarray(at, next);
    if (line[0] === newline) {
      payload.push(raw.subarray(at));
      break;
    }
    const name =
      line[0] === space ? "" : Buffer.from(line.subarray(0, Math.max(0, line.indexOf(space)))).toString("latin1");
    if (name.startsWith("gpgsig")) {
      signatures += 1;
      inSignature = true;
      signature.push(line.subarray(name.length + 1));
    } else if (inSignature && line[0] === space) signature.push(line.subarray(1));
    else {
      inSignature = false;
      if (name === "committer") committedAtSeconds = secondsIn(line);
      payload.push(line);
    }
    at = next;
  }
  if (signatures === 0) return "unsigned";
  if (signatures > 1) return "several";
  return { payload: Buffer.concat(payload), signature: Buffer.concat(signature), committedAtSeconds };
}

function secondsIn(line: Uint8Array): number {
  return Number(/> (\d{1,12}) [+-]\d{4}\n?$/.exec(Buffer.from(line).toString("latin1"))?.[1] ?? 0);
}

function verifyWithSsh(armor: string, parts: SignedParts, signers: readonly AllowedSigner[]): SignatureVerdict {
  const signature = parseSshSignature(armor);
  if (signature === undefined) return bad("its SSH signature cannot be read");
  if (signature.namespace !== "git") return bad("its SSH signature was made for something else than Git");
  const known = signersOf(signers, signature.publicKey);
  if (known.length === 0) return untrusted("its SSH key is not among the allowed signers");
  if (!verifySsh(signature, parts.payload)) return bad("its SSH signature does not fit");
  const reasons = known.map((signer) => refuses(signer, "git", parts.committedAtSeconds));
  const allowed = known[reasons.indexOf("")];
  if (allowed === undefined) return untrusted(`its SSH key is ${reasons[0]}`);
  return { state: "good", signer: allowed.principals, reason: "" };
}

function bad(reason: string): SignatureVerdict {
  return { state: "bad", signer: "", reason };
}

function untrusted(reason: string): SignatureVerdict {
  return { state: "untrusted", signer: "", reason };
}

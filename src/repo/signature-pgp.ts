import { createMessage, readKeys, readSignature, verify } from "openpgp";
import type { SignatureVerdict } from "./repository.ts";

/** Judges an OpenPGP signature by armored public keys. The library refuses SHA-1, MD5 and weak keys by itself. */
export async function verifyPgp(armor: string, payload: Uint8Array, armoredKeys: string): Promise<SignatureVerdict> {
  let signature: Awaited<ReturnType<typeof readSignature>>;
  try {
    signature = await readSignature({ armoredSignature: armor });
  } catch {
    return { state: "bad", signer: "", reason: "its OpenPGP signature cannot be read" };
  }
  // Several would leave open which of them is meant.
  if (signature.packets.length !== 1)
    return { state: "bad", signer: "", reason: "it has more than one OpenPGP signature" };
  const verificationKeys = await readPgpKeys(armoredKeys);
  const message = await createMessage({ binary: payload });
  // A key has to be valid when it signed: what expires later does not undo what stands.
  const date = signature.packets[0]?.created ?? new Date(0);
  const [result] = (await verify({ message, signature, verificationKeys, date, format: "binary" })).signatures;
  const keyId = result?.keyID.toHex().toUpperCase() ?? "";
  const signer = verificationKeys.find((key) => key.getKeys(result?.keyID).length > 0);
  if (result === undefined || signer === undefined) {
    return { state: "untrusted", signer: "", reason: `its OpenPGP key ${keyId} is not among the allowed ones` };
  }
  try {
    await result.verified;
  } catch (error) {
    return { state: "bad", signer: "", reason: `its OpenPGP signature does not hold (${reasonOf(error)})` };
  }
  const [user] = signer.getUserIDs();
  return { state: "good", signer: user ?? keyId, reason: "" };
}

/** Reads a file of armored public keys, one block after the other. Throws when one cannot be read or is secret. */
export async function readPgpKeys(armoredKeys: string) {
  const blocks =
    armoredKeys.match(/-----BEGIN PGP PUBLIC KEY BLOCK-----[\s\S]*?-----END PGP PUBLIC KEY BLOCK-----/g) ?? [];
  const keys = await Promise.all(blocks.map((block) => readKeys({ armoredKeys: block })));
  return keys.flat().filter((key) => !key.isPrivate());
}

/** The library's own words, without anything that was read. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : "";
  return /^[\w .,:/'()-]{1,120}$/.test(message) ? message : "it does not fit";
}

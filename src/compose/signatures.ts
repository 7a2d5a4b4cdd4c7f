import { readFile } from "node:fs/promises";
import type { RepositoryConfig } from "../config.ts";
import type { Repository, SignatureVerdict } from "../repo/repository.ts";
import { type Trust, verifyCommit } from "../repo/signature.ts";
import { parseAllowedSigners } from "../repo/signature-signers.ts";
import { SecretError } from "./secrets.ts";

const maxFileCharacters = 4_194_304;

/** Judges the signature of one commit of a repository. */
export type SignatureJudge = (commit: string) => Promise<SignatureVerdict>;

/** What the head of a branch must be signed by; undefined where nothing is required. Files that cannot be used are told at the start. */
export async function openSignatures(
  tracked: RepositoryConfig,
  repository: Repository,
): Promise<SignatureJudge | undefined> {
  const { requireSigned } = tracked;
  if (requireSigned === undefined) return undefined;
  await readTrust(requireSigned);
  return async (commit) => {
    const raw = await repository.rawCommit(commit);
    let trust: Trust;
    try {
      // Read anew, so that a key that was taken away counts no more.
      trust = await readTrust(requireSigned);
    } catch (error) {
      if (!(error instanceof SecretError)) throw error;
      return { state: "bad", signer: "", reason: `the allowed keys cannot be used: ${error.message}` };
    }
    return await verifyCommit(raw, trust);
  };
}

async function readTrust(required: NonNullable<RepositoryConfig["requireSigned"]>): Promise<Trust> {
  const { allowedSigners, pgpKeys } = required;
  const { signers, faults } =
    allowedSigners === undefined ? { signers: [], faults: [] } : parseAllowedSigners(await read(allowedSigners));
  if (faults.length > 0) {
    throw new SecretError(`The allowed signers ${allowedSigners} have a fault in ${faults.slice(0, 5).join("; ")}.`);
  }
  const keys = pgpKeys === undefined ? "" : await read(pgpKeys);
  if (pgpKeys !== undefined) await refuseUnusable(pgpKeys, keys);
  return { signers, pgpKeys: keys };
}

async function refuseUnusable(file: string, armoredKeys: string): Promise<void> {
  const { readPgpKeys } = await import("../repo/signature-pgp.ts");
  let count = 0;
  try {
    count = (await readPgpKeys(armoredKeys)).length;
  } catch {
    throw new SecretError(`The OpenPGP keys ${file} cannot be read.`);
  }
  if (count === 0) throw new SecretError(`The file ${file} holds no armored OpenPGP public key.`);
}

async function read(file: string): Promise<string> {
  try {
    const text = await readFile(file, "utf8");
    if (text.length <= maxFileCharacters) return text;
  } catch {
    throw new SecretError(`The keys ${file} cannot be read.`);
  }
  throw new SecretError(`The keys ${file} are larger than 4 MiB.`);
}

import { readFile } from "node:fs/promises";
import type { SecretReference } from "../config.ts";
import type { Shell } from "../shell.ts";

/** A secret could not be had where the configuration says it is. The message names the place, never the value. */
export class SecretError extends Error {
  override readonly name = "SecretError";
}

const maxCertificateCharacters = 1_048_576;
const maxSecretCharacters = 65_536;

/** Reads a secret when it is needed, so that a rotated file is seen. Surrounding white space is dropped, and from then on it is hidden wherever something is written. */
export async function readSecret(
  reference: SecretReference,
  shell: Pick<Shell, "environment" | "redactor">,
): Promise<string> {
  const value = await find(reference, shell.environment);
  shell.redactor.add(value);
  return value;
}

async function find(
  reference: SecretReference,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  if ("env" in reference) {
    const value = environment[reference.env]?.trim() ?? "";
    if (value === "") throw new SecretError(`The environment variable ${reference.env} is not set or empty.`);
    return value;
  }
  let value: string;
  try {
    value = (await readFile(reference.file, "utf8")).slice(0, maxSecretCharacters).trim();
  } catch {
    throw new SecretError(`The secret file ${reference.file} cannot be read.`);
  }
  if (value === "") throw new SecretError(`The secret file ${reference.file} is empty.`);
  return value;
}

/** Reads the certificates of a private authority from a PEM file. */
export async function readAuthority(file: string): Promise<string> {
  let text: string;
  try {
    text = (await readFile(file, "utf8")).slice(0, maxCertificateCharacters);
  } catch {
    throw new SecretError(`The certificate authority ${file} cannot be read.`);
  }
  if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  throw new SecretError(`The certificate authority ${file} holds no certificate in PEM.`);
}

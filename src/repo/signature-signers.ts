import { sshKeyFault } from "./signature-ssh.ts";

/** One line of an allowed_signers file. */
export interface AllowedSigner {
  /** Who signs with the key, as written. */
  readonly principals: string;
  /** The key's bytes in base64, as the file has them. */
  readonly key: string;
  /** What it may sign; empty for everything. */
  readonly namespaces: readonly string[];
  /** Seconds since 1970; undefined for no bound. */
  readonly validAfter: number | undefined;
  readonly validBefore: number | undefined;
}

/** Signers, and what is wrong in the file. A file with faults must not be used in part. */
export interface ParsedSigners {
  readonly signers: readonly AllowedSigner[];
  readonly faults: readonly string[];
}

const maxLines = 10_000;
const linePattern = /^("[^"]*"|\S+)\s+(?:((?:[^\s"]|"[^"]*")+)\s+)?([a-z0-9@.-]+)\s+([A-Za-z0-9+/]+={0,2})(?:\s.*)?$/;

/** Reads a file in the form of ssh-keygen's allowed_signers. Certificates are not known here and are a fault. Times without Z are UTC. */
export function parseAllowedSigners(text: string): ParsedSigners {
  const signers: AllowedSigner[] = [];
  const faults: string[] = [];
  const lines = text.split(/\r?\n/);
  if (lines.length > maxLines) return { signers, faults: [`more than ${maxLines} lines`] };
  for (const [index, line] of lines.entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const signer = parseLine(line.trim());
    if (typeof signer === "string") faults.push(`line ${index + 1}: ${signer}`);
    else signers.push(signer);
  }
  return { signers, faults };
}

function parseLine(line: string): AllowedSigner | string {
  const found = linePattern.exec(line);
  if (found === null) return "it must be: PRINCIPALS [OPTIONS] TYPE KEY";
  const [, principals = "", options = "", type = "", key = ""] = found;
  const fault = sshKeyFault(Buffer.from(key, "base64"), type);
  if (fault !== "") return fault;
  let namespaces: readonly string[] = [];
  const bounds: { validAfter: number | undefined; validBefore: number | undefined } = {
    validAfter: undefined,
    validBefore: undefined,
  };
  for (const option of options.match(/(?:[^,"]|"[^"]*")+/g) ?? []) {
    const [, name = "", value = ""] = /^([a-z-]+)(?:="([^"]*)")?$/i.exec(option) ?? [];
    const at = /^valid-/i.test(name) ? secondsOf(value) : 0;
    if (at === undefined) return `${name} is no time`;
    if (name.toLowerCase() === "namespaces" && value !== "") namespaces = value.split(",");
    else if (name.toLowerCase() === "valid-after") bounds.validAfter = at;
    else if (name.toLowerCase() === "valid-before") bounds.validBefore = at;
    else return `the option ${name === "" ? option : name} is not known here`;
  }
  return { principals: principals.replaceAll('"', ""), key, namespaces, ...bounds };
}

/** `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`, with or without Z. */
function secondsOf(text: string): number | undefined {
  const found = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?Z?$/.exec(text);
  if (found === null) return undefined;
  const [, year = "", month = "", day = "", hour = "00", minute = "00", second = "00"] = found;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const ms = Date.parse(iso);
  return Number.isNaN(ms) || new Date(ms).toISOString() !== iso ? undefined : ms / 1_000;
}

/** The lines that name a key. */
export function signersOf(signers: readonly AllowedSigner[], key: Uint8Array): readonly AllowedSigner[] {
  const wanted = Buffer.from(key);
  return signers.filter((signer) => Buffer.from(signer.key, "base64").equals(wanted));
}

/** Why a line does not allow a signature made for a namespace at a time; empty when it does. */
export function refuses(signer: AllowedSigner, namespace: string, atSeconds: number): string {
  const { namespaces, validAfter, validBefore } = signer;
  if (namespaces.length > 0 && !namespaces.some((pattern) => matches(pattern, namespace))) {
    return "allowed for other purposes than Git only";
  }
  if (validAfter !== undefined && atSeconds < validAfter) return "not allowed yet at the time of the commit";
  if (validBefore !== undefined && atSeconds >= validBefore) return "no longer allowed at the time of the commit";
  return "";
}

/** `*` and `?` as in OpenSSH's patterns. */
function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`).test(text);
}

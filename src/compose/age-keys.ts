import type { Config } from "../config.ts";
import type { KeySource } from "../secrets/room.ts";
import type { Shell } from "../shell.ts";
import { readSecret, SecretError } from "./secrets.ts";

/**
 * The age keys of the configuration and of SOPS's own environment variables. A place that gives none is told with the Secret
 * that needs it and stops nothing else. Commands that print keys, keys of SSH and files in home folders are not looked for.
 */
export async function ageKeySource(config: Config, shell: Shell): Promise<KeySource> {
  const { SOPS_AGE_KEY: key, SOPS_AGE_KEY_FILE: file } = shell.environment;
  const places = [
    ...(config.secrets.ageKeys === undefined ? [] : [config.secrets.ageKeys]),
    ...(key === undefined || key === "" ? [] : [{ env: "SOPS_AGE_KEY" }]),
    ...(file === undefined || file === "" ? [] : [{ file }]),
  ];
  const texts: string[] = [];
  const faults: string[] = [];
  for (const place of places) {
    try {
      texts.push(await readSecret(place, shell));
    } catch (error) {
      if (!(error instanceof SecretError)) throw error;
      faults.push(error.message);
    }
  }
  return { texts, faults };
}

/** Words that a value of a Secret may well be and that must stay readable in logs: those of one kind of character. */
export function isTelling(value: string): boolean {
  const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((kind) => kind.test(value));
  return value.length >= 8 && kinds.length > 1;
}

import { invariant } from "../../../core/invariant.ts";

/** The kinds of IAM and Secret Manager, in the order they are made: each is there before a machine that uses it. */
export const secretKinds = ["service-account", "secret", "secret-version"] as const;
export type SecretKind = (typeof secretKinds)[number];

/** Whether a kind is one of IAM or Secret Manager. */
export function isSecretKind(kind: string): kind is SecretKind {
  return (secretKinds as readonly string[]).includes(kind);
}

/** The role that lets an account read what a secret holds, and nothing else. */
export const accessorRole = "roles/secretmanager.secretAccessor";

/** Aliases that begin so are ours: each names the version that holds the content of one digest. */
export const aliasPrefix = "plumbline-";

/** Names a project's secrets among the realms: they are listed where a fleet has some, and cost nothing elsewhere. */
export function secretsRealm(project: string): string {
  return `${project}/secrets`;
}

/** `projects/p/serviceAccounts/a@p.iam.gserviceaccount.com`. */
export function accountKey(project: string, email: string): string {
  return `projects/${project}/serviceAccounts/${email}`;
}

/** The address of an account; projects of a domain write it in front of theirs. */
export function emailOf(accountId: string, project: string): string {
  const [domain, name] = project.includes(":") ? project.split(":") : [undefined, project];
  return `${accountId}@${domain === undefined ? name : `${name}.${domain}`}.iam.gserviceaccount.com`;
}

/** `projects/p/secrets/s`. */
export function secretKey(project: string, id: string): string {
  return `projects/${project}/secrets/${id}`;
}

/** `projects/p/secrets/s/versions/plumbline-0123456789abcdef`: versions go by the digest of what they hold. */
export function versionKey(secret: string, digest: string): string {
  return `${secret}/versions/${aliasPrefix}${digest}`;
}

/** What a key of ours speaks of. */
export interface SecretPlace {
  readonly project: string;
  /** Id of the secret, or address of the account. */
  readonly name: string;
  /** Alias of a version; empty for everything else. */
  readonly alias: string;
}

/** The place a key of ours speaks of. */
export function secretPlaceOf(key: string): SecretPlace {
  const [, project = "", , name = "", , alias = ""] = key.split("/");
  invariant(project !== "" && name !== "", `${key} is not a key of IAM or Secret Manager`);
  return { project, name, alias };
}

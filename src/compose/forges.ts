import type { GithubConfig, RepositoryConfig, SecretReference } from "../config.ts";
import { type Forge, ForgeError } from "../forge/forge.ts";
import type { AccessReport } from "../forge/github/inspect.ts";
import type { GithubCredentials, GithubOptions } from "../forge/github/options.ts";
import { RepositoryError } from "../repo/repository.ts";
import type { Shell } from "../shell.ts";
import { readAuthority, readSecret, SecretError } from "./secrets.ts";

/** Opens where a repository is reviewed; undefined when that is nowhere. GitHub's client is loaded only then. */
export async function openForge(shell: Shell, tracked: RepositoryConfig): Promise<Forge | undefined> {
  const { github } = tracked;
  if (github === undefined) return undefined;
  const { createGithubForge } = await import("../forge/github/index.ts");
  const read: Read = (reference) => asForge(readSecret(reference, shell));
  return createGithubForge(await optionsOf(shell, tracked, github, read));
}

/** What the configured credentials are and may do at GitHub; nothing is written. */
export async function inspectForge(
  shell: Shell,
  tracked: RepositoryConfig,
  github: GithubConfig,
): Promise<AccessReport> {
  const { inspectAccess } = await import("../forge/github/inspect.ts");
  return await inspectAccess(
    await optionsOf(shell, tracked, github, (reference) => readSecret(reference, shell)),
    shell.stopping,
  );
}

type Read = (reference: SecretReference) => Promise<string>;

/** The forge's callers know its failures; a secret that is exchanged may be missing for a moment. */
async function asForge<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    throw new ForgeError(error.message, { code: "auth", next: "retry", cause: error });
  }
}

async function optionsOf(
  shell: Shell,
  tracked: RepositoryConfig,
  github: GithubConfig,
  read: Read,
): Promise<GithubOptions> {
  const { owner, repository, apiUrl, webUrl, timeoutMs, proxy } = github;
  const authority = github.certificateAuthority;
  const certificateAuthority = authority === undefined ? undefined : await readAuthority(authority);
  return {
    name: tracked.name === "" ? "github" : `github-${tracked.name}`,
    ...{ owner, repository, apiUrl, webUrl, timeoutMs },
    version: shell.version,
    credentials: credentialsOf(shell, github, read),
    ...(proxy !== undefined && { proxy }),
    ...(certificateAuthority !== undefined && { certificateAuthority }),
  };
}

/** What deliveries of a repository are signed with, read when they are needed. Empty: no delivery is believed. */
export async function readWebhookSecrets(shell: Shell, tracked: RepositoryConfig): Promise<readonly string[]> {
  return await Promise.all((tracked.github?.webhookSecrets ?? []).map((secret) => readSecret(secret, shell)));
}

/** What git reads a repository with: its own token, else what its forge has. */
export function gitTokenOf(
  shell: Shell,
  tracked: RepositoryConfig,
  forge: Forge | undefined,
): (() => Promise<string | undefined>) | undefined {
  const { token, github, location } = tracked;
  if (token !== undefined) return () => asRepository(readSecret(token, shell));
  // The forge's token goes to the forge's own site, never elsewhere.
  const isSameSite = github !== undefined && location.startsWith(`${github.webUrl}/`);
  return forge !== undefined && isSameSite ? () => asRepository(forge.token()) : undefined;
}

/** Git's callers know the failures of repositories. */
async function asRepository<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    // A file that is exchanged may be missing for a moment.
    if (error instanceof SecretError)
      throw new RepositoryError(error.message, { code: "auth", next: "retry", cause: error });
    if (!(error instanceof ForgeError)) throw error;
    const next = error.next === "person" ? "person" : "retry";
    throw new RepositoryError(error.message, {
      code: next === "person" || error.code === "auth" ? "auth" : "unreachable",
      next,
      cause: error,
    });
  }
}

function credentialsOf(shell: Shell, { credentials }: GithubConfig, read: Read): GithubCredentials {
  if (credentials.kind === "token") return { kind: "token", token: () => read(credentials.token) };
  const { appId, privateKey, installationId } = credentials;
  return {
    kind: "app",
    appId,
    privateKey: () => read(privateKey),
    ...(installationId !== undefined && { installationId }),
    // Minted tokens are hidden like those that were read.
    onToken: (token) => shell.redactor.add(token),
  };
}

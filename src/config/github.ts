import { invariant } from "../core/invariant.ts";
import { defaults } from "./defaults.ts";
import { parseDuration } from "./duration.ts";
import type { RawGithub } from "./raw.ts";
import type { GithubConfig, GithubCredentialsConfig, RepositoryConfig, SecretReference } from "./types.ts";

type Near = (path: string) => string;

/** A repository at GitHub with every default. */
export function completeGithub(raw: RawGithub, near: Near): GithubConfig {
  const [owner = "", repository = ""] = raw.repository.split("/");
  const apiUrl = (raw.apiUrl ?? defaults.github.apiUrl).replace(/\/+$/, "");
  const timeoutMs = parseDuration(raw.timeout ?? defaults.github.timeout);
  invariant(timeoutMs !== undefined, "a duration passed the schema and is none");
  return {
    owner,
    repository: repository.replace(/\.git$/, ""),
    apiUrl,
    webUrl: webUrlOf(apiUrl),
    credentials: completeCredentials(raw.credentials, near),
    webhookSecrets: (raw.webhookSecrets ?? []).map((secret) => secretNear(secret, near)),
    context: raw.context ?? "",
    deployments: raw.deployments ?? defaults.github.deployments,
    proxy: raw.proxy,
    certificateAuthority: raw.certificateAuthority === undefined ? undefined : near(raw.certificateAuthority),
    timeoutMs: timeoutMs as number,
  };
}

/** The fleets of a configuration that are talked about at the same project, in its order; marks of each need a word of their own. */
export function neighboursOf<One extends Pick<RepositoryConfig, "github">>(
  one: One,
  all: readonly One[],
): readonly One[] {
  const projectOf = ({ github }: One): string | undefined =>
    github && `${github.apiUrl} ${github.owner}/${github.repository}`.toLowerCase();
  const project = projectOf(one);
  return project === undefined ? [] : all.filter((other) => projectOf(other) === project);
}

/** A fleet whose project others share gets its own name as the word of its marks, unless it has one. */
export function withContext(one: RepositoryConfig, all: readonly RepositoryConfig[]): RepositoryConfig {
  const { github, name } = one;
  if (github === undefined || github.context !== "" || neighboursOf(one, all).length < 2) return one;
  return { ...one, github: { ...github, context: name } };
}

/** What git clones when nothing else is said. */
export function cloneUrlOf({ webUrl, owner, repository }: GithubConfig): string {
  return `${webUrl}/${owner}/${repository}.git`;
}

/** Where people read what this API serves. */
export function webUrlOf(apiUrl: string): string {
  const { protocol, host } = new URL(apiUrl);
  // GitHub itself, and Enterprise Cloud with a domain of its own, serve the API on a host beside the site.
  return `${protocol}//${apiUrl.includes("/api/v3") ? host : host.replace(/^api\./, "")}`;
}

function completeCredentials(raw: RawGithub["credentials"], near: Near): GithubCredentialsConfig {
  const secret = (reference: SecretReference | undefined): SecretReference => {
    invariant(reference !== undefined, `credentials of the kind ${raw.kind} passed the schema incomplete`);
    return secretNear(reference as SecretReference, near);
  };
  if (raw.kind === "token") return { kind: "token", token: secret(raw.token) };
  const { appId, installationId } = raw;
  return { kind: "app", appId: String(appId), privateKey: secret(raw.privateKey), installationId };
}

function secretNear(reference: SecretReference, near: Near): SecretReference {
  return "env" in reference ? reference : { file: near(reference.file) };
}

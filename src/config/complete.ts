import { dirname, isAbsolute, join } from "node:path";
import { invariant } from "../core/invariant.ts";
import { completeAnnouncer } from "./announcers.ts";
import { catalogsOf } from "./catalogs.ts";
import { defaults } from "./defaults.ts";
import { parseDuration } from "./duration.ts";
import { completeEdge, completeHub } from "./edge.ts";
import { cloneUrlOf, completeGithub, withContext } from "./github.ts";
import type { RawConfig, RawCredentials, RawRepository } from "./raw.ts";
import type { Config, GcpConfig, GcpCredentials, RepositoryConfig, SecretReference } from "./types.ts";

/** Fills in every default of a checked file; paths become relative to where the file's own path is. */
export function complete(raw: RawConfig, file: string): Config {
  const near = (path: string): string => (isAbsolute(path) ? path : join(dirname(file), path));
  const { gcp, edge } = raw.providers;
  const { schedule, policy, afterChange } = { ...defaults.drift, ...raw.drift };
  const quiet = raw.drift?.quiet;
  const apply = { ...defaults.apply, ...raw.apply };
  const retry = { ...defaults.retry, ...raw.retry };
  const repositories = raw.repositories.map((repository) => completeRepository(raw.fleet, repository, near));
  return {
    fleet: raw.fleet,
    stateDirectory: raw.state === undefined ? undefined : near(raw.state),
    repositories: repositories.map((one) => withContext(one, repositories)),
    providers: {
      gcp: gcp === undefined ? undefined : completeGcp(gcp, near),
      edge: completeEdge(edge, near),
    },
    hub: completeHub(raw.hub, near),
    drift: {
      ...{ schedule, policy, afterChangeMs: durationMs(afterChange) },
      quietMs: quiet === undefined ? undefined : durationMs(quiet),
    },
    policies: (raw.policies ?? []).map(near),
    catalogs: { files: (raw.catalogs?.files ?? []).map(near), own: catalogsOf(raw.catalogs ?? {}) },
    secrets: {
      ageKeys: completeSecret(raw.secrets?.ageKeys, near),
      allowClearText: raw.secrets?.allowClearText ?? defaults.secrets.allowClearText,
    },
    announcers: (raw.announcers ?? []).map((announcer) => completeAnnouncer(announcer, near)),
    limits: raw.limits ?? {},
    store: { path: raw.store?.path === undefined ? undefined : near(raw.store.path) },
    server: { ...defaults.server, ...raw.server, publicUrl: raw.server?.publicUrl?.replace(/\/+$/, "") },
    apply: {
      concurrency: apply.concurrency,
      attempts: apply.attempts,
      firstDelayMs: durationMs(apply.firstDelay),
      maxDelayMs: durationMs(apply.maxDelay),
      progressDeadlineMs: durationMs(apply.progressDeadline),
    },
    retry: { firstDelayMs: durationMs(retry.firstDelay), maxDelayMs: durationMs(retry.maxDelay) },
    log: { ...defaults.log, ...raw.log },
  };
}

type Near = (path: string) => string;

function completeRepository(fleet: string, raw: RawRepository, near: Near): RepositoryConfig {
  const name = raw.name ?? "";
  const github = raw.github === undefined ? undefined : completeGithub(raw.github, near);
  const { allowedSigners, pgpKeys } = raw.requireSigned ?? {};
  const cloned = github === undefined ? "" : cloneUrlOf(github);
  return {
    name,
    fleet: name === "" ? fleet : `${fleet}-${name}`,
    location: raw.url ?? (raw.path === undefined ? cloned : near(raw.path)),
    branch: raw.branch ?? defaults.branch,
    prefix: (raw.prefix ?? defaults.prefix).replace(/\/+$/, ""),
    policies: (raw.policies ?? "").replace(/\/+$/, ""),
    pollIntervalMs: durationMs(raw.pollInterval ?? defaults.pollInterval),
    pollJitter: raw.pollJitter ?? defaults.pollJitter,
    token: completeSecret(raw.token, near),
    github,
    requireSigned:
      raw.requireSigned === undefined
        ? undefined
        : {
            allowedSigners: allowedSigners === undefined ? undefined : near(allowedSigners),
            pgpKeys: pgpKeys === undefined ? undefined : near(pgpKeys),
          },
  };
}

function completeGcp(raw: NonNullable<RawConfig["providers"]["gcp"]>, near: Near): GcpConfig {
  // Who names another server must say whether it may see Google's credentials.
  const unsaid = raw.endpoint === undefined ? "default" : "none";
  return {
    endpoint: raw.endpoint,
    credentials: completeCredentials(raw.credentials ?? { kind: unsaid }, near),
    certificateAuthority: raw.certificateAuthority === undefined ? undefined : near(raw.certificateAuthority),
    proxy: raw.proxy,
    locationClass: raw.locationClass ?? defaults.gcp.locationClass,
    images: raw.images ?? {},
    machineTypes: raw.machineTypes ?? {},
    requestsPerMinute: raw.requestsPerMinute ?? {},
  };
}

function completeCredentials(raw: RawCredentials, near: Near): GcpCredentials {
  const { kind } = raw;
  if (kind === "none") return { kind };
  const spoken = raw.impersonate === undefined ? {} : { impersonate: raw.impersonate };
  if (kind === "default" || kind === "metadata") return { kind, ...spoken };
  if (kind === "key-file" || kind === "federation") return { kind, file: near(raw.file ?? ""), ...spoken };
  const token = completeSecret(raw.token, near);
  invariant(token !== undefined, "credentials of the kind token passed the schema without a token");
  return { kind, token: token as SecretReference, ...spoken };
}

function completeSecret(raw: SecretReference | undefined, near: Near): SecretReference | undefined {
  return raw === undefined || "env" in raw ? raw : { file: near(raw.file) };
}

function durationMs(text: string): number {
  const ms = parseDuration(text);
  invariant(ms !== undefined, "a duration passed the schema and is none");
  return ms as number;
}

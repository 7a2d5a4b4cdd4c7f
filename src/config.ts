import { catalogsOf } from "./config/catalogs.ts";
import { checkSchema } from "./config/check.ts";
import { complete } from "./config/complete.ts";
import { defaults } from "./config/defaults.ts";
import type { RawCatalogs, RawConfig } from "./config/raw.ts";
import { readYaml } from "./config/read.ts";
import { checkRules } from "./config/rules.ts";
import type { Config } from "./config/types.ts";
import type { JsonObject } from "./core/json.ts";
import type { Limits } from "./core/limits.ts";
import { hasErrors, type Problem, sortProblems } from "./core/problem.ts";

export { neighboursOf } from "./config/github.ts";
export type {
  AnnouncerConfig,
  Config,
  EdgeConfig,
  EdgeCredentials,
  GcpConfig,
  GcpCredentials,
  GithubConfig,
  LogConfig,
  RepositoryConfig,
  SecretReference,
} from "./config/types.ts";

/** A configuration, or why there is none. */
export interface ParsedConfig {
  readonly config: Config | undefined;
  readonly problems: readonly Problem[];
}

/** Reads and checks plumbline.yaml. Relative paths in it become relative to the folder of `file`. Pure; never throws for any text. */
export function parseConfig(text: string, file: string, schema: JsonObject): ParsedConfig {
  const read = readYaml(text, file);
  const found = checkSchema(read, schema);
  if (hasErrors(found)) return { config: undefined, problems: found };
  const raw = read.value as unknown as RawConfig;
  const problems = sortProblems(checkRules(raw, read));
  return { config: hasErrors(problems) ? undefined : complete(raw, file), problems };
}

/** Catalogs by the names of the shipped ones, or why there are none. */
export interface ParsedCatalogs {
  readonly catalogs: JsonObject | undefined;
  readonly problems: readonly Problem[];
}

/** Reads and checks a file of catalogs, with the keys that the configuration has under `catalogs`. */
export function parseCatalogs(text: string, file: string, schema: JsonObject): ParsedCatalogs {
  const read = readYaml(text, file);
  const problems = checkSchema(read, schema, "#/$defs/catalogs");
  if (hasErrors(problems)) return { catalogs: undefined, problems };
  return { catalogs: catalogsOf((read.value ?? {}) as RawCatalogs), problems };
}

/** Limits, or why there are none. */
export interface ParsedLimits {
  readonly limits: Limits | undefined;
  readonly problems: readonly Problem[];
}

/** Reads and checks policies/limits.yaml, which must say every limit; the configuration's own values go over them. */
export function parseLimits(text: string, file: string, schema: JsonObject, overrides: Partial<Limits>): ParsedLimits {
  const read = readYaml(text, file);
  const problems = [...checkSchema(read, schema, "#/$defs/limits")];
  const given = (read.value ?? {}) as Partial<Limits>;
  const { maxDeletes, maxDeletePercent, percentFrom, allowEmpty, protectedKinds } = given;
  const isWhole =
    maxDeletes !== undefined &&
    maxDeletePercent !== undefined &&
    percentFrom !== undefined &&
    allowEmpty !== undefined &&
    protectedKinds !== undefined;
  if (hasErrors(problems)) return { limits: undefined, problems };
  if (!isWhole) {
    const message = "The file must say maxDeletes, maxDeletePercent, percentFrom, allowEmpty and protectedKinds.";
    const missing: Problem = {
      ...read.at([], "value"),
      severity: "error",
      rule: "config/missing",
      path: "",
      message,
      hint: "Add what is missing.",
    };
    return { limits: undefined, problems: [missing] };
  }
  return {
    limits: { maxDeletes, maxDeletePercent, percentFrom, allowEmpty, protectedKinds, ...overrides },
    problems,
  };
}

/** The project of an embedded GitHub and who reviews there. */
export interface EmbeddedProject {
  readonly project: string;
  readonly apiUrl: string;
  readonly appId: number;
  readonly keyFile: string;
  readonly secretFile: string;
}

/** The configuration of plain `npm start`: the example repository on the embedded worlds. */
export function embeddedConfig(
  stateDirectory: string,
  worlds: { readonly gceUrl: string; readonly edgeUrl: string; readonly github?: EmbeddedProject | undefined },
): Config {
  const { embedded } = defaults;
  const { github } = worlds;
  const review = github !== undefined && {
    github: {
      ...{ repository: github.project, apiUrl: github.apiUrl, deployments: true },
      credentials: { kind: "app" as const, appId: github.appId, privateKey: { file: github.keyFile } },
      webhookSecrets: [{ file: github.secretFile }],
    },
  };
  const raw: RawConfig = {
    fleet: embedded.fleet,
    state: stateDirectory,
    repositories: [
      { path: `${stateDirectory}/${embedded.repository}`, pollInterval: embedded.pollInterval, ...review },
    ],
    providers: {
      gcp: { endpoint: worlds.gceUrl, credentials: { kind: "none" } },
      // In a world of one's own nobody else manages anything: what is changed by hand is taken back.
      edge: { endpoint: worlds.edgeUrl, credentials: { kind: "none" }, forceConflicts: true },
    },
    drift: { schedule: embedded.driftSchedule, policy: "correct" },
    // Seven copies to play with: deleting one file of three may take more than the careful default allows.
    limits: { maxDeletePercent: embedded.maxDeletePercent },
    server: { port: embedded.port },
  };
  return complete(raw, "plumbline.yaml");
}

/** What a command line may say over the file. */
export interface Overrides {
  readonly state?: string | undefined;
  /** Name, path or URL. */
  readonly repository?: string | undefined;
  readonly ref?: string | undefined;
}

/**
 * The configuration with the command line's word over it. With one repository, `repository` says where it is found;
 * with several, it picks one by name or place. `refusal` says why that cannot be.
 */
export function overrideConfig(
  config: Config,
  overrides: Overrides,
): { readonly config: Config; readonly refusal: string } {
  const { state, repository, ref } = overrides;
  let chosen = config.repositories;
  if (repository !== undefined) {
    const named = chosen.filter(({ name, location }) => name === repository || location === repository);
    if (named.length === 0 && chosen.length > 1) {
      const names = chosen.map(({ name }) => name).join(", ");
      return { config, refusal: `The configuration has no repository ${repository}. Name one of: ${names}.` };
    }
    chosen = named.length > 0 ? named : chosen.map((only) => ({ ...only, location: repository, token: undefined }));
  }
  if (ref !== undefined && chosen.length > 1) {
    return { config, refusal: "--ref is about one repository: say which with --repo." };
  }
  const repositories = chosen.map((one) => (ref === undefined ? one : { ...one, branch: ref }));
  return {
    config: { ...config, repositories, ...(state === undefined ? {} : { stateDirectory: state }) },
    refusal: "",
  };
}

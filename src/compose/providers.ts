import type { Config, GcpConfig } from "../config.ts";
import type { JsonObject } from "../core/json.ts";
import type { GcpCredentials } from "../providers/gcp/index.ts";
import type { Provider, SecretLookup } from "../providers/provider.ts";
import type { Shell } from "../shell.ts";
import { gcpNames } from "./catalogs.ts";
import { openEdge } from "./edge.ts";
import { readAuthority, readSecret } from "./secrets.ts";

/** What providers read beside their configuration. */
export interface Furnishing {
  readonly catalogs: JsonObject;
  readonly secrets: SecretLookup;
}

type Opening = (shell: Shell, providers: Config["providers"], furnishing: Furnishing) => readonly Promise<Provider>[];

/** The table of providers, in the order of making: the edge goes first, for its presences are needed. A new provider adds a row. */
const table: readonly Opening[] = [
  (shell, { edge }) => edge.map((plane) => openEdge(shell, plane, edge)),
  (shell, { gcp }, furnishing) => (gcp === undefined ? [] : [openGcp(shell, gcp, furnishing)]),
];

/** Loads only the providers that are configured: their clients are what makes a start slow. */
export async function openProviders(
  shell: Shell,
  config: Config,
  furnishing: Furnishing,
): Promise<readonly Provider[]> {
  return await Promise.all(table.flatMap((open) => open(shell, config.providers, furnishing)));
}

async function openGcp(shell: Shell, gcp: GcpConfig, { catalogs, secrets }: Furnishing): Promise<Provider> {
  const { createGcpProvider } = await import("../providers/gcp/index.ts");
  const { certificateAuthority, proxy } = gcp;
  return createGcpProvider({
    name: "gcp",
    ...(gcp.endpoint !== undefined && { endpoint: gcp.endpoint }),
    credentials: await gcpCredentials(shell, gcp.credentials),
    surroundings: { variables: shell.environment, homeDirectory: shell.homeDirectory },
    ...(certificateAuthority !== undefined && { certificateAuthority: await readAuthority(certificateAuthority) }),
    ...(proxy !== undefined && { proxy }),
    locationClass: gcp.locationClass,
    images: gcpNames(catalogs, "images"),
    machineTypes: gcpNames(catalogs, "instance-types"),
    requestsPerMinute: gcp.requestsPerMinute,
    secrets,
  });
}

async function gcpCredentials(shell: Shell, credentials: GcpConfig["credentials"]): Promise<GcpCredentials> {
  if (!("token" in credentials) && !("file" in credentials)) return credentials;
  const { impersonate } = credentials;
  const spoken = impersonate === undefined ? {} : { impersonate };
  if ("file" in credentials) return { kind: credentials.kind, path: credentials.file, ...spoken };
  return { kind: "token", token: await readSecret(credentials.token, shell), ...spoken };
}

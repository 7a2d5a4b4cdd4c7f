import type { Config, GcpConfig } from "../config.ts";
import type { Provider, SecretLookup } from "../providers/provider.ts";
import type { Shell } from "../shell.ts";
import { openEdge } from "./edge.ts";
import { readSecret } from "./secrets.ts";

type Opening = (shell: Shell, providers: Config["providers"], secrets: SecretLookup) => readonly Promise<Provider>[];

/** The table of providers, in the order of making: the edge goes first, for its presences are needed. A new provider adds a row. */
const table: readonly Opening[] = [
  (shell, { edge }) => edge.map((plane) => openEdge(shell, plane, edge)),
  (shell, { gcp }, secrets) => (gcp === undefined ? [] : [openGcp(shell, gcp, secrets)]),
];

/** Loads only the providers that are configured: their clients are what makes a start slow. */
export async function openProviders(shell: Shell, config: Config, secrets: SecretLookup): Promise<readonly Provider[]> {
  return await Promise.all(table.flatMap((open) => open(shell, config.providers, secrets)));
}

async function openGcp(shell: Shell, gcp: GcpConfig, secrets: SecretLookup): Promise<Provider> {
  const { createGcpProvider } = await import("../providers/gcp/index.ts");
  const { credentials } = gcp;
  return createGcpProvider({
    name: "gcp",
    ...(gcp.endpoint !== undefined && { endpoint: gcp.endpoint }),
    credentials:
      credentials.kind === "token"
        ? { kind: "token", token: await readSecret(credentials.token, shell) }
        : credentials.kind === "key-file"
          ? { kind: "key-file", path: credentials.file }
          : credentials,
    locationClass: gcp.locationClass,
    images: gcp.images,
    machineTypes: gcp.machineTypes,
    secrets,
  });
}

import type { EdgeConfig } from "../config.ts";
import type { Hub } from "../providers/edge/hub.ts";
import type { EdgeCredentials, EdgeOptions } from "../providers/edge/index.ts";
import { type Provider, ProviderError } from "../providers/provider.ts";
import type { Shell } from "../shell.ts";
import { readAuthority, readSecret, SecretError } from "./secrets.ts";

/** Opens the hub, where one is configured. */
export async function openHub(shell: Shell, hub: EdgeConfig | undefined): Promise<Hub | undefined> {
  if (hub === undefined) return undefined;
  const { createHub } = await import("../providers/edge/hub.ts");
  const options = await optionsOf(shell, hub);
  return named(hub.name, () => createHub(options, () => new Date().toISOString()));
}

/** Opens one control plane of several; the first one is the default. What its credentials lack is told with its name. */
export async function openEdge(shell: Shell, edge: EdgeConfig, planes: readonly EdgeConfig[]): Promise<Provider> {
  const { createEdgeProvider } = await import("../providers/edge/index.ts");
  const options = await optionsOf(shell, edge);
  return named(edge.name, () => createEdgeProvider({ ...options, controlPlanes: planes.map((plane) => plane.name) }));
}

async function optionsOf(shell: Shell, edge: EdgeConfig): Promise<EdgeOptions> {
  const { name, endpoint = "", project, certificateAuthority, proxy } = edge;
  const { timeoutMs, readyTimeoutMs, kinds, forceConflicts } = edge;
  const authority = certificateAuthority === undefined ? undefined : await readAuthority(certificateAuthority);
  const credentials = await credentialsOf(shell, edge);
  return {
    ...{ name, endpoint, credentials, timeoutMs, kinds, forceConflicts },
    ...(readyTimeoutMs !== undefined && { readyTimeoutMs }),
    ...(project !== undefined && { project }),
    ...(authority !== undefined && { certificateAuthority: authority }),
    ...(proxy !== undefined && { proxy }),
  };
}

/** What cannot be opened is told with its name. */
function named<T>(name: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    throw new SecretError(`${name}: ${error.message}`);
  }
}

/** Secrets in the environment are handed on as text; files are named, so that a rotated one is read again. */
async function credentialsOf(shell: Shell, { credentials }: EdgeConfig): Promise<EdgeCredentials> {
  switch (credentials.kind) {
    case "none":
      return credentials;
    case "token": {
      const token = await readSecret(credentials.token, shell);
      return "file" in credentials.token
        ? { kind: "token-file", path: credentials.token.file }
        : { kind: "token", token };
    }
    case "service-account": {
      const json = await readSecret(credentials.key, shell);
      const { key } = credentials;
      return "file" in key ? { kind: "service-account", path: key.file } : { kind: "service-account", json };
    }
    case "client-certificate": {
      const [certificate, key] = await Promise.all([
        readSecret(credentials.certificate, shell),
        readSecret(credentials.key, shell),
      ]);
      return { kind: "client-certificate", certificate, key };
    }
    case "kubeconfig": {
      const { file: path, context } = credentials;
      return { kind: "kubeconfig", path, ...(context !== undefined && { context }) };
    }
  }
}

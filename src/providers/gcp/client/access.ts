import type { AuthClient } from "google-auth-library";
import { ProviderError } from "../../provider.ts";
import { type Endpoint, type GcpCredentials, isPrivateChannel } from "../options.ts";

const scope = "https://www.googleapis.com/auth/cloud-platform";

/** Gives the headers that say who we are; asks nobody for them before the first call. */
export interface Access {
  headers(url: string): Promise<Readonly<Record<string, string>>>;
}

/** The way of the configured credentials. With `none` no metadata server and no file is ever looked for. */
export function accessFor(credentials: GcpCredentials, endpoint: Endpoint): Access {
  if (credentials.kind === "none") return { headers: async () => ({}) };
  const guarded = (give: (url: string) => Promise<Readonly<Record<string, string>>>): Access => ({
    async headers(url) {
      if (isPrivateChannel(endpoint)) return give(url);
      const message = "Credentials are never sent without TLS to another machine.";
      throw new ProviderError(message, { code: "permission", next: "person" });
    },
  });
  if (credentials.kind === "token") {
    const authorization = `Bearer ${credentials.token}`;
    return guarded(async () => ({ authorization }));
  }
  const keyFile = credentials.kind === "key-file" ? { keyFilename: credentials.path } : {};
  let client: Promise<AuthClient> | undefined;
  return guarded(async (url) => {
    try {
      client ??= discover(keyFile);
      return Object.fromEntries((await (await client).getRequestHeaders(url)).entries());
    } catch (error) {
      client = undefined;
      throw refused(error, credentials.kind);
    }
  });
}

async function discover(keyFile: { keyFilename?: string }): Promise<AuthClient> {
  const { GoogleAuth } = await import("google-auth-library");
  return (await new GoogleAuth({ ...keyFile, scopes: [scope] }).getClient()) as AuthClient;
}

/** The library's own message may quote the key's content, so that only its kind is told. */
function refused(error: unknown, kind: "default" | "key-file"): ProviderError {
  const { code, status, message = "" } = error as { code?: string | number; status?: number; message?: string };
  const offline = typeof code === "string" && /^E(CONN|NOTFOUND|AI_AGAIN|TIMEDOUT|PIPE)/.test(code);
  const server = Number(status ?? code) >= 500;
  if (offline || server) {
    const why = "The token server cannot be reached.";
    return new ProviderError(why, { code: "unavailable", next: "retry", cause: error });
  }
  const missing = message.includes("Could not load the default credentials") || code === "ENOENT";
  const what = kind === "default" ? "Application Default Credentials" : "The service account key";
  const why = missing ? "were not found" : "were refused";
  return new ProviderError(`${what} ${why}.`, { code: "permission", next: "person", cause: error });
}

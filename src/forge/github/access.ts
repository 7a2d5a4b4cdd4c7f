import type { Octokit } from "@octokit/rest";
import type { Json } from "../../core/json.ts";
import type { Clock } from "../../runtime/clock.ts";
import { ForgeError } from "../forge.ts";
import type { GithubCredentials } from "./options.ts";
import { idAt, numberAt, textAt, valueAt } from "./wire.ts";

/** Gives what requests and git are authorised with. */
export interface Access {
  /** A token that is good for some minutes at least. */
  token(): Promise<string>;
  /** Says that the last token was refused; gives whether another may be had. */
  renew(refused: string): Promise<boolean>;
  /** What the installation may do, e.g. `checks` → `write`; undefined for a token, and before the first one was minted. */
  permissions(): Readonly<Record<string, string>> | undefined;
  /** The App as it knows itself; undefined for a token. */
  app(): Promise<Json | undefined>;
}

/** Asks GitHub as the App itself, not as its installation. */
type AskAsApp = (route: string, parameters: Readonly<Record<string, unknown>>) => Promise<Json>;

/** An installation token lives an hour; it is renewed this long before its end. */
const renewAheadMs = 5 * 60_000;

/** A token that stands somewhere; a rotated one is seen when the old one is refused, or at the next reading. */
export function tokenAccess(credentials: Extract<GithubCredentials, { kind: "token" }>): Access {
  return {
    token: () => credentials.token(),
    renew: async (refused) => (await credentials.token()) !== refused,
    permissions: () => undefined,
    app: async () => undefined,
  };
}

/** Tokens of an App's installation: minted when needed, renewed ahead of their end, one at a time. */
export function appAccess(
  credentials: Extract<GithubCredentials, { kind: "app" }>,
  place: { readonly owner: string; readonly repository: string },
  octokit: Octokit,
  clock: Clock,
): Access {
  let current: { token: string; endsAtMs: number; permissions: Readonly<Record<string, string>> } | undefined;
  let installationId = credentials.installationId;
  let minting: Promise<string> | undefined;
  const ask = askingAsApp(credentials, octokit);
  const mint = async (): Promise<string> => {
    installationId ??= await findInstallation(ask, place);
    const route = "POST /app/installations/{installation_id}/access_tokens";
    const answer = await ask(route, { installation_id: installationId, repositories: [place.repository] });
    const token = textAt(answer, "token");
    if (token === "") throw new ForgeError("GitHub minted no token.", { code: "auth", next: "retry" });
    credentials.onToken?.(token);
    const endsAtMs = Date.parse(textAt(answer, "expires_at")) || clock.now().getTime() + 55 * 60_000;
    const permissions = (valueAt(answer, "permissions") ?? {}) as Readonly<Record<string, string>>;
    current = { token, endsAtMs, permissions };
    return token;
  };
  const fresh = (): Promise<string> => {
    minting ??= mint().finally(() => {
      minting = undefined;
    });
    return minting;
  };
  return {
    async token() {
      const leftMs = (current?.endsAtMs ?? 0) - clock.now().getTime();
      return current !== undefined && leftMs > renewAheadMs ? current.token : await fresh();
    },
    async renew(refused) {
      if (current?.token === refused) current = undefined;
      // An App that was installed anew has another installation.
      if (credentials.installationId === undefined) installationId = undefined;
      return true;
    },
    permissions: () => current?.permissions,
    app: () => ask("GET /app", {}),
  };
}

function askingAsApp(credentials: Extract<GithubCredentials, { kind: "app" }>, octokit: Octokit): AskAsApp {
  return async (route, parameters) => {
    const { createAppAuth } = await import("@octokit/auth-app");
    const privateKey = await credentials.privateKey();
    const auth = createAppAuth({
      appId: credentials.appId,
      privateKey,
      request: octokit.request as never,
      log: { debug() {}, info() {}, warn() {}, error() {} } as never,
    });
    try {
      await auth({ type: "app" });
    } catch {
      const message = "The private key of the GitHub App cannot be used: it must be an RSA key in PEM.";
      throw new ForgeError(message, { code: "auth", next: "person" });
    }
    // Its hook signs the request, and signs again with GitHub's own time when this machine's clock is off.
    const { data } = await auth.hook(octokit.request as never, route as never, { ...parameters } as never);
    return data as Json;
  };
}

async function findInstallation(ask: AskAsApp, { owner, repository }: { owner: string; repository: string }) {
  try {
    const found = await ask("GET /repos/{owner}/{repo}/installation", { owner, repo: repository });
    if (idAt(found, "suspended_at") !== "") {
      const message = `The GitHub App's installation on ${owner} is suspended.`;
      throw new ForgeError(message, { code: "auth", next: "person" });
    }
    return numberAt(found, "id");
  } catch (error) {
    if ((error as { status?: unknown }).status !== 404) throw error;
    const message = `The GitHub App is not installed on ${owner}/${repository}: install it there, or let it see the repository.`;
    throw new ForgeError(message, { code: "auth", next: "person" });
  }
}

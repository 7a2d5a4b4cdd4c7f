import { performance } from "node:perf_hooks";
import { ProviderError } from "../../provider.ts";
import { defaultSource, fileSource } from "../credentials/discover.ts";
import { impersonated, type Source, type Token } from "../credentials/grants.ts";
import { metadataSource } from "../credentials/metadata.ts";
import { createWire, type Wire } from "../credentials/wire.ts";
import { endpointOf, isPrivateChannel, neighbourUrl, type Settings } from "../options.ts";
import type { Sending, Transport } from "./transport.ts";

/** Gives the headers that say who we are; asks nobody for them before the first call. */
export interface Access {
  headers(url: string): Promise<Readonly<Record<string, string>>>;
  /** Who calls. Asks for a token, so that what is wrong with the credentials is told here. */
  identity(): Promise<Identity>;
  /** Drops the token in headers that were refused; true when another may be had. */
  forget(headers: Readonly<Record<string, string>>): boolean;
}

/** Who calls: in words, and as IAM writes it (`serviceAccount:x@y`); the latter empty where the credentials do not say. */
export type Identity = Pick<Source, "who" | "member">;

type Asked = Pick<Settings, "credentials" | "endpoint" | "proxy" | "certificateAuthority" | "surroundings">;

const aheadSeconds = 300;
const impersonationSeconds = 3_600;

/** The way of the configured credentials. With `none` no metadata server and no file is ever looked for. */
export function accessFor(settings: Asked): Access {
  const { credentials } = settings;
  if (credentials.kind === "none") {
    const nobody = { who: "nobody", member: "" };
    return { headers: async () => ({}), identity: async () => nobody, forget: () => false };
  }
  const wire = createWire(settings);
  let opened: Promise<Source> | undefined;
  const open = async (): Promise<Source> => {
    opened ??= openSource(settings, wire);
    return await opened.catch((error) => {
      opened = undefined;
      throw error;
    });
  };
  const mint = createMint(async () => {
    try {
      return await (await open()).mint(wire);
    } catch (error) {
      // A key that was replaced in place is read again.
      opened = undefined;
      throw error;
    }
  });
  return {
    async headers(url) {
      if (!isPrivateChannel(endpointOf(new URL(url).origin))) {
        const message = "Credentials are never sent without TLS to another machine.";
        throw new ProviderError(message, { code: "permission", next: "person" });
      }
      const authorization = `Bearer ${await mint.token()}`;
      const { quotaProject } = await open();
      return { authorization, ...(quotaProject === "" ? {} : { "x-goog-user-project": quotaProject }) };
    },
    async identity() {
      await mint.token();
      const { who, member } = await open();
      return { who, member };
    },
    forget({ authorization = "" }) {
      mint.forget(authorization.slice("Bearer ".length));
      return authorization !== "" && credentials.kind !== "token";
    },
  };
}

async function openSource(settings: Asked, wire: Wire): Promise<Source> {
  const { credentials, surroundings } = settings;
  const source = await ownSource(settings, wire);
  const { impersonate } = credentials as { readonly impersonate?: string };
  if (impersonate === undefined) return source;
  const base = neighbourUrl(settings.endpoint, "iamcredentials");
  const url = `${base}/v1/projects/-/serviceAccounts/${impersonate}:generateAccessToken`;
  const quotaProject = source.quotaProject || (surroundings.variables.GOOGLE_CLOUD_QUOTA_PROJECT ?? "");
  return impersonated({ ...source, quotaProject }, { url, delegates: [], lifetimeSeconds: impersonationSeconds });
}

async function ownSource({ credentials, surroundings }: Asked, wire: Wire): Promise<Source> {
  switch (credentials.kind) {
    case "token": {
      const token = { text: credentials.token, lifeSeconds: Number.POSITIVE_INFINITY };
      const who = "the owner of the token in the configuration";
      return { who, member: "", quotaProject: "", mint: async () => token };
    }
    case "key-file":
      return await fileSource(credentials.path, "The service account key", ["service_account"]);
    case "federation":
      return await fileSource(credentials.path, "The federation file", ["external_account"]);
    case "metadata":
      return await metadataSource(surroundings.variables, wire);
    default:
      return await defaultSource(surroundings, wire);
  }
}

interface Mint {
  token(): Promise<string>;
  /** Several calls may have been refused with one token; the one that was fetched since stays. */
  forget(text: string): void;
}

/** Keeps each token until a tenth of its life, at most five minutes, is left; callers share one exchange. */
function createMint(fetch: () => Promise<Token>): Mint {
  let kept: { readonly text: string; readonly renewAtMs: number } | undefined;
  let running: Promise<string> | undefined;
  const renew = async (): Promise<string> => {
    try {
      const startedAtMs = performance.now();
      const { text, lifeSeconds } = await fetch();
      const ahead = Math.min(aheadSeconds, lifeSeconds / 10);
      kept = { text, renewAtMs: startedAtMs + (lifeSeconds - ahead) * 1_000 };
      return text;
    } finally {
      running = undefined;
    }
  };
  return {
    async token() {
      if (kept !== undefined && performance.now() < kept.renewAtMs) return kept.text;
      running ??= renew();
      return await running;
    },
    forget(text) {
      if (kept?.text === text) kept = undefined;
    },
  };
}

/** Sends with the credentials' headers. A token that was withdrawn before its time is fetched anew, once. */
export async function sendAs(
  access: Access,
  transport: Transport,
  sending: Sending,
  signal: AbortSignal,
): Promise<Buffer> {
  const given = await access.headers(sending.url);
  try {
    return await transport.send({ ...sending, headers: { ...sending.headers, ...given } }, signal);
  } catch (error) {
    const refused = error instanceof ProviderError && (error.cause as { status?: number } | undefined)?.status === 401;
    if (!refused || !access.forget(given)) throw error;
    const fresh = await access.headers(sending.url);
    return await transport.send({ ...sending, headers: { ...sending.headers, ...fresh } }, signal);
  }
}

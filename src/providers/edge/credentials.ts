import { readFile } from "node:fs/promises";
import type { Dispatcher } from "undici";
import { ProviderError } from "../provider.ts";
import { readKubeconfig } from "./kubeconfig.ts";
import type { EdgeCredentials, EdgeOptions } from "./options.ts";
import { createMint, readServiceAccount } from "./service-account.ts";

/** What a request needs to be let in. */
export interface Access {
  /** Base URL that the credentials name themselves; empty when they name none. */
  readonly endpoint: string;
  /** Value of the authorization header; undefined when none is sent. */
  authorization(dispatcher: Dispatcher, signal: AbortSignal): Promise<string | undefined>;
  /** Forgets what was refused; true when asking again may give something new. */
  renew(): boolean;
  readonly certificate: { readonly certificate: string; readonly key: string } | undefined;
  readonly certificateAuthority: string | undefined;
}

const maxFileBytes = 256 * 1024;
const tokenFileLifeMs = 60_000;

/** Makes the access that the credentials describe. Throws ProviderError when they can never work. */
export function openAccess(options: Pick<EdgeOptions, "credentials">): Access {
  return accessFor(options.credentials);
}

function accessFor(credentials: EdgeCredentials): Access {
  switch (credentials.kind) {
    case "none":
      return fixedAccess({});
    case "token":
      return fixedAccess({ token: credentials.token });
    case "token-file":
      return fileAccess(credentials.path);
    case "client-certificate":
      return fixedAccess({ certificate: credentials });
    case "service-account":
      return accountAccess(credentials);
    case "kubeconfig": {
      const { token, tokenFile, ...rest } = readKubeconfig(credentials);
      return tokenFile === undefined ? fixedAccess({ token, ...rest }) : { ...fileAccess(tokenFile), ...rest };
    }
  }
}

interface Fixed {
  readonly token?: string | undefined;
  readonly endpoint?: string;
  readonly certificate?: Access["certificate"];
  readonly certificateAuthority?: string | undefined;
}

function fixedAccess({ token, endpoint = "", certificate, certificateAuthority }: Fixed): Access {
  const header = token === undefined ? undefined : `Bearer ${token.trim()}`;
  return { endpoint, authorization: async () => header, renew: () => false, certificate, certificateAuthority };
}

/** A mounted token is rotated by replacing its file, so it is read again every minute and after a refusal. */
function fileAccess(path: string): Access {
  let kept: { readonly header: string; readonly untilMs: number } | undefined;
  return {
    ...fixedAccess({}),
    authorization: async () => {
      if (kept === undefined || performance.now() >= kept.untilMs) {
        const header = `Bearer ${(await readSecretFile(path)).trim()}`;
        kept = { header, untilMs: performance.now() + tokenFileLifeMs };
      }
      return kept.header;
    },
    renew: () => {
      const had = kept !== undefined;
      kept = undefined;
      return had;
    },
  };
}

function accountAccess(credentials: Extract<EdgeCredentials, { kind: "service-account" }>): Access {
  const { json, path = "" } = credentials;
  const load = async () => readServiceAccount(json ?? (await readSecretFile(path)));
  const mint = createMint(load);
  return {
    ...fixedAccess({}),
    endpoint: json === undefined ? "" : readServiceAccount(json).apiEndpoint,
    authorization: async (dispatcher, signal) => `Bearer ${await mint.token(dispatcher, signal)}`,
    renew: mint.forget,
  };
}

async function readSecretFile(path: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    const message = `The credentials file ${path} cannot be read (${(cause as NodeJS.ErrnoException).code ?? "unknown"}).`;
    throw new ProviderError(message, { code: "unauthenticated", next: "person" });
  }
  if (text.length <= maxFileBytes && text.trim() !== "") return text;
  const why = text.trim() === "" ? "is empty" : "is too large";
  throw new ProviderError(`The credentials file ${path} ${why}.`, { code: "unauthenticated", next: "person" });
}

import { readFileSync } from "node:fs";
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
  /** Project that the credentials name together with the endpoint. */
  readonly project: string | undefined;
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
export function openAccess(options: Pick<EdgeOptions, "credentials" | "endpoint">): Access {
  return accessFor(options.credentials, options.endpoint === "");
}

function accessFor(credentials: EdgeCredentials, isUnnamed: boolean): Access {
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
      return accountAccess(credentials, isUnnamed);
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
  const authorization = async () => header;
  return { endpoint, project: undefined, authorization, renew: () => false, certificate, certificateAuthority };
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

/** The key is read again for each exchange; where nothing else names the server it is read at once, for the key does. */
function accountAccess(credentials: Extract<EdgeCredentials, { kind: "service-account" }>, isUnnamed: boolean): Access {
  const { json, path = "" } = credentials;
  const mint = createMint(async () => readServiceAccount(json ?? (await readSecretFile(path))));
  const named = isUnnamed ? readServiceAccount(json ?? readSecretFileNow(path)) : undefined;
  return {
    ...fixedAccess({}),
    endpoint: named?.apiEndpoint ?? "",
    project: named?.projectId,
    authorization: async (dispatcher, signal) => `Bearer ${await mint.token(dispatcher, signal)}`,
    renew: mint.forget,
  };
}

async function readSecretFile(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch((error) => {
    throw unreadable(path, error);
  });
  return checkedText(path, text);
}

function readSecretFileNow(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw unreadable(path, error);
  }
  return checkedText(path, text);
}

function unreadable(path: string, cause: unknown): ProviderError {
  return unusable(
    `The credentials file ${path} cannot be read (${(cause as NodeJS.ErrnoException).code ?? "unknown"}).`,
  );
}

function checkedText(path: string, text: string): string {
  if (text.length <= maxFileBytes && text.trim() !== "") return text;
  throw unusable(`The credentials file ${path} ${text.trim() === "" ? "is empty" : "is too large"}.`);
}

function unusable(message: string): ProviderError {
  return new ProviderError(message, { code: "unauthenticated", next: "person" });
}

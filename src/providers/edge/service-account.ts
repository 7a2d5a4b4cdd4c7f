import { createPrivateKey, type KeyObject, randomUUID, sign } from "node:crypto";
import { type Dispatcher, request } from "undici";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import { ProviderError } from "../provider.ts";
import { unreachable } from "./failure.ts";
import { textOf } from "./object.ts";
import { isPrivateChannel } from "./options.ts";

/** A Datum service-account key after checking. */
export interface ServiceAccount {
  readonly clientId: string;
  readonly keyId: string;
  readonly key: KeyObject;
  readonly tokenUri: string;
  readonly scope: string;
  /** As the key names it, else the API host beside the token's. */
  readonly apiEndpoint: string;
  readonly projectId: string | undefined;
}

const defaultTokenUri = "https://auth.datum.net/oauth/v2/token";
const defaultScope = "openid profile email offline_access";
const assertionLifeSeconds = 60;
const maxAnswerBytes = 256 * 1024;
const requestTimeoutMs = 20_000;

/** Reads a key from JSON text, raw or in base64. Throws ProviderError without ever quoting it. */
export function readServiceAccount(text: string): ServiceAccount {
  const value = parseKey(text.trim());
  const required = ["client_id", "private_key_id", "private_key"] as const;
  const missing = required.filter((field) => textOf(value, field) === "");
  if (textOf(value, "type") !== "datum_service_account") throw unusable('its type is not "datum_service_account"');
  if (missing.length > 0) throw unusable(`${missing.join(", ")} is missing`);
  const tokenUri = textOf(value, "token_uri") || defaultTokenUri;
  if (!URL.canParse(tokenUri) || !isPrivateChannel(new URL(tokenUri).origin)) {
    throw unusable("its token_uri is not an https URL");
  }
  return {
    clientId: textOf(value, "client_id"),
    keyId: textOf(value, "private_key_id"),
    key: readKey(textOf(value, "private_key")),
    tokenUri,
    scope: textOf(value, "scope") || defaultScope,
    apiEndpoint: textOf(value, "api_endpoint") || apiBeside(tokenUri),
    projectId: textOf(value, "project_id") || undefined,
  };
}

/** `https://auth.datum.net/…` gives out tokens for `https://api.datum.net`. */
function apiBeside(tokenUri: string): string {
  const { protocol, host } = new URL(tokenUri);
  return host.startsWith("auth.") ? `${protocol}//api.${host.slice("auth.".length)}` : "";
}

function parseKey(text: string): JsonObject {
  const raw = text.startsWith("{") ? text : Buffer.from(text, "base64").toString("utf8");
  try {
    const value = JSON.parse(raw) as Json;
    if (isObject(value)) return value;
  } catch {
    // The parser's message quotes its input, which is a secret here.
  }
  throw unusable("it is not a JSON object");
}

function readKey(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === "rsa") return key;
  } catch {
    // As above: the message may quote the key.
  }
  throw unusable("its private_key is not an RSA key in PEM");
}

function unusable(why: string): ProviderError {
  return new ProviderError(`The service-account key cannot be used: ${why}.`, {
    code: "unauthenticated",
    next: "person",
  });
}

/** Exchanges a key for tokens and keeps each one until it is about to expire. */
export interface Mint {
  token(dispatcher: Dispatcher, signal: AbortSignal): Promise<string>;
  /** Drops the kept token; true when there was one. */
  forget(): boolean;
}

interface Token {
  readonly text: string;
  readonly renewAtMs: number;
}

/** Makes a mint. A token is renewed when a tenth of its life, at most five minutes, is left. */
export function createMint(load: () => Promise<ServiceAccount>): Mint {
  let kept: Promise<Token> | undefined;
  let known: Token | undefined;
  const mintNew = (dispatcher: Dispatcher): Promise<Token> => {
    // Callers share one exchange, so it must not die with the first of them: it has a deadline of its own.
    const minted = load().then((account) => exchange(account, dispatcher));
    kept = minted;
    minted.then(
      (token) => {
        known = token;
      },
      () => {
        if (kept === minted) kept = undefined;
      },
    );
    return minted;
  };
  return {
    token: async (dispatcher, signal) => {
      const stale = known !== undefined && performance.now() >= known.renewAtMs;
      if (stale) {
        known = undefined;
        kept = undefined;
      }
      const token = await (kept ?? mintNew(dispatcher));
      signal.throwIfAborted();
      return token.text;
    },
    forget: () => {
      const had = known !== undefined;
      known = undefined;
      kept = undefined;
      return had;
    },
  };
}

async function exchange(account: ServiceAccount, dispatcher: Dispatcher): Promise<Token> {
  const startedAtMs = performance.now();
  const form = new URLSearchParams({
    grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
    assertion: assertionOf(account, Math.floor(Date.now() / 1_000)),
    scope: account.scope,
  });
  const { statusCode, text } = await post(account.tokenUri, form.toString(), dispatcher);
  if (statusCode >= 500 || statusCode === 429) {
    const message = `The token endpoint answered ${statusCode}.`;
    throw new ProviderError(message, { code: "unavailable", next: "retry" });
  }
  const body = statusCode === 200 ? parseAnswer(text) : undefined;
  const token = textOf(body, "access_token");
  if (token === "") {
    const message = `The token endpoint refused the service-account key ${account.keyId} (${statusCode}).`;
    throw new ProviderError(message, { code: "unauthenticated", next: "person" });
  }
  const lifeSeconds = typeof body?.expires_in === "number" ? body.expires_in : 3_600;
  const aheadSeconds = Math.min(300, lifeSeconds / 10);
  return { text: token, renewAtMs: startedAtMs + (lifeSeconds - aheadSeconds) * 1_000 };
}

function assertionOf(account: ServiceAccount, nowSeconds: number): string {
  const header = { alg: "RS256", typ: "JWT", kid: account.keyId };
  const claims = {
    iss: account.clientId,
    sub: account.clientId,
    aud: new URL(account.tokenUri).origin,
    jti: randomUUID(),
    iat: nowSeconds,
    exp: nowSeconds + assertionLifeSeconds,
  };
  const encode = (value: JsonObject) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${sign("sha256", Buffer.from(signed), account.key).toString("base64url")}`;
}

async function post(uri: string, form: string, dispatcher: Dispatcher): Promise<{ statusCode: number; text: string }> {
  try {
    const response = await request(uri, {
      dispatcher,
      method: "POST",
      signal: AbortSignal.timeout(requestTimeoutMs),
      headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
      body: form,
    });
    let text = "";
    for await (const chunk of response.body) {
      text += String(chunk);
      if (text.length > maxAnswerBytes)
        throw Object.assign(new Error("too large"), { code: "the answer is too large" });
    }
    return { statusCode: response.statusCode, text };
  } catch (error) {
    throw unreachable(error, "fetch a token", "");
  }
}

function parseAnswer(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

import { createPublicKey, randomBytes, verify } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";

/** An account as the token endpoint knows it. */
export interface ServiceAccount {
  readonly clientId: string;
  readonly keyId: string;
  /** PEM. */
  readonly publicKey: string;
  /** How long its tokens live; an hour when absent. */
  readonly tokenLifeSeconds?: number;
}

/** Hands out bearer tokens and knows which are good. */
export interface TokenIssuer {
  allows(authorization: string | undefined): boolean;
  serve(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

const grantType = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const maxFormBytes = 64 * 1024;

/** Makes an issuer; with neither tokens nor accounts everybody is let in. */
export function createTokenIssuer(
  tokens: readonly string[] | undefined,
  accounts: readonly ServiceAccount[] | undefined,
  nowMs: () => number,
): TokenIssuer {
  const open = tokens === undefined && accounts === undefined;
  const issued = new Map<string, number>((tokens ?? []).map((token) => [token, Number.POSITIVE_INFINITY]));
  const usedIds = new Set<string>();
  return {
    allows: (authorization) => {
      if (open) return true;
      const token = /^Bearer (.+)$/.exec(authorization ?? "")?.[1] ?? "";
      return (issued.get(token) ?? 0) > nowMs();
    },
    serve: async (request, response) => {
      const form = new URLSearchParams(await readForm(request));
      const account = accountOf(form, accounts ?? [], nowMs(), usedIds);
      const code = account === undefined ? 400 : 200;
      let body: JsonObject = { error: "invalid_grant", error_description: "the assertion is not acceptable" };
      if (account !== undefined) {
        const token = randomBytes(24).toString("base64url");
        const expires = account.tokenLifeSeconds ?? 3_600;
        issued.set(token, nowMs() + expires * 1_000);
        body = { access_token: token, token_type: "Bearer", expires_in: expires };
      }
      response.writeHead(code, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    },
  };
}

function accountOf(
  form: URLSearchParams,
  accounts: readonly ServiceAccount[],
  nowMs: number,
  usedIds: Set<string>,
): ServiceAccount | undefined {
  const [header, payload, signature, ...more] = (form.get("assertion") ?? "").split(".");
  if (form.get("grant_type") !== grantType || signature === undefined || more.length > 0) return undefined;
  const head = decode(header);
  const claims = decode(payload);
  const account = accounts.find(({ clientId, keyId }) => clientId === claims.iss && keyId === head.kid);
  if (account === undefined || head.alg !== "RS256" || claims.sub !== account.clientId) return undefined;
  const seconds = nowMs / 1_000;
  const fresh = Number(claims.iat) <= seconds + 5 && Number(claims.exp) > seconds && Number(claims.exp) < seconds + 300;
  const id = String(claims.jti ?? "");
  const aud = String(claims.aud ?? "");
  if (!fresh || id === "" || usedIds.has(id) || !/^https?:\/\/[^/]+$/.test(aud)) return undefined;
  usedIds.add(id);
  const key = createPublicKey(account.publicKey);
  const good = verify("sha256", Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, "base64url"));
  return good ? account : undefined;
}

function decode(part: string | undefined): JsonObject {
  try {
    const value = JSON.parse(Buffer.from(part ?? "", "base64url").toString("utf8")) as Json;
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

async function readForm(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > maxFormBytes) return "";
  }
  return text;
}

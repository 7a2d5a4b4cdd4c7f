import { verify } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { isObject } from "../../core/json.ts";
import { Refusal } from "./answer.ts";
import type { AppRecord, State, Token } from "./state.ts";

/** Who stands behind a request. */
export interface Access {
  readonly token: Token | undefined;
  readonly app: AppRecord | undefined;
}

/** GitHub lets a clock run this far ahead. */
const longestLifeSeconds = 10 * 60;

/** Reads the authorization header: a token as Bearer, `token` or Basic password, or a JSON web token of an app. */
export function accessOf(state: State, headers: IncomingHttpHeaders, nowIso: string): Access {
  const given = headers.authorization;
  if (given === undefined || given === "") return { token: undefined, app: undefined };
  const secret = secretOf(given);
  if (secret.split(".").length === 3) return { token: undefined, app: appOf(state, secret, nowIso) };
  const token = state.get("tokens", secret);
  if (token === undefined || (token.expiresAt !== undefined && token.expiresAt < nowIso))
    throw new Refusal(401, "Bad credentials");
  return { token, app: undefined };
}

function secretOf(header: string): string {
  const [scheme = "", ...rest] = header.split(" ");
  const value = rest.join(" ").trim();
  if (scheme.toLowerCase() !== "basic") return value;
  const [user = "", password = ""] = splitOnce(Buffer.from(value, "base64").toString(), ":");
  return password === "" || password === "x-oauth-basic" ? user : password;
}

function splitOnce(text: string, mark: string): readonly string[] {
  const place = text.indexOf(mark);
  return place === -1 ? [text] : [text.slice(0, place), text.slice(place + 1)];
}

function appOf(state: State, jwt: string, nowIso: string): AppRecord {
  const refuse = (message: string): never => {
    throw new Refusal(401, message);
  };
  const [head = "", body = "", signature = ""] = jwt.split(".");
  const claims = parsed(body);
  const header = parsed(head);
  const app = state.get("apps", String(claims.iss ?? ""));
  if (app === undefined || header.alg !== "RS256") return refuse("A JSON web token could not be decoded");
  const isGenuine = verify(
    "sha256",
    Buffer.from(`${head}.${body}`),
    app.publicKey,
    Buffer.from(signature, "base64url"),
  );
  if (!isGenuine) return refuse("A JSON web token could not be decoded");
  const nowSeconds = Date.parse(nowIso) / 1000;
  const [issued, expires] = [Number(claims.iat), Number(claims.exp)];
  if (!(issued <= nowSeconds + 1))
    return refuse("'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued");
  if (!(expires > nowSeconds))
    return refuse(
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  if (expires - nowSeconds > longestLifeSeconds)
    return refuse("'Expiration time' claim ('exp') is too far in the future");
  return app;
}

function parsed(part: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

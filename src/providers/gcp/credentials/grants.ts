import { randomUUID, sign } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { JsonObject } from "../../../core/json.ts";
import { ProviderError } from "../../provider.ts";
import { textAt } from "../boot/template.ts";
import { accountOf, type Document, type Impersonation, type Subject } from "./document.ts";
import { refusedToken } from "./refusal.ts";
import type { Wire } from "./wire.ts";

/** An access token and how long it is good for. */
export interface Token {
  readonly text: string;
  readonly lifeSeconds: number;
}

/** Where tokens come from, and in whose name. */
export interface Source {
  /** Who calls, in words: `service account x@y.iam.gserviceaccount.com`. */
  readonly who: string;
  /** The same as IAM writes it: `serviceAccount:x@y`; empty where the credentials do not say. */
  readonly member: string;
  /** Project that is billed for the calls of a person; empty: none is named. */
  readonly quotaProject: string;
  mint(wire: Wire): Promise<Token>;
}

const scope = "https://www.googleapis.com/auth/cloud-platform";
const assertionLifeSeconds = 3_600;
const maxSubjectCharacters = 65_536;
const exchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange";
const accessTokenType = "urn:ietf:params:oauth:token-type:access_token";

/** The source that a credentials file describes. */
export function sourceOf(document: Document, label: string, quotaProject: string): Source {
  const shared = { quotaProject };
  switch (document.type) {
    case "service_account":
      return {
        ...{ ...shared, who: `service account ${document.email}`, member: `serviceAccount:${document.email}` },
        mint: (wire) => mintSigned(wire, document, label),
      };
    case "authorized_user":
      return {
        ...shared,
        who: "a person who logged in",
        member: "",
        mint: (wire) => mintRefreshed(wire, document, label),
      };
    case "external_account": {
      const outside: Source = {
        ...shared,
        who: `a federated identity of ${document.audience.replace(/^\/\/[^/]+\//, "")}`,
        member: "",
        mint: (wire) => mintFederated(wire, document, label),
      };
      return document.impersonation === undefined ? outside : impersonated(outside, document.impersonation);
    }
    case "impersonated_service_account":
      return impersonated(sourceOf(document.source, label, quotaProject), document.impersonation);
  }
}

type Of<T extends Document["type"]> = Extract<Document, { readonly type: T }>;

async function mintSigned(wire: Wire, account: Of<"service_account">, label: string): Promise<Token> {
  const now = Math.floor(Date.now() / 1_000);
  const header = { alg: "RS256", typ: "JWT", ...(account.keyId === "" ? {} : { kid: account.keyId }) };
  const claims = {
    ...{ iss: account.email, sub: account.email, aud: account.tokenUri, scope, jti: randomUUID() },
    ...{ iat: now, exp: now + assertionLifeSeconds },
  };
  const encode = (value: JsonObject): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${encode(header)}.${encode(claims)}`;
  const assertion = `${text}.${sign("sha256", Buffer.from(text), account.key).toString("base64url")}`;
  const form = { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion };
  const mend = `Make another key: gcloud iam service-accounts keys create KEY.json --iam-account ${account.email}`;
  return await tokenFor(wire, { url: account.tokenUri, form, label, mend, secrets: [assertion] });
}

async function mintRefreshed(wire: Wire, user: Of<"authorized_user">, label: string): Promise<Token> {
  const { clientId: client_id, clientSecret: client_secret, refreshToken: refresh_token } = user;
  const form = { grant_type: "refresh_token", client_id, client_secret, refresh_token };
  const mend = "Log in again: gcloud auth application-default login";
  return await tokenFor(wire, { url: user.tokenUri, form, label, mend, secrets: [client_secret, refresh_token] });
}

async function mintFederated(wire: Wire, outside: Of<"external_account">, label: string): Promise<Token> {
  const subject = await subjectToken(wire, outside.subject, label);
  const { clientId, clientSecret, workforceProject } = outside;
  const basic = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString("base64");
  const form = {
    ...{ grant_type: exchangeGrant, requested_token_type: accessTokenType, audience: outside.audience, scope },
    ...{ subject_token: subject, subject_token_type: outside.subjectTokenType },
    ...(clientId === "" && workforceProject !== ""
      ? { options: JSON.stringify({ userProject: workforceProject }) }
      : {}),
  };
  const headers = clientId === "" ? {} : { authorization: `Basic ${basic}` };
  const mend =
    "Compare the audience, issuer, conditions and attribute mapping of the workload identity pool's provider";
  return await tokenFor(wire, { url: outside.tokenUri, form, headers, label, mend, secrets: [subject, basic] });
}

/** The outside identity's own token, asked for anew each time: it is short-lived and rotated in place. */
async function subjectToken(wire: Wire, { from, field }: Subject, label: string): Promise<string> {
  let text: string;
  let place: string;
  if ("file" in from) {
    place = `the file ${from.file}`;
    text = await readFile(from.file, "utf8").catch((error: NodeJS.ErrnoException) => {
      throw faulty(`${label}: its token file ${from.file} cannot be read (${error.code ?? "unknown"}).`);
    });
  } else {
    place = new URL(from.url).origin;
    const { hostname } = new URL(from.url);
    const isNear = hostname.startsWith("169.254.") || hostname === "localhost" || hostname === "127.0.0.1";
    const asked = `the identity provider ${place}`;
    const answer = await wire.ask({ method: "GET", url: from.url, headers: from.headers, isNear, asked });
    if (answer.status >= 500) throw busy(`The identity provider ${place} answered ${answer.status}.`);
    if (answer.status !== 200) throw faulty(`${label}: the identity provider ${place} answered ${answer.status}.`);
    text = answer.text;
  }
  const token = (field === undefined ? text : fieldOf(text, field)).trim();
  if (token !== "" && token.length <= maxSubjectCharacters) return token;
  throw faulty(`${label}: ${place} gave no token${field === undefined ? "" : ` under ${field}`}.`);
}

function fieldOf(text: string, field: string): string {
  try {
    return textAt(JSON.parse(text), field);
  } catch {
    return "";
  }
}

/** Speaks for another service account with the tokens of the first source. */
export function impersonated(source: Source, { url, delegates, lifetimeSeconds }: Impersonation): Source {
  const account = accountOf(url) || "another account";
  return {
    who: `service account ${account}, spoken for by ${source.who}`,
    member: `serviceAccount:${account}`,
    quotaProject: source.quotaProject,
    async mint(wire) {
      const own = await source.mint(wire);
      const json: JsonObject = {
        ...{ scope: [scope], lifetime: `${lifetimeSeconds}s` },
        ...(delegates.length === 0 ? {} : { delegates: [...delegates] }),
      };
      const headers = {
        authorization: `Bearer ${own.text}`,
        ...(source.quotaProject === "" ? {} : { "x-goog-user-project": source.quotaProject }),
      };
      const asked = `the IAM server ${new URL(url).host}`;
      const answer = await wire.ask({ method: "POST", url, headers, json, asked });
      const text = textAt(answer.json, "accessToken");
      if (answer.status === 200 && text !== "") {
        const endMs = Date.parse(textAt(answer.json, "expireTime"));
        // A clock that goes wrong must not make every token look old: what was asked for is the other measure.
        const lifeSeconds = Math.max(60, Math.min((endMs - Date.now()) / 1_000 || lifetimeSeconds, lifetimeSeconds));
        return { text, lifeSeconds };
      }
      const binding = `add-iam-policy-binding ${account} --member=${source.member || "MEMBER"}`;
      const grant = `gcloud iam service-accounts ${binding}`;
      const mend = `Let the caller speak for it: ${grant} --role=roles/iam.serviceAccountTokenCreator`;
      throw refusedToken(answer, { label: `Impersonation of ${account}`, asked, mend, secrets: [own.text] });
    },
  };
}

interface Asking {
  readonly url: string;
  readonly form: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly label: string;
  readonly mend: string;
  readonly secrets: readonly string[];
}

async function tokenFor(wire: Wire, { url, form, headers = {}, label, mend, secrets }: Asking): Promise<Token> {
  const asked = `the token server ${new URL(url).host}`;
  const answer = await wire.ask({ method: "POST", url, form, headers, asked });
  const text = textAt(answer.json, "access_token");
  if (answer.status === 200 && text !== "") return { text, lifeSeconds: Number(answer.json.expires_in) || 3_600 };
  throw refusedToken(answer, { label, asked, mend, secrets });
}

function faulty(message: string): ProviderError {
  return new ProviderError(message, { code: "unauthenticated", next: "person" });
}

function busy(message: string): ProviderError {
  return new ProviderError(message, { code: "unavailable", next: "retry" });
}

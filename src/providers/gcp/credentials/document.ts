import type { KeyObject } from "node:crypto";
import { createPrivateKey } from "node:crypto";
import { isObject, type JsonObject } from "../../../core/json.ts";
import { ProviderError } from "../../provider.ts";
import { objectAt, textAt, textsAt } from "../boot/template.ts";

/** A credentials file of one of Google's published forms, read and understood. */
export type Document =
  | {
      readonly type: "service_account";
      readonly email: string;
      readonly key: KeyObject;
      readonly keyId: string;
      readonly tokenUri: string;
    }
  | ({ readonly type: "authorized_user"; readonly tokenUri: string; readonly refreshToken: string } & Client)
  | ({ readonly type: "external_account"; readonly workforceProject: string } & Federation & Client)
  | {
      readonly type: "impersonated_service_account";
      readonly source: Document;
      readonly impersonation: Impersonation;
    };

interface Client {
  readonly clientId: string;
  readonly clientSecret: string;
}

interface Federation {
  readonly audience: string;
  readonly subjectTokenType: string;
  readonly tokenUri: string;
  readonly subject: Subject;
  readonly impersonation: Impersonation | undefined;
}

/** Where the outside identity's own token is found. */
export interface Subject {
  readonly from:
    | { readonly file: string }
    | { readonly url: string; readonly headers: Readonly<Record<string, string>> };
  /** Field of a JSON answer that holds the token; undefined: the whole text is the token. */
  readonly field: string | undefined;
}

/** A service account that is spoken for. */
export interface Impersonation {
  readonly url: string;
  readonly delegates: readonly string[];
  readonly lifetimeSeconds: number;
}

const googleTokenUri = "https://oauth2.googleapis.com/token";
const stsTokenUri = "https://sts.googleapis.com/v1/token";
const lifetimeSeconds = 3_600;
const sourceDepth = 3;

/** Reads a credentials file's text. Throws ProviderError with what is wrong and what would be right; contents are never quoted. */
export function readDocument(text: string, place: string, depth = 0): Document {
  const fault = (why: string): ProviderError =>
    new ProviderError(`${place}: ${why}`, { code: "unauthenticated", next: "person" });
  const json = parse(text, fault);
  const need = (name: string): string => {
    const value = textAt(json, name);
    if (value === "") throw fault(`it has no ${name}. Download the file again.`);
    return value;
  };
  const type = textAt(json, "type");
  switch (type) {
    case "service_account":
      return {
        ...{ type, email: need("client_email"), key: readKey(need("private_key"), fault) },
        ...{
          keyId: textAt(json, "private_key_id"),
          tokenUri: secure(textAt(json, "token_uri") || googleTokenUri, fault),
        },
      };
    case "authorized_user":
      return {
        ...{
          type,
          clientId: need("client_id"),
          clientSecret: need("client_secret"),
          refreshToken: need("refresh_token"),
        },
        tokenUri: secure(textAt(json, "token_uri") || googleTokenUri, fault),
      };
    case "external_account_authorized_user":
      return {
        ...{ type: "authorized_user", clientId: need("client_id"), clientSecret: need("client_secret") },
        ...{ refreshToken: need("refresh_token"), tokenUri: secure(need("token_url"), fault) },
      };
    case "external_account":
      return {
        ...{ type, audience: need("audience"), subjectTokenType: need("subject_token_type") },
        tokenUri: secure(textAt(json, "token_url") || stsTokenUri, fault),
        subject: subjectOf(objectAt(json, "credential_source"), fault),
        impersonation: impersonationOf(json, fault),
        ...{ clientId: textAt(json, "client_id"), clientSecret: textAt(json, "client_secret") },
        workforceProject: textAt(json, "workforce_pool_user_project"),
      };
    case "impersonated_service_account": {
      const impersonation = impersonationOf(json, fault);
      if (impersonation === undefined) throw fault("it has no service_account_impersonation_url.");
      if (depth >= sourceDepth) throw fault("its source_credentials are nested too deeply.");
      const source = readDocument(JSON.stringify(objectAt(json, "source_credentials")), place, depth + 1);
      return { type, source, impersonation };
    }
    default: {
      const known = "service_account, authorized_user, external_account or impersonated_service_account";
      throw fault(`it is no credentials file: its type is not ${known}.`);
    }
  }
}

type Fault = (why: string) => ProviderError;

function parse(text: string, fault: Fault): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // The parser's message quotes its input, which is a secret here.
  }
  throw fault("it is not JSON. Google's key files are; a PEM or P12 file is of no use.");
}

function readKey(pem: string, fault: Fault): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === "rsa") return key;
  } catch {
    // As above: the message may quote the key.
  }
  throw fault("its private_key is no RSA key in PEM. Make another key for the service account.");
}

/** Secrets travel over TLS, or to this machine. */
function secure(text: string, fault: Fault): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isHere = url?.protocol === "http:" && /^(127\.[\d.]+|localhost|\[::1\])$/.test(url.hostname);
  if (url?.protocol === "https:" || isHere) return text;
  throw fault("a URL in it does not begin with https.");
}

const unsupported: Readonly<Record<string, string>> = {
  executable: "it wants a program to be run (credential_source.executable), and Plumbline runs none",
  environment_id: "it takes its token from AWS (credential_source.environment_id), which is not supported",
  certificate: "it signs with a client certificate (credential_source.certificate), which is not supported",
};

function subjectOf(source: JsonObject, fault: Fault): Subject {
  for (const [field, why] of Object.entries(unsupported)) {
    if (source[field] === undefined) continue;
    throw fault(`${why}. Make the file with --credential-source-file or --credential-source-url instead.`);
  }
  const format = objectAt(source, "format");
  const isJson = textAt(format, "type") === "json";
  const field = textAt(format, "subject_token_field_name");
  if (isJson && field === "") throw fault("its credential_source.format has no subject_token_field_name.");
  const shared = { field: isJson ? field : undefined };
  const file = textAt(source, "file");
  if (file !== "") return { from: { file }, ...shared };
  const url = textAt(source, "url");
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) throw fault("its credential_source has neither file nor url.");
  const headers = Object.entries(objectAt(source, "headers")).map(([name, value]) => [name, String(value)] as const);
  return { from: { url, headers: Object.fromEntries(headers) }, ...shared };
}

function impersonationOf(json: JsonObject, fault: Fault): Impersonation | undefined {
  const url = textAt(json, "service_account_impersonation_url");
  if (url === "") return undefined;
  const seconds = objectAt(json, "service_account_impersonation").token_lifetime_seconds;
  const life = typeof seconds === "number" && seconds > 0 ? seconds : lifetimeSeconds;
  return { url: secure(url, fault), delegates: textsAt(json, "delegates"), lifetimeSeconds: life };
}

/** The service account at the end of an impersonation URL; empty when it names none. */
export function accountOf(url: string): string {
  return /serviceAccounts\/([^/:]+):generateAccessToken$/.exec(url)?.[1] ?? "";
}

import { rootCertificates } from "node:tls";
import { Agent, type Dispatcher, ProxyAgent, request } from "undici";
import { isObject, type JsonObject } from "../../../core/json.ts";
import { ProviderError } from "../../provider.ts";

/** How the outside is reached: through a proxy, with a private certificate authority, or plainly. */
export interface Road {
  /** URL of an HTTP proxy. */
  readonly proxy: string | undefined;
  /** PEM of a private certificate authority, trusted beside the public ones. */
  readonly certificateAuthority: string | undefined;
}

/** An answer of a token server. */
export interface TokenAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
  /** The text as an object; empty when it is none. */
  readonly json: JsonObject;
}

/** One request for a token, or for what is exchanged for one. */
export interface TokenRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: JsonObject;
  /** Whether it is one hop away, where no proxy leads. */
  readonly isNear?: boolean;
  /** Who is asked, in messages: `the token server oauth2.googleapis.com`. */
  readonly asked: string;
}

/** Asks token servers. What cannot be reached is an error worth trying again; a refusal is an answer. */
export interface Wire {
  ask(asking: TokenRequest): Promise<TokenAnswer>;
}

const maxAnswerCharacters = 1_048_576;
const timeoutMs = 20_000;
/** The metadata server of a cloud is one hop away, or it is not there. */
const nearbyTimeoutMs = 5_000;

/** Makes the connections that follow the road. */
export function agentOf(road: Road, shared: Agent.Options, connectTimeoutMs: number): Dispatcher {
  const tls = road.certificateAuthority === undefined ? {} : { ca: [...rootCertificates, road.certificateAuthority] };
  if (road.proxy === undefined) return new Agent({ ...shared, connect: { ...tls, timeout: connectTimeoutMs } });
  return new ProxyAgent({ ...shared, uri: road.proxy, requestTls: tls });
}

/** Makes a wire. Its connections end with each answer, so there is nothing to close. */
export function createWire(road: Road): Wire {
  const far = agentOf(road, { pipelining: 0 }, timeoutMs);
  const near = agentOf({ ...road, proxy: undefined }, { pipelining: 0 }, nearbyTimeoutMs);
  return {
    async ask({ method, url, headers = {}, form, json, isNear = false, asked }) {
      const type = form !== undefined ? "application/x-www-form-urlencoded" : "application/json";
      const body = form !== undefined ? new URLSearchParams(form).toString() : JSON.stringify(json ?? {});
      try {
        const answer = await request(url, {
          dispatcher: isNear ? near : far,
          method,
          headers: { accept: "application/json", ...(method === "POST" ? { "content-type": type } : {}), ...headers },
          body: method === "POST" ? body : null,
          signal: AbortSignal.timeout(isNear ? nearbyTimeoutMs : timeoutMs),
        });
        const text = await readText(answer.body);
        return { status: answer.statusCode, headers: answer.headers, text, json: parsed(text) };
      } catch (error) {
        throw unreachable(error, asked);
      }
    },
  };
}

async function readText(body: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += (chunk as Buffer).length;
    if (length > maxAnswerCharacters) throw new Error("the answer is over 1 MiB");
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parsed(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

const certificateFault =
  /^(UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|CERT_|ERR_TLS_CERT)|unable to (get|verify)|self.signed certificate/;

function unreachable(error: unknown, asked: string): ProviderError {
  const { name, code = "", message } = error as { name?: string; code?: string; message?: string };
  const why = name === "TimeoutError" ? "no answer in time" : code || (message ?? "no connection").slice(0, 200);
  if (certificateFault.test(code) || certificateFault.test(message ?? "")) {
    const hint = "Name your certificate authority in providers.gcp.certificateAuthority.";
    const text = `The certificate of ${asked} cannot be verified (${why}). ${hint}`;
    return new ProviderError(text, { code: "unauthenticated", next: "person", cause: error });
  }
  const text = `${capital(asked)} cannot be reached (${why}).`;
  return new ProviderError(text, { code: "unavailable", next: "retry", cause: error });
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

import type { GitHttpRequest, GitHttpResponse, HttpClient } from "isomorphic-git";
import { Agent, type Dispatcher, EnvHttpProxyAgent, request } from "undici";
import { codeOf, needsPerson, retryLater } from "./errors.ts";
import { checkPackets } from "./packets.ts";
import { RepositoryError } from "./repository.ts";
import type { HttpTimeouts } from "./timeouts.ts";

/** What the client needs to know of a remote repository. */
export interface HttpOptions {
  readonly label: string;
  readonly url: string;
  readonly token: () => Promise<string | undefined>;
  readonly timeouts: HttpTimeouts;
  /** Largest answer. */
  readonly answerBytes: number;
}

/** HTTP for isomorphic-git: reads every answer whole, and hands on only what is complete. */
export interface GitHttp {
  /** A client whose requests end with the signal. */
  client(signal: AbortSignal): HttpClient;
  close(): Promise<void>;
}

const redirectLimit = 3;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Opens the client; connections are kept between requests. Proxies are taken from the environment, not for loopback. */
export function openHttp(options: HttpOptions): GitHttp {
  const dispatcher = dispatcherFor(options);
  const base = options.url;
  // A renamed repository answers with another place; later requests go there at once.
  let place = base;
  const move = (to: string): void => {
    place = to;
  };
  return {
    client: (signal) => ({
      request: async (asked) => {
        const token = await options.token();
        refuseOpenToken(options.label, place, token);
        return await answer({ ...options, dispatcher, token, signal, base, place, move }, asked);
      },
    }),
    close: () => dispatcher.destroy(),
  };
}

interface Asking extends Omit<HttpOptions, "token"> {
  readonly dispatcher: Dispatcher;
  readonly token: string | undefined;
  readonly signal: AbortSignal;
  readonly base: string;
  readonly place: string;
  move(to: string): void;
}

async function answer(asking: Asking, asked: GitHttpRequest): Promise<GitHttpResponse> {
  const redact = redactor(asking.token);
  const body = asked.body === undefined ? undefined : await collected(asked.body);
  const signal = AbortSignal.any([asking.signal, AbortSignal.timeout(asking.timeouts.totalMs)]);
  let url = asking.place + asked.url.slice(asking.base.length);
  let started = false;
  try {
    for (let hop = 0; ; hop++) {
      const got = await request(url, {
        method: asked.method === "POST" ? "POST" : "GET",
        headers: headersFor(asked, asking.token),
        ...(body === undefined ? {} : { body }),
        dispatcher: asking.dispatcher,
        signal,
        headersTimeout: asking.timeouts.headersMs,
        bodyTimeout: asking.timeouts.bodyMs,
      });
      started = true;
      if (redirects.has(got.statusCode)) {
        await got.body.dump();
        url = redirected(asking, asked, url, got.headers.location, hop);
        continue;
      }
      const bytes = await wholeBody(asking.label, got.body, asking.answerBytes);
      refuseStatus(asking.label, got.statusCode, redact(bytes.subarray(0, 1024).toString("utf8")));
      refuseOtherContent(asking.label, String(got.headers["content-type"] ?? ""));
      checkPackets(asking.label, bytes, redact);
      return {
        url: asked.url,
        method: asked.method ?? "GET",
        statusCode: got.statusCode,
        statusMessage: "",
        headers: plainHeaders(got.headers),
        body: once(bytes),
      };
    }
  } catch (error) {
    throw httpError(asking.label, error, asking.signal, started);
  }
}

function dispatcherFor(options: HttpOptions): Dispatcher {
  const settings = { connect: { timeout: options.timeouts.connectMs }, connections: 4 };
  return isLoopback(options.url) ? new Agent(settings) : new EnvHttpProxyAgent(settings);
}

function isLoopback(url: string): boolean {
  const host = new URL(url).hostname;
  return host === "localhost" || host === "[::1]" || /^127\./.test(host);
}

function refuseOpenToken(label: string, url: string, token: string | undefined): void {
  if (token === undefined || url.startsWith("https:") || isLoopback(url)) return;
  throw needsPerson("insecure", `${label}: a token is not sent over plain http; use https`);
}

function headersFor(asked: GitHttpRequest, token: string | undefined): Record<string, string> {
  const headers: Record<string, string> = { ...asked.headers, "user-agent": "git/2.40 (plumbline)" };
  if (token !== undefined) {
    headers.authorization = `Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`;
  }
  return headers;
}

/** Gives the next place, and remembers it for the requests that follow. Only the first request of a talk is redirected. */
function redirected(
  asking: Asking,
  asked: GitHttpRequest,
  from: string,
  location: string | string[] | undefined,
  hop: number,
): string {
  const target = typeof location === "string" && URL.canParse(location, from) ? new URL(location, from) : undefined;
  const ending = asked.url.slice(asking.base.length);
  if (target === undefined || hop >= redirectLimit || asked.method === "POST" || !target.href.endsWith(ending)) {
    throw needsPerson(
      "redirected",
      `${asking.label}: the server points to another place; use the repository's own URL`,
    );
  }
  const sameOrigin = target.origin === new URL(from).origin;
  const downgrade = from.startsWith("https:") && target.protocol !== "https:";
  if ((!sameOrigin && asking.token !== undefined) || downgrade) {
    throw needsPerson(
      "redirected",
      `${asking.label}: the server points to ${target.origin}, and credentials do not follow; use that URL`,
    );
  }
  asking.move(target.href.slice(0, -ending.length));
  return target.href;
}

async function wholeBody(label: string, body: AsyncIterable<Buffer>, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of body) {
    total += chunk.length;
    if (total > most) throw needsPerson("too-large", `${label}: the server sends more than ${most} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, total);
}

function refuseStatus(label: string, status: number, said: string): void {
  if (status === 200) return;
  const words = said
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 200);
  const message = `${label}: the server answered ${status}${words === "" ? "" : `: ${words}`}`;
  if (status === 401) throw needsPerson("auth", `${label}: the server wants a valid token (401)`);
  if (status === 403) throw needsPerson("auth", message);
  if (status === 404 || status === 410) {
    throw needsPerson("not-found", `${label}: no such repository, or the token may not see it (${status})`);
  }
  if (status === 429 || status === 408 || status >= 500) throw retryLater("unreachable", message);
  throw needsPerson("refused", message);
}

function refuseOtherContent(label: string, contentType: string): void {
  if (/^application\/x-git-upload-pack-(advertisement|result)\b/.test(contentType)) return;
  throw needsPerson("not-a-repository", `${label}: there is no Git repository at this URL (or only a dumb server)`);
}

const tlsCodes = /^(CERT_|ERR_TLS|ERR_SSL|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_)/;

function httpError(label: string, error: unknown, signal: AbortSignal, started: boolean): RepositoryError {
  if (error instanceof RepositoryError) return error;
  if (signal.aborted) return retryLater("aborted", `${label}: stopped before the end`);
  const code = codeOf(error);
  const name = error instanceof Error ? error.name : "";
  if (/TIMEOUT/.test(code) || code === "ETIMEDOUT" || name === "TimeoutError") {
    return retryLater("timeout", `${label}: the server took too long`);
  }
  if (tlsCodes.test(code)) {
    return needsPerson("tls", `${label}: the server's certificate is not trusted (${code})`);
  }
  if (started) return retryLater("truncated", `${label}: the connection broke in the middle of the answer`);
  return retryLater("unreachable", `${label}: the server cannot be reached${code === "" ? "" : ` (${code})`}`);
}

/** Cleans words of the server for people: short, one line, no token. */
function redactor(token: string | undefined): (text: string) => string {
  return (text) => {
    const hidden = token === undefined || token === "" ? text : text.split(token).join("***");
    return hidden
      .replace(/\/\/[^/@\s]*@/g, "//***@")
      .replace(/\p{Cc}+/gu, " ")
      .trim()
      .slice(0, 300);
  };
}

async function collected(body: NonNullable<GitHttpRequest["body"]>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* once(bytes: Buffer): AsyncIterableIterator<Uint8Array> {
  yield bytes;
}

function plainHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) plain[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return plain;
}

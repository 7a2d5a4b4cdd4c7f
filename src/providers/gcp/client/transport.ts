import { gunzipSync } from "node:zlib";
import { type Dispatcher, request } from "undici";
import { isObject, type JsonObject } from "../../../core/json.ts";
import { ProviderError } from "../../provider.ts";
import { agentOf } from "../credentials/wire.ts";
import { refusalOfAnswer, sortedError } from "../failure.ts";
import type { Settings } from "../options.ts";

const maxAnswerBytes = 64 * 1024 * 1024;

/** One request as it goes over the wire. */
export interface Sending {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** What it is for, in messages. */
  readonly doing: string;
  /** Key of the resource it is about; empty: none in particular. */
  readonly resource: string;
  /** Says why an answer cannot be believed; undefined when it can. */
  readonly doubt?: (answer: JsonObject) => string | undefined;
}

/** Sends requests over a few connections that stay open. Every failure is a ProviderError; an aborted signal throws its reason. */
export interface Transport {
  send(sending: Sending, signal: AbortSignal): Promise<Buffer>;
  close(): Promise<void>;
}

/** Makes a transport with a deadline per request and a limit on what it reads. */
export function createTransport(
  settings: Pick<Settings, "requestTimeoutMs" | "proxy" | "certificateAuthority">,
  nowMs: () => number,
): Transport {
  const timeoutMs = settings.requestTimeoutMs;
  const limits = { connections: 16, headersTimeout: timeoutMs, bodyTimeout: timeoutMs };
  const agent = agentOf(settings, limits, timeoutMs);
  return {
    async send(sending, signal) {
      const bounded = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      try {
        const answer = await request(sending.url, {
          dispatcher: agent,
          method: sending.method as Dispatcher.HttpMethod,
          headers: { ...sending.headers, "accept-encoding": "gzip", "user-agent": "plumbline (gzip)" },
          body: sending.body ?? null,
          signal: bounded,
        });
        return settle(answer, await readAll(answer), sending, nowMs());
      } catch (error) {
        signal.throwIfAborted();
        throw error instanceof ProviderError ? error : broken(error, sending);
      }
    },
    close: () => agent.destroy(),
  };
}

async function readAll(answer: Dispatcher.ResponseData): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer.body) {
    bytes += (chunk as Buffer).length;
    if (bytes > maxAnswerBytes) throw new Error("the answer is over 64 MiB");
    chunks.push(chunk as Buffer);
  }
  const whole = Buffer.concat(chunks);
  if (answer.headers["content-encoding"] !== "gzip" || whole.length === 0) return whole;
  return gunzipSync(whole, { maxOutputLength: maxAnswerBytes });
}

/** Gives a success's body, which has to be a JSON object; throws for everything else. */
function settle(answer: Dispatcher.ResponseData, body: Buffer, sending: Sending, nowMs: number): Buffer {
  const good = answer.statusCode >= 200 && answer.statusCode < 300;
  if (good && answer.statusCode === 204) return Buffer.from("{}");
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString("utf8"));
  } catch {
    if (good) throw new Error("the answer is cut off or not JSON");
  }
  if (good && isObject(parsed)) {
    const doubt = sending.doubt?.(parsed);
    if (doubt !== undefined) throw new Error(doubt);
    return body;
  }
  if (good) throw new Error("the answer is not an object");
  const seconds = Number(answer.headers["retry-after"]);
  const retryAfterMs = Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 3_600) * 1_000 : undefined;
  throw sortedError(refusalOfAnswer(answer.statusCode, parsed, retryAfterMs), sending.doing, sending.resource, nowMs);
}

/** A request without a usable answer: it may have had its effect or not, so it is always worth looking again. */
function broken(error: unknown, sending: Sending): ProviderError {
  const { name, code, message } = error as { name?: string; code?: string; message?: string };
  const late = name === "TimeoutError" || code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT";
  const broke = `no usable answer (${(message || code || "no connection").slice(0, 300)})`;
  const why = late ? "no answer in time" : broke;
  const facts = { code: late ? "timeout" : "unavailable", next: "retry", resource: sending.resource } as const;
  return new ProviderError(`${sending.doing}: ${why}.`, { ...facts, cause: error });
}

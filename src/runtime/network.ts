import { Agent, type Dispatcher, EnvHttpProxyAgent, fetch, ProxyAgent, type RequestInit, Response } from "undici";
import { isThisMachine } from "./private-channel.ts";

/** How to reach one server. */
export interface NetworkOptions {
  readonly baseUrl: string;
  /** Address of a proxy; without, the environment's proxy variables hold, but never for this machine. */
  readonly proxy: string | undefined;
  /** PEM text of a private certificate authority. */
  readonly certificateAuthority: string | undefined;
  /** How long one attempt may take, its body included. */
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
}

/** A fetch with limits, and the way to end its connections. */
export interface Network {
  fetch(url: string, init: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

const emptyStatuses: ReadonlySet<number> = new Set([204, 205, 304]);

/** Opens connections that are kept between requests. Each attempt has its own deadline and no answer grows without limit. */
export function openNetwork(options: NetworkOptions): Network {
  const dispatcher = dispatcherOf(options);
  return {
    async fetch(url, init) {
      const deadline = AbortSignal.timeout(options.timeoutMs);
      const signal = init.signal ? AbortSignal.any([init.signal, deadline]) : deadline;
      const answer = await fetch(url, { ...init, signal, dispatcher });
      const { status, statusText } = answer;
      const body = emptyStatuses.has(status) ? null : await bounded(answer, options.maxAnswerBytes);
      const headers = [...answer.headers].filter(([name]) => name !== "content-encoding" && name !== "content-length");
      return new Response(body, { status, statusText, headers });
    },
    close: () => dispatcher.destroy(),
  };
}

function dispatcherOf({ baseUrl, proxy, certificateAuthority: ca, timeoutMs }: NetworkOptions): Dispatcher {
  const tls = ca === undefined ? {} : { ca };
  const connect = { ...tls, timeout: Math.min(10_000, timeoutMs) };
  const limits = { connections: 10, headersTimeout: timeoutMs, bodyTimeout: timeoutMs };
  if (isThisMachine(new URL(baseUrl).hostname)) return new Agent({ ...limits, connect });
  if (proxy !== undefined) return new ProxyAgent({ ...limits, uri: proxy, requestTls: tls });
  return new EnvHttpProxyAgent({ ...limits, connect, requestTls: tls });
}

async function bounded(answer: Response, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body ?? []) {
    bytes += (chunk as Uint8Array).length;
    if (bytes > limit) throw Object.assign(new Error("too large"), { code: `an answer over ${limit} bytes` });
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks);
}

import type { Json } from "../../core/json.ts";
import type { Refused } from "./failure.ts";
import { objectsAt, textAt } from "./wire.ts";

/** An answer that is a success. */
export interface Answer {
  readonly data: Json;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether a list goes on. */
  readonly hasMore: boolean;
}

/** What Octokit throws, as far as it is looked at. */
export interface Thrown {
  readonly status?: unknown;
  readonly response?: {
    readonly headers?: Readonly<Record<string, string | number | undefined>>;
    readonly data?: unknown;
  };
  readonly cause?: unknown;
}

/** Ends the waiting with the signal, also where Octokit would wait on. */
export async function until<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let stop = (): void => undefined;
  const ended = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work, ended]);
  } finally {
    signal.removeEventListener("abort", stop);
    work.catch(() => undefined);
  }
}

/** An answer of Octokit in our words. */
export function answerOf(answer: {
  readonly data: Json;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
}): Answer {
  const headers = textHeaders(answer.headers);
  return { data: answer.data, headers, hasMore: /;\s*rel="next"/.test(headers.link ?? "") };
}

/** Why a request failed, without what was sent. */
export function refusedOf(thrown: Thrown): Refused {
  const { response } = thrown;
  const headers = textHeaders(response?.headers ?? {});
  // Octokit calls a broken connection a 500; without an answer there was none.
  const isLimited = objectsAt(response?.data as Json | undefined, "errors").some(
    (error) => textAt(error, "type") === "RATE_LIMITED",
  );
  const status = response === undefined ? 0 : isLimited ? 429 : Number(thrown.status) || 0;
  return { status, headers, data: response?.data as Json | undefined, cause: thrown.cause ?? thrown };
}

function textHeaders(headers: Readonly<Record<string, string | number | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value ?? "")]));
}

/** Large ids as text, where JSON knows none. */
export function plainNumbers(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

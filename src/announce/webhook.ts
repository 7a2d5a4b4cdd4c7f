import { createHmac } from "node:crypto";
import type { AnnouncementEvent } from "../report/announcement.ts";
import { announcementDocument, chatMessage, oneLine } from "../report/chat.ts";
import type { Clock } from "../runtime/clock.ts";
import { type Network, openNetwork } from "../runtime/network.ts";
import type { Letter } from "./outbox.ts";
import { DeliveryError, type Target } from "./target.ts";

/** How letters are written: for programs, or as chats take them. */
export type LetterFormat = "json" | "slack";

/** Where a webhook leads and how it is signed. */
export interface WebhookOptions {
  readonly name: string;
  readonly events: ReadonlySet<AnnouncementEvent>;
  readonly format: LetterFormat;
  /** Read for each letter, so that a changed secret is seen; the address of a chat's hook is a secret itself. */
  readonly url: () => Promise<string>;
  /** Undefined where letters are not signed. */
  readonly secret: (() => Promise<string>) | undefined;
  readonly proxy: string | undefined;
  readonly certificateAuthority: string | undefined;
  readonly timeoutMs: number;
  readonly version: string;
  readonly clock: Clock;
}

const maxBodyBytes = 262_144;
const maxAnswerBytes = 65_536;
const longestWaitMs = 3_600_000;

/** A target that is posted to. One request a letter; redirects are not followed. */
export function createWebhook(options: WebhookOptions): Target {
  let open: { readonly url: string; readonly network: Network } | undefined;

  async function networkFor(url: string): Promise<Network> {
    if (open?.url === url) return open.network;
    await open?.network.close();
    const { proxy, certificateAuthority, timeoutMs } = options;
    open = { url, network: openNetwork({ baseUrl: url, proxy, certificateAuthority, timeoutMs, maxAnswerBytes }) };
    return open.network;
  }

  return {
    name: options.name,
    events: options.events,
    async deliver(letter, signal) {
      const url = await needed(options.url);
      const secret = options.secret === undefined ? undefined : await needed(options.secret);
      const body = bodyOf(letter, options);
      const network = await networkFor(url);
      let answer: Awaited<ReturnType<Network["fetch"]>>;
      try {
        answer = await network.fetch(url, {
          ...{ method: "POST", body, signal, redirect: "manual" },
          headers: headersOf(letter, body, secret, options),
        });
      } catch (error) {
        throw new DeliveryError(`${options.name} cannot be reached (${reasonOf(error)}).`, { next: "retry" });
      }
      if (!answer.ok) throw refusalOf(options, answer.status, answer.headers.get("retry-after") ?? "");
    },
    close: async () => void (await open?.network.close()),
  };
}

/** The signature of a body sent at a time: HMAC-SHA256 over `<seconds>.<body>`, as `v1=<hex>`. */
export function signatureOf(secret: string, atSeconds: number, body: string): string {
  return `v1=${createHmac("sha256", secret).update(`${atSeconds}.${body}`).digest("hex")}`;
}

function bodyOf({ announcement, id, at }: Letter, { format }: WebhookOptions): string {
  if (format === "slack") return oneLine(chatMessage(announcement));
  const text = oneLine(announcementDocument(announcement, { id, at }));
  if (Buffer.byteLength(text) <= maxBodyBytes) return text;
  const bare = { ...announcement, report: { cut: true } };
  return oneLine(announcementDocument(bare, { id, at }));
}

function headersOf(
  letter: Letter,
  body: string,
  secret: string | undefined,
  { clock, version }: WebhookOptions,
): Record<string, string> {
  const atSeconds = Math.floor(clock.now().getTime() / 1_000);
  return {
    "content-type": "application/json; charset=utf-8",
    "user-agent": `plumbline/${version}`,
    "x-plumbline-delivery": letter.id,
    "x-plumbline-event": letter.announcement.event,
    "x-plumbline-timestamp": String(atSeconds),
    ...(secret !== undefined && { "x-plumbline-signature": signatureOf(secret, atSeconds, body) }),
  };
}

/** A secret that is missing is mended by a person, but maybe soon: the letter waits. */
async function needed(read: () => Promise<string>): Promise<string> {
  try {
    return await read();
  } catch (error) {
    throw new DeliveryError(error instanceof Error ? error.message : "A secret cannot be read.", { next: "retry" });
  }
}

function refusalOf({ name, clock }: WebhookOptions, status: number, after: string): DeliveryError {
  const mayHeal = status === 408 || status === 425 || status === 429 || status >= 500;
  const retryAfterMs = mayHeal ? waitMs(after, clock.now().getTime()) : undefined;
  return new DeliveryError(`${name} answered ${status}.`, { next: mayHeal ? "retry" : "person", retryAfterMs });
}

/** Retry-After in seconds or as a date. */
function waitMs(after: string, nowMs: number): number | undefined {
  const ms = /^\d{1,9}$/.test(after) ? Number(after) * 1_000 : Date.parse(after) - nowMs;
  return Number.isFinite(ms) && ms > 0 ? Math.min(longestWaitMs, ms) : undefined;
}

/** The system's own code; its words may hold the address, which may be a secret. */
function reasonOf(error: unknown): string {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    if (cause.name === "TimeoutError") return "no answer in time";
    if ("code" in cause && typeof cause.code === "string" && /^[A-Z_0-9]{1,60}$/.test(cause.code)) return cause.code;
  }
  return "the connection broke";
}

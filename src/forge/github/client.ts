import { randomUUID } from "node:crypto";
import type { Json } from "../../core/json.ts";
import { type Clock, systemClock } from "../../runtime/clock.ts";
import { type Network, openNetwork } from "../../runtime/network.ts";
import { isPrivateChannel } from "../../runtime/private-channel.ts";
import { type ForgeBudget, ForgeError } from "../forge.ts";
import { type Access, appAccess, tokenAccess } from "./access.ts";
import { type Answer, answerOf, plainNumbers, refusedOf, type Thrown, until } from "./answer.ts";
import { refusal } from "./failure.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { createMemory } from "./memory.ts";
import { createOctokit } from "./octokit.ts";
import type { GithubOptions } from "./options.ts";
import { type CallKind, createPacing } from "./pacing.ts";
import { lingering } from "./patience.ts";
import { objectsAt, textAt, valueAt } from "./wire.ts";

/** One request, and what has to be known when it fails. Owner and repository are filled in. */
export interface Call {
  /** `GET /repos/{owner}/{repo}/pulls` */
  readonly route: string;
  readonly with?: Readonly<Record<string, unknown>>;
  /** For messages: `list the open pull requests`. */
  readonly doing: string;
  /** Permission it takes, in GitHub's words: `pull requests: write`. */
  readonly needs: string;
  /** What it costs; reading unless said. */
  readonly kind?: CallKind;
  /** A repeated create makes a second thing: it is sent once and never again. */
  readonly once?: boolean;
}

/** GitHub's API in the few verbs that the forge needs. Every failure is a ForgeError. */
export interface Client {
  call(call: Call, signal: AbortSignal): Promise<Answer>;
  /** A read that costs nothing counted while the thing is unchanged; undefined when there is no such thing. */
  find(call: Call, signal: AbortSignal): Promise<Answer | undefined>;
  /** Every object of a list. Throws `too-large` past the pages, never gives a part. */
  list(call: Call, maxPages: number, signal: AbortSignal, key?: string): Promise<readonly Json[]>;
  graphql(
    query: string,
    variables: Readonly<Record<string, unknown>>,
    about: Omit<Call, "route">,
    signal: AbortSignal,
  ): Promise<Json>;
  /** What only the credentials know, e.g. the App as it sees itself. */
  asApp<T>(ask: (access: Access) => Promise<T>, signal: AbortSignal): Promise<T>;
  readonly access: Access;
  budget(): ForgeBudget;
  close(): Promise<void>;
}

const pageSize = 100;
const rememberedAnswers = 512;
const rememberedBytes = 32 * 1024 * 1024;
const maxAnswerBytes = 32 * 1024 * 1024;
/** A limit that ends this soon is waited for here; a longer one is told to the caller. */
const shortWaitMs = 5_000;
/** How long a write that nobody waits for any more may take to be answered. */
const writeGraceMs = 5_000;

interface Remembered {
  readonly etag: string;
  readonly answer: Answer;
  readonly bytes: number;
}

/** Opens a client for one repository. Nothing is asked before the first call. */
export function createClient(options: GithubOptions): Client {
  if (!isPrivateChannel(options.apiUrl)) {
    throw new ForgeError(`${options.name}: credentials are never sent without TLS to another machine.`, {
      code: "auth",
      next: "person",
    });
  }
  const { owner, repository, clock = systemClock, credentials } = options;
  const { apiUrl, proxy, certificateAuthority, timeoutMs = 20_000 } = options;
  const ledger = createLedger(clock);
  const connections = openNetwork({ baseUrl: apiUrl, proxy, certificateAuthority, timeoutMs, maxAnswerBytes });
  const network: Network = {
    fetch(url, init) {
      ledger.count();
      return connections.fetch(url, init);
    },
    close: connections.close,
  };
  const octokit = createOctokit({
    apiUrl,
    userAgent: `plumbline/${options.version}`,
    network,
    throttleId: `${options.name}-${randomUUID()}`,
    retries: options.retries ?? 2,
    retryDelayMs: options.retryDelayMs ?? 1_000,
  });
  const access =
    credentials.kind === "token"
      ? tokenAccess(credentials)
      : appAccess(credentials, { owner, repository }, octokit, clock);
  const send = async (call: Call, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer> => {
    const request = { signal, ...(call.once === true && { retries: 0 }) };
    const answer = await octokit.request(call.route, {
      owner,
      repo: repository,
      ...call.with,
      headers,
      request,
    } as never);
    return answerOf(answer as never);
  };
  return assemble({ options, clock, send, ledger, access, close: () => network.close() });
}

interface Parts {
  readonly options: GithubOptions;
  readonly clock: Clock;
  send(call: Call, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer>;
  readonly ledger: Ledger;
  readonly access: Access;
  close(): Promise<void>;
}

/** Paces calls, remembers answers by their tag, sorts failures, and lets nothing wait that the signal ended. */
function assemble(parts: Parts): Client {
  const { clock, ledger, access } = parts;
  const pacing = createPacing(clock, parts.options.patienceMs ?? 15_000);
  const remembered = createMemory<Remembered>(rememberedAnswers, ({ bytes }) => bytes, rememberedBytes);
  const sent = async (call: Call, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer> => {
    if ((call.kind ?? "read") === "read") return await until(signal, parts.send(call, headers, signal));
    const patience = lingering(signal, clock, writeGraceMs);
    try {
      return await until(patience.signal, parts.send(call, headers, patience.signal));
    } finally {
      patience.stop();
    }
  };
  const attempt = async (
    call: Call,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Answer> => {
    const kind = call.kind ?? "read";
    const { doing } = call;
    for (let tries = 0; ; tries += 1) {
      signal.throwIfAborted();
      ledger.check(kind, doing);
      await pacing.admit(kind, doing, signal);
      const token = await sorted(access.token(), call, clock, signal);
      try {
        const answer = await sent(call, { ...headers, authorization: `Bearer ${token}` }, signal);
        ledger.note(answer.headers, false);
        return answer;
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof ForgeError) throw error;
        const refused = refusedOf(error as Thrown);
        ledger.note(refused.headers, refused.status === 304);
        if (refused.status === 304) throw new NotModified();
        if (refused.status === 401 && tries === 0 && (await access.renew(token))) continue;
        const failure = refusal(refused, call, clock.now().getTime());
        const waitMs = failure.next === "quota" ? (failure.retryAfterMs ?? 0) : undefined;
        if (waitMs !== undefined && (waitMs > shortWaitMs || tries > 0)) ledger.closeFor(waitMs);
        if (waitMs === undefined || waitMs > shortWaitMs || tries > 0) throw failure;
        await clock.delay(waitMs, signal);
      }
    }
  };
  const conditional = async (call: Call, signal: AbortSignal): Promise<Answer> => {
    const key = JSON.stringify([call.route, call.with ?? {}]);
    const known = remembered.get(key);
    try {
      const answer = await attempt(call, known === undefined ? {} : { "if-none-match": known.etag }, signal);
      const etag = answer.headers.etag;
      if (etag !== undefined) {
        const bytes = JSON.stringify(answer.data, plainNumbers)?.length ?? 0;
        remembered.set(key, { etag, answer, bytes });
      }
      return answer;
    } catch (error) {
      if (error instanceof NotModified && known !== undefined) return known.answer;
      if (error instanceof ForgeError && error.code === "not-found") remembered.delete(key);
      throw error;
    }
  };
  return {
    access,
    asApp: (ask, signal) => sorted(ask(access), { doing: "Ask about the credentials", needs: "" }, clock, signal),
    call: (call, signal) => attempt(call, {}, signal),
    find: (call, signal) => orNothing(() => conditional(call, signal)),
    list: (call, maxPages, signal, key) => listed(conditional, call, { maxPages, key }, signal),
    graphql: async (query, variables, about, signal) => {
      const answer = await attempt(
        {
          ...about,
          route: "POST {+graphqlUrl}",
          with: { graphqlUrl: graphqlUrlOf(parts.options.apiUrl), query, variables },
        },
        {},
        signal,
      );
      const [failure] = objectsAt(answer.data, "errors");
      if (failure === undefined) return valueAt(answer.data, "data") ?? null;
      const status =
        textAt(failure, "type") === "FORBIDDEN" ? 403 : textAt(failure, "type") === "RATE_LIMITED" ? 429 : 422;
      throw refusal({ status, headers: {}, data: failure, cause: undefined }, about, clock.now().getTime());
    },
    budget: () => ({ ...ledger.budget(), ...pacing.content() }),
    close: parts.close,
  };
}

/** Not a failure: the remembered answer still holds. */
class NotModified extends Error {
  override readonly name = "NotModified";
}

/** What Octokit throws while credentials are asked for is sorted like any failed request. */
async function sorted<T>(work: Promise<T>, call: Omit<Call, "route">, clock: Clock, signal: AbortSignal): Promise<T> {
  try {
    return await until(signal, work);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ForgeError || (error as Thrown).status === undefined) throw error;
    throw refusal(refusedOf(error as Thrown), call, clock.now().getTime());
  }
}

async function listed(
  read: (call: Call, signal: AbortSignal) => Promise<Answer>,
  call: Call,
  bounds: { readonly maxPages: number; readonly key: string | undefined },
  signal: AbortSignal,
): Promise<readonly Json[]> {
  const items: Json[] = [];
  for (let page = 1; page <= bounds.maxPages; page += 1) {
    const answer = await read({ ...call, with: { ...call.with, per_page: pageSize, page } }, signal);
    const found = bounds.key === undefined ? answer.data : valueAt(answer.data, bounds.key);
    if (!Array.isArray(found)) {
      throw new ForgeError(`${call.doing}: the answer is not a list.`, { code: "unavailable", next: "retry" });
    }
    items.push(...found);
    if (!answer.hasMore) return items;
  }
  const message = `${call.doing}: there are more than ${bounds.maxPages * pageSize}.`;
  throw new ForgeError(message, { code: "too-large", next: "person" });
}

async function orNothing(work: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ForgeError && error.code === "not-found") return undefined;
    throw error;
  }
}

/** `https://host/api/v3` → `https://host/api/graphql`; `https://api.github.com` → `https://api.github.com/graphql`. */
function graphqlUrlOf(apiUrl: string): string {
  return apiUrl.endsWith("/api/v3") ? apiUrl.replace(/\/v3$/, "/graphql") : `${apiUrl}/graphql`;
}

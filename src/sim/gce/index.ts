import { mkdir } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Json, JsonObject } from "../../core/json.ts";
import { isObject } from "../../core/json.ts";
import { loadDescription } from "../../providers/gcp/description/load.ts";
import { randomFrom } from "../chances.ts";
import { listen } from "../listen.ts";
import { lockDirectory } from "../lock.ts";
import { type AccessOptions, type AccessRules, createAccessRules } from "./access-rules.ts";
import { readText, sendAnswer, sendBytes } from "./answer.ts";
import { type Api, type ApiRequest, createApi } from "./api.ts";
import { batchAnswer } from "./batch.ts";
import { byHandHeader, type Settings } from "./call.ts";
import { controlAnswer, createControl, type GceControl } from "./control.ts";
import { badRequest, failureBody, GceFailure } from "./failure.ts";
import { createFaults, type FaultOptions, type Faults } from "./faults.ts";
import { memoryJournal, openJournal } from "./journal.ts";
import { type NeighbourAnswer, neighbourAnswer } from "./neighbours/index.ts";
import { type TokenAnswer, type TokenRequest, tokenAnswer } from "./neighbours/tokens.ts";
import { createRateLimits, type RateLimitOptions } from "./rate-limits.ts";
import { lastSegment, parsePath } from "./reference.ts";
import { createRequestLog } from "./request-log.ts";
import { createWorld } from "./world.ts";

/** How a simulator is set up; everything has a default. */
export interface GceSimulatorOptions {
  /** 0 takes a free one. */
  readonly port?: number;
  /** Where the world is kept; without it, it is gone when the simulator stops. */
  readonly dataDirectory?: string;
  /** Decides ids, durations and faults. */
  readonly seed?: number;
  readonly faults?: FaultOptions;
  /** Least and most time an operation takes; `[0, 0]` is done by the next request. */
  readonly operationMs?: readonly [number, number];
  readonly rateLimits?: RateLimitOptions;
  /** Limits of quota metrics in every region; none without it. */
  readonly quotas?: Readonly<Record<string, number>>;
  /** What is refused; nothing without it. */
  readonly access?: AccessOptions;
  /** Whether a project begins with the network `default`, as real ones do. */
  readonly defaultNetwork?: boolean;
  /** The time, for tests. */
  readonly clock?: () => number;
}

/** A running simulator. */
export interface GceSimulator {
  readonly url: string;
  readonly port: number;
  readonly control: GceControl;
  close(): Promise<void>;
}

/** Slow enough to see progress, fast enough to wait for. */
const usualOperationMs: readonly [number, number] = [50, 300];

const mostBodyBytes = 10_000_000;

/** Starts a Compute Engine API on the loopback address, with a world of its own. */
export async function startGceSimulator(options: GceSimulatorOptions = {}): Promise<GceSimulator> {
  const seed = options.seed ?? 1;
  const { dataDirectory } = options;
  if (dataDirectory !== undefined) await mkdir(dataDirectory, { recursive: true });
  const unlock = dataDirectory === undefined ? undefined : await lockDirectory(dataDirectory, "gce");
  const opened = dataDirectory === undefined ? undefined : openJournal(dataDirectory);
  const journal = opened?.journal ?? memoryJournal();
  const world = createWorld(opened?.lines ?? [], journal, seed);
  const faults = createFaults(seed, options.faults ?? {});
  const limits = createRateLimits(options.rateLimits ?? {});
  const log = createRequestLog();
  const quotas = new Map(Object.entries(options.quotas ?? {}));
  const stop = new AbortController();
  const access = createAccessRules(options.access ?? {}, world.newId);
  const control = createControl({ world, faults, limits, log, quotas, access });
  const clock = options.clock ?? Date.now;
  const api = createApi({
    ...{ world, access, faults, limits, log, signal: stop.signal },
    description: loadDescription(),
    settings: settingsOf(options, seed, faults, quotas),
    clock,
    hasDefaultNetwork: options.defaultNetwork ?? true,
  });
  const neighbour = (request: ApiRequest) => neighbourAnswer({ world, access, faults, log }, clock(), request);
  const token = (request: TokenRequest) => tokenAnswer(access, clock(), request);
  const release = async (): Promise<void> => {
    stop.abort();
    journal.close();
    await unlock?.();
  };
  const listening = await listen((request, response) => {
    serve({ api, control, faults, access, token, neighbour }, request, response).catch(() => request.socket.destroy());
  }, options.port ?? 0).catch(async (error: unknown) => {
    await release();
    throw error;
  });
  return {
    url: listening.url,
    port: listening.port,
    control,
    close: async () => {
      stop.abort();
      await listening.close();
      await release();
    },
  };
}

function settingsOf(
  options: GceSimulatorOptions,
  seed: number,
  faults: Faults,
  quotas: ReadonlyMap<string, number>,
): Settings {
  return {
    operationMs: options.operationMs ?? usualOperationMs,
    random: randomFrom(seed),
    user: "simulator@example.com",
    stockOut: (path) =>
      faults.isStockOut(lastSegment(parsePath(path)?.scope ?? "")) ||
      faults.next("POST", path, ["stockOut"]) !== undefined,
    slowness: (path) => (faults.next("POST", path, ["slow"]) === undefined ? 1 : 20),
    quota: (metric) => quotas.get(metric),
  };
}

interface Served {
  readonly api: Api;
  readonly control: GceControl;
  readonly faults: Faults;
  readonly access: AccessRules;
  readonly token: (request: TokenRequest) => TokenAnswer | undefined;
  readonly neighbour: (request: ApiRequest) => NeighbourAnswer | undefined;
}

async function serve(served: Served, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://simulator");
  const method = request.method ?? "GET";
  const text = await readText(request, mostBodyBytes);
  try {
    if (text === undefined) throw new GceFailure(413, "uploadTooLarge", "The request is too large.");
    if (url.pathname.startsWith("/_control/")) {
      const body = controlAnswer(served.control, served.faults, method, url.pathname, objectIn(text));
      if (body === undefined) throw new GceFailure(404, "notFound", `There is no ${method} ${url.pathname}.`);
      return await sendAnswer(request, response, { status: 200, body });
    }
    const given = served.token(tokenRequestOf(request, method, url.pathname, text));
    if (given !== undefined) return await sendToken(request, response, given);
    checkToken(served.access, request);
    if (url.pathname.startsWith("/batch")) {
      const batch = await batchAnswer(served.api, String(request.headers["content-type"] ?? ""), text);
      if (batch === undefined) throw badRequest("Failed to parse batch request.");
      const { contentType } = batch;
      return await sendBytes(request, response, { status: 200, contentType, bytes: Buffer.from(batch.text) });
    }
    const beside = served.neighbour({ method, path: url.pathname, query: url.searchParams, text });
    if (beside !== undefined) return await sendAnswer(request, response, beside);
    const user = userOf(served.access, request);
    const asked = { method, path: url.pathname, query: url.searchParams, text };
    const answer = await served.api({ ...asked, ...(user !== undefined && { user }) });
    await sendAnswer(request, response, answer);
  } catch (error) {
    const known = error instanceof GceFailure ? error : new GceFailure(500, "internalError", String(error));
    await sendAnswer(request, response, { status: known.httpStatus, body: failureBody(known) });
  }
}

function tokenRequestOf(request: IncomingMessage, method: string, path: string, text: string): TokenRequest {
  const flavor = request.headers["metadata-flavor"];
  const metadataFlavor = Array.isArray(flavor) ? flavor[0] : flavor;
  return { method, path, text, authorization: request.headers.authorization, metadataFlavor };
}

async function sendToken(request: IncomingMessage, response: ServerResponse, answer: TokenAnswer): Promise<void> {
  const isText = typeof answer.body === "string";
  const bytes = Buffer.from(isText ? (answer.body as string) : JSON.stringify(answer.body));
  const contentType = isText ? "application/text" : "application/json; charset=UTF-8";
  await sendBytes(request, response, { status: answer.status, contentType, bytes, headers: answer.headers });
}

function checkToken(access: AccessRules, request: IncomingMessage): void {
  if (!access.describe().tokensRequired || access.principalOf(request.headers.authorization) !== undefined) return;
  const message =
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.";
  throw new GceFailure(401, "authError", message, { status: "UNAUTHENTICATED", location: unauthorized });
}

/** Whose token was sent; a request by hand, which sends none, says it in a header of ours. */
function userOf(access: AccessRules, { headers }: IncomingMessage): string | undefined {
  const said = headers[byHandHeader];
  return typeof said === "string" ? said : access.principalOf(headers.authorization)?.replace(/^\w+:/, "");
}

const unauthorized = { location: "Authorization", locationType: "header" };

function objectIn(text: string): JsonObject {
  if (text.trim() === "") return {};
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) ? value : {};
  } catch {
    throw badRequest("The body is no JSON.");
  }
}

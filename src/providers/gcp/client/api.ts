import type { AuthClient } from "google-auth-library";
import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import { ProviderError } from "../../provider.ts";
import type { Settings } from "../options.ts";
import { type Access, sendAs } from "./access.ts";
import type { Call } from "./call.ts";
import { openLibrary } from "./library.ts";
import { createLimiter, isRead, quotaGroupOf, quotaPlaceOf } from "./limiter.ts";
import { createTransport, type Transport } from "./transport.ts";

/** Calls the API through the official client; answers are plain JSON without the client's own decorations. */
export interface Api {
  call(call: Call, signal: AbortSignal): Promise<JsonObject>;
  close(): Promise<void>;
}

interface Context {
  readonly call: Call;
  readonly signal: AbortSignal;
  /** Whether the server has answered: what fails after that fails over the answer. */
  answered: boolean;
}

/** Carries the call's context through the library to our own fetch; never sent. */
const contextHeader = "x-plumbline-call";

/** Opens the API of one endpoint. Nothing is loaded or sent before the first call. */
export function openApi(settings: Settings, access: Access, nowMs: () => number): Api {
  const transport = createTransport(settings, nowMs);
  const running = new Map<string, Context>();
  const library = openLibrary(settings.endpoint, () => authClientOver(transport, access, running));
  const limiter = createLimiter(settings.requestsPerMinute, nowMs);
  let count = 0;
  return {
    async call(call, signal) {
      signal.throwIfAborted();
      if (!isRead(call.method)) (await import("./check.ts")).checkCall(call);
      await limiter.admit(quotaGroupOf(call.service, call.method), quotaPlaceOf(call.request), signal);
      count += 1;
      const id = String(count);
      const context: Context = { call, signal, answered: false };
      running.set(id, context);
      try {
        const client = await library(call.service);
        const invoke = client.innerApiCalls[call.method];
        if (invoke === undefined) throw new TypeError(`${call.service} has no method ${call.method}`);
        const options = { autoPaginate: false, otherArgs: { headers: { [contextHeader]: [id] } } };
        const [first, , paged] = await invoke(call.request, options);
        return plainObject(isObject(paged) ? paged : unwrapped(first));
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof ProviderError || !context.answered) throw error;
        const message = `${call.doing}: the answer is not of the published form.`;
        throw new ProviderError(message, { code: "unavailable", next: "retry", resource: call.resource, cause: error });
      } finally {
        running.delete(id);
      }
    },
    close: () => transport.close(),
  };
}

/** Methods that start an operation answer with a wrapper around it. */
function unwrapped(answer: unknown): unknown {
  return isObject(answer) && isObject(answer.latestResponse) ? answer.latestResponse : answer;
}

/** The official client fills in empty lists and shadow keys that begin with `_`; neither was sent. */
function plainObject(value: unknown): JsonObject {
  return isObject(value) ? (plain(value) as JsonObject) : {};
}

function plain(value: Json): Json {
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  const kept: Record<string, Json> = {};
  for (const [name, inner] of Object.entries(value)) {
    if (name.startsWith("_") || inner === null || inner === undefined) continue;
    if (Array.isArray(inner) && inner.length === 0) continue;
    kept[name] = plain(inner);
  }
  return kept;
}

/** The one place every request of every client goes through. */
async function authClientOver(
  transport: Transport,
  access: Access,
  running: ReadonlyMap<string, Context>,
): Promise<AuthClient> {
  const { PassThroughClient } = await import("google-auth-library");
  class PlumblineClient extends PassThroughClient {
    override async fetch(...[input, init]: unknown[]): Promise<never> {
      const { method, headers, body } = init as { method: string; headers: Headers; body?: Buffer | string };
      const context = running.get(headers.get(contextHeader) ?? "");
      if (context === undefined) throw new ProviderError("A call was given up.", { code: "timeout", next: "retry" });
      const { call, signal } = context;
      const url = targetOf(String(input), call.fields);
      const sent = Object.fromEntries([...headers.entries()].filter(([name]) => name !== contextHeader));
      const sending = {
        ...{ method, url, doing: call.doing, resource: call.resource, headers: sent },
        body: body === undefined ? undefined : body.toString(),
        ...(call.method === "list" || call.method === "aggregatedList" ? { doubt: doubtOfList(call.method) } : {}),
      };
      const answer = await sendAs(access, transport, sending, signal);
      context.answered = true;
      return { ok: true, status: 200, arrayBuffer: async () => answer } as never;
    }
  }
  return new PlumblineClient() as unknown as AuthClient;
}

/** The library reads what is not a list as an empty one, and an empty list says that everything is gone. */
function doubtOfList(method: "list" | "aggregatedList"): (answer: JsonObject) => string | undefined {
  return ({ kind, items }) => {
    if (typeof kind !== "string" || !kind.endsWith("List")) return "the answer does not say that it is a list";
    const isWhole = items === undefined || (method === "list" ? isListOfObjects(items) : isScopes(items));
    return isWhole ? undefined : "the answer is not a list";
  };
}

function isListOfObjects(value: Json): boolean {
  return Array.isArray(value) && value.every(isObject);
}

/** Scopes, each with lists of things or a warning that says why it has none. */
function isScopes(value: Json): boolean {
  if (!isObject(value)) return false;
  return Object.values(value).every(
    (scope) =>
      isObject(scope) && Object.entries(scope).every(([name, things]) => name === "warning" || isListOfObjects(things)),
  );
}

function targetOf(url: string, fields: string | undefined): string {
  const target = new URL(url);
  if (fields !== undefined) target.searchParams.set("fields", fields);
  return target.toString();
}

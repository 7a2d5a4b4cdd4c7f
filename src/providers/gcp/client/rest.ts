import type { JsonObject } from "../../../core/json.ts";
import { neighbourUrl, type Settings } from "../options.ts";
import { type Access, sendAs } from "./access.ts";
import { createLimiter } from "./limiter.ts";
import { checkShape, type ShapeName } from "./shapes.ts";
import { createTransport } from "./transport.ts";

/** A service beside Compute Engine; each has a host of its own at Google's, and none at a simulator. */
export type Neighbour = "iam" | "secretmanager";

/** One call of a neighbour. */
export interface RestCall {
  readonly service: Neighbour;
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** What follows `/v1/`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** A body under the shape that it has to have. */
  readonly body?: { readonly shape: ShapeName; readonly value: JsonObject };
  /** What it is for, in messages. */
  readonly doing: string;
  /** Key of the resource it is about; empty: none in particular. */
  readonly resource: string;
}

/** Calls IAM and Secret Manager with plain JSON. Bodies may hold secrets: none of them is ever part of a message. */
export interface Rest {
  call(call: RestCall, signal: AbortSignal): Promise<JsonObject>;
  close(): Promise<void>;
}

/** What both services allow a project each minute, for reads and for writes. */
const requestsPerMinute = 600;

/** Opens the neighbours of one endpoint. Nothing is sent before the first call. */
export function openRest(settings: Settings, access: Access, nowMs: () => number): Rest {
  const transport = createTransport(settings, nowMs);
  const { reads, writes } = settings.requestsPerMinute;
  const limits = { reads: Math.min(requestsPerMinute, reads), writes: Math.min(requestsPerMinute, writes) };
  const limiter = createLimiter({ ...settings.requestsPerMinute, ...limits }, nowMs);
  return {
    async call({ service, method, path, query = {}, body, doing, resource }, signal) {
      signal.throwIfAborted();
      if (body !== undefined) checkShape(body.shape, body.value, resource);
      await limiter.admit(method === "GET" ? "read" : "write", { project: projectOf(path), region: "" }, signal);
      const target = new URL(`${neighbourUrl(settings.endpoint, service)}/v1/${path}`);
      for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value);
      const url = target.toString();
      const type = body === undefined ? {} : { "content-type": "application/json" };
      const headers = { accept: "application/json", ...type };
      const text = body === undefined ? undefined : JSON.stringify(body.value);
      const answer = await sendAs(access, transport, { method, url, headers, body: text, doing, resource }, signal);
      return JSON.parse(answer.toString("utf8")) as JsonObject;
    },
    close: () => transport.close(),
  };
}

/** Every path of both services begins with its project. */
function projectOf(path: string): string {
  return path.split("/")[1] ?? "";
}

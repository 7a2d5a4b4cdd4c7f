import type { ServerResponse } from "node:http";
import type { JsonObject } from "../../core/json.ts";
import { expired, statusBody } from "./failure.ts";
import { apiVersionOf, kindKey } from "./kinds.ts";
import type { ListQuery } from "./list.ts";
import type { ApiObject } from "./object.ts";
import type { WorldEvent } from "./world.ts";

/** How a watch is wanted. */
export interface WatchOptions {
  /** Empty or `0`: first everything that is there. */
  readonly resourceVersion: string;
  readonly bookmarks: boolean;
  readonly bookmarkIntervalMs: number;
  readonly timeoutMs: number;
  /** How an object is shown: itself or a table row. */
  readonly show: (object: ApiObject) => JsonObject;
}

/** Streams events until the client leaves, the time is over, or the state asked for is no longer kept. */
export function serveWatch(response: ServerResponse, query: ListQuery, options: WatchOptions): void {
  const { world, kind } = query;
  response.writeHead(200, { "content-type": "application/json", "transfer-encoding": "chunked" });
  response.flushHeaders();
  const send = (type: string, object: JsonObject): void => {
    response.write(`${JSON.stringify({ type, object })}\n`);
  };
  const forward = (event: WorldEvent): void => {
    if (event.kind !== kindKey(kind)) return;
    const type = seenAs(event, query);
    if (type !== undefined) send(type, options.show(event.object));
  };
  const { resourceVersion } = options;
  if (resourceVersion === "" || resourceVersion === "0") {
    const present = world.all(kind).map((stored) => stored.object);
    for (const object of present.filter(query.match)) send("ADDED", options.show(object));
  } else {
    const missed = world.since(Number(resourceVersion));
    if (missed === undefined) {
      send("ERROR", statusBody(expired(`too old resource version: ${resourceVersion} (${world.version()})`)));
      response.end();
      return;
    }
    for (const event of missed) forward(event);
  }
  const stop = world.onEvent(forward);
  const bookmark = options.bookmarks
    ? setInterval(() => send("BOOKMARK", bookmarkOf(query)), options.bookmarkIntervalMs)
    : undefined;
  const end = setTimeout(() => response.end(), options.timeoutMs);
  response.on("close", () => {
    stop();
    clearInterval(bookmark);
    clearTimeout(end);
  });
}

/** A selector turns a change into an entry or an exit. */
function seenAs(event: WorldEvent, query: ListQuery): string | undefined {
  const now = event.type !== "DELETED" && query.match(event.object);
  const before = event.before !== undefined && query.match(event.before);
  if (now) return before ? "MODIFIED" : "ADDED";
  return before ? "DELETED" : undefined;
}

function bookmarkOf({ world, kind }: ListQuery): JsonObject {
  const metadata = { resourceVersion: String(world.version()), creationTimestamp: null };
  return { kind: kind.kind, apiVersion: apiVersionOf(kind), metadata };
}

import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { contentPolicy } from "../markup/look.ts";
import { rawBody } from "./body.ts";
import type { FleetExhibit, PullExhibit } from "./pages/exhibits.ts";
import { fleetsPage } from "./pages/fleet.ts";
import { styleText } from "./pages/layout.ts";

/** What the server shows. Every answer is made when asked for and holds no secret. */
export interface Exhibits {
  /** Whether the first pass has ended and the store answers. */
  isReady(): boolean;
  /** Metrics in the Prometheus text format. */
  metrics(): Promise<{ readonly contentType: string; readonly text: string }>;
  /** The fleets as last seen, in the shape of `plumbline status --output json`. */
  status(): Promise<string>;
  /** The fleets as their page shows them. */
  fleets?(): Promise<readonly FleetExhibit[]>;
  /** A delivery of a forge: bytes as they came. Gives the HTTP status to answer with; must not wait for work. */
  deliver?(headers: IncomingHttpHeaders, body: Buffer): Promise<number>;
}

/** A running server. */
export interface Server {
  readonly url: string;
  close(): Promise<void>;
}

const maxHeaderBytes = 16_384;
/** The largest delivery a forge sends. */
const maxDeliveryBytes = 25 * 1024 * 1024;
/** Pull requests are numbered; nothing else comes after a fleet's name. */
const pullPath = /^\/fleets\/([^/]{1,200})\/pulls\/(\d{1,9})$/;

interface Answer {
  readonly code: number;
  readonly contentType: string;
  readonly text: string;
  /** May be shown inside a page of this server. */
  readonly isFrame?: boolean;
}

/**
 * Serves `/` and `/fleets/…` (pages), `/healthz` (the process lives), `/readyz` (the first pass has ended), `/metrics`,
 * `/api/v1/status`, all read only, and takes deliveries at `/webhooks`. Rejects when the address cannot be had.
 */
export async function startServer(
  options: { readonly host: string; readonly port: number },
  exhibits: Exhibits,
): Promise<Server> {
  const server = createServer({ maxHeaderSize: maxHeaderBytes, requestTimeout: 30_000 }, (request, response) => {
    answer(request, exhibits).then(
      (given) => send(response, given, request.method === "HEAD"),
      () => send(response, plain(500, "The answer could not be made.\n"), false),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const { address, port, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, exhibits: Exhibits): Promise<Answer> {
  const [path = "/", query = ""] = (request.url ?? "/").split("?");
  if (path === "/webhooks") return await take(request, exhibits);
  request.resume();
  if (request.method !== "GET" && request.method !== "HEAD") return plain(405, "Only GET is answered here.\n");
  switch (path) {
    case "/":
      return exhibits.fleets === undefined ? nothing : markup(fleetsPage(await exhibits.fleets()));
    case "/healthz":
      return plain(200, "ok\n");
    case "/readyz":
      return exhibits.isReady() ? plain(200, "ok\n") : plain(503, "The first pass has not ended yet.\n");
    case "/metrics": {
      const { contentType, text } = await exhibits.metrics();
      return { code: 200, contentType, text };
    }
    case "/api/v1/status":
      return { code: 200, contentType: "application/json; charset=utf-8", text: await exhibits.status() };
    default:
      return await pullAnswer(path, new URLSearchParams(query).get("news"), exhibits);
  }
}

/** Answers at once: the sender waits only to know that it arrived. */
async function take(request: IncomingMessage, exhibits: Exhibits): Promise<Answer> {
  if (request.method !== "POST" || exhibits.deliver === undefined) {
    request.resume();
    return exhibits.deliver === undefined ? nothing : plain(405, "Deliveries are posted.\n");
  }
  const body = await rawBody(request, maxDeliveryBytes);
  if (body === undefined) return plain(413, "The delivery is too large.\n");
  const code = await exhibits.deliver(request.headers, body);
  return plain(code, code < 300 ? "taken\n" : "refused\n");
}

async function pullAnswer(path: string, seen: string | null, exhibits: Exhibits): Promise<Answer> {
  const match = pullPath.exec(path);
  if (match === null || exhibits.fleets === undefined) return nothing;
  const fleet = (await exhibits.fleets()).find((each) => encodeURIComponent(each.fleet) === match[1]);
  const pull: PullExhibit | undefined = fleet?.pulls.find(({ number }) => number === Number(match[2]));
  if (fleet === undefined || pull === undefined) return nothing;
  // Markdown is slow to load, and nobody may ever look.
  const { pullNews, pullPage } = await import("./pages/pull.ts");
  return seen === null ? markup(pullPage(fleet, pull)) : { ...markup(pullNews(fleet, pull, seen)), isFrame: true };
}

const nothing = plain(404, "Nothing is here. Try /, /healthz, /readyz, /metrics or /api/v1/status.\n");

function plain(code: number, text: string): Answer {
  return { code, contentType: "text/plain; charset=utf-8", text };
}

function markup(text: string): Answer {
  return { code: 200, contentType: "text/html; charset=utf-8", text };
}

/** The pages run nothing and fetch nothing: their one style is let through by its digest. */
const policy = contentPolicy({ style: styleText, frames: "holds" });
const framePolicy = contentPolicy({ style: styleText, frames: "is" });

function send(response: ServerResponse, given: Answer, headOnly: boolean): void {
  response.writeHead(given.code, {
    "content-type": given.contentType,
    "content-length": Buffer.byteLength(given.text),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": given.isFrame === true ? framePolicy : policy,
    ...(given.code === 405 && { allow: "GET, HEAD" }),
  });
  response.end(headOnly ? undefined : given.text);
}

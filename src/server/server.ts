import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the server shows. Every answer is made when asked for and holds no secret. */
export interface Exhibits {
  /** Whether the first pass has ended and the store answers. */
  isReady(): boolean;
  /** Metrics in the Prometheus text format. */
  metrics(): Promise<{ readonly contentType: string; readonly text: string }>;
  /** The fleets as last seen, in the shape of `plumbline status --output json`. */
  status(): Promise<string>;
}

/** A running server. */
export interface Server {
  readonly url: string;
  close(): Promise<void>;
}

/** Bytes of a request body that are read before the connection is cut: no route takes a body yet. */
const maxBodyBytes = 16_384;

interface Answer {
  readonly code: number;
  readonly contentType: string;
  readonly text: string;
}

/**
 * Serves `/healthz` (the process lives), `/readyz` (the first pass has ended), `/metrics` and `/api/v1/status`, read only.
 * Rejects when the address cannot be had.
 */
export async function startServer(
  options: { readonly host: string; readonly port: number },
  exhibits: Exhibits,
): Promise<Server> {
  const server = createServer({ maxHeaderSize: maxBodyBytes, requestTimeout: 10_000 }, (request, response) => {
    request.resume();
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
  if (request.method !== "GET" && request.method !== "HEAD") return plain(405, "Only GET is answered here.\n");
  switch (request.url?.split("?")[0]) {
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
      return plain(404, "Nothing is here. Try /healthz, /readyz, /metrics or /api/v1/status.\n");
  }
}

function plain(code: number, text: string): Answer {
  return { code, contentType: "text/plain; charset=utf-8", text };
}

function send(response: ServerResponse, given: Answer, headOnly: boolean): void {
  response.writeHead(given.code, {
    "content-type": given.contentType,
    "content-length": Buffer.byteLength(given.text),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...(given.code === 405 && { allow: "GET, HEAD" }),
  });
  response.end(headOnly ? undefined : given.text);
}

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One request as it arrived. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  /** What was answered. */
  status: number;
}

/** A server that says of credentials what a test wants said; the forge itself is tried on the embedded GitHub. */
export interface Stub {
  readonly url: string;
  readonly seen: Seen[];
  /** Answers before everything else. */
  special: ((seen: Seen) => readonly [number, unknown, Record<string, string>?] | undefined) | undefined;
  close(): Promise<void>;
}

/** Serves the stub on a free port of this machine. It knows the user `plumb` and no pull requests. */
export async function startStub(): Promise<Stub> {
  const server = createServer((request, response) => void answer(stub, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stub: Stub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ seen: [], special: undefined },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return stub;
}

async function answer(stub: Stub, request: IncomingMessage, response: ServerResponse): Promise<void> {
  for await (const _chunk of request);
  const { pathname: path } = new URL(request.url ?? "/", stub.url);
  const seen: Seen = { method: request.method ?? "", path, headers: request.headers, status: 0 };
  stub.seen.push(seen);
  const [status, body, headers] = stub.special?.(seen) ?? usual(path);
  seen.status = status;
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers });
  response.end(JSON.stringify(body));
}

function usual(path: string): readonly [number, unknown, Record<string, string>?] {
  if (path === "/user") return [200, { login: "plumb", type: "User" }];
  return path.endsWith("/pulls") ? [200, []] : [404, { message: "Not Found" }];
}

import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One request that came through, and what was answered. */
export interface Passage {
  readonly method: string;
  /** Without the prefix of Enterprise servers. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** 0 when the connection was cut. */
  status: number;
}

/** An answer instead of the real one; `after` lets the real work be done first, so that only its answer is lost. */
export interface Fault {
  /** Of `METHOD path`. */
  readonly matches: RegExp;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly after?: boolean;
  readonly cut?: boolean;
  /** The request stands before the gate until then, whatever its sender does meanwhile; then it passes as it is. */
  readonly hold?: Promise<void>;
  /** Once unless said. */
  times?: number;
}

/** A gate before a server: everything passes, but for what a test lets go wrong. */
export interface Gate {
  readonly url: string;
  readonly seen: Passage[];
  readonly faults: Fault[];
  /** Headers that every answer gets besides its own. */
  extra: Readonly<Record<string, string>>;
  /** What passed and was no reading. */
  writes(): readonly Passage[];
  close(): Promise<void>;
}

/** Opens a gate before the server at an address. */
export async function openGate(behind: string): Promise<Gate> {
  const server = createServer((request, response) => {
    pass(gate, behind, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const gate: Gate = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ seen: [], faults: [], extra: {} },
    writes: () => gate.seen.filter(({ method }) => method !== "GET"),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return gate;
}

async function pass(gate: Gate, behind: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { method = "", url = "/", headers } = request;
  const path = new URL(url, behind).pathname.replace(/^\/api\/v3/, "");
  const passage: Passage = { method, path, headers, status: 0 };
  gate.seen.push(passage);
  const fault = gate.faults.find(({ matches, times = 1 }) => times > 0 && matches.test(`${method} ${path}`));
  if (fault !== undefined) fault.times = (fault.times ?? 1) - 1;
  await fault?.hold;
  const real =
    fault === undefined || fault.hold !== undefined || fault.after === true
      ? await ask(behind + url, request, Buffer.concat(chunks))
      : undefined;
  if (fault?.cut === true) return void response.destroy();
  if ((fault === undefined || fault.hold !== undefined) && real !== undefined) {
    passage.status = real.status;
    response.writeHead(real.status, { ...real.headers, ...gate.extra });
    return void response.end(real.body);
  }
  passage.status = fault?.status ?? 500;
  response.writeHead(passage.status, { "content-type": "application/json; charset=utf-8", ...fault?.headers });
  response.end(JSON.stringify(fault?.body ?? { message: "Fault" }));
}

async function ask(url: string, request: IncomingMessage, body: Buffer) {
  const { host: _host, connection: _connection, "content-length": _length, ...headers } = request.headers;
  const answer = await fetch(url, {
    method: request.method ?? "GET",
    headers: headers as Record<string, string>,
    ...(body.length > 0 && { body }),
    redirect: "manual",
  });
  return {
    status: answer.status,
    headers: Object.fromEntries(
      [...answer.headers].filter(([name]) => !/^(connection|keep-alive|transfer-)/.test(name)),
    ),
    body: Buffer.from(await answer.arrayBuffer()),
  };
}

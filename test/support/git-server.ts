import { spawn } from "node:child_process";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gitEnvironment } from "./git.ts";

/** Which request of a talk a fault strikes: the greeting (v2 or v1), the list of refs, the pack. */
export type GitStep = "greeting" | "advertisement" | "list" | "pack";

/** What goes wrong, once, with the next request of a step. */
export type GitFault =
  | { readonly step: GitStep; readonly kind: "truncate" | "kill"; readonly bytes: number }
  | { readonly step: GitStep; readonly kind: "stall" }
  | { readonly step: GitStep; readonly kind: "status"; readonly status: number; readonly location?: string }
  | { readonly step: GitStep; readonly kind: "replace"; readonly body: Buffer };

/** Real Git repositories behind smart HTTP on loopback. */
export interface GitServer {
  /** URL of the repository in a folder of the root. */
  url(name: string): string;
  /** When set, requests must carry it as Basic password. */
  token: string | undefined;
  /** Faults that wait for their request. */
  readonly faults: GitFault[];
  /** Steps as they were asked for. */
  readonly steps: GitStep[];
  /** Bytes of the last whole answer of each step. */
  readonly answers: Map<GitStep, Buffer>;
  close(): Promise<void>;
}

/** Starts a server for all repositories below a folder. */
export async function startGitServer(root: string): Promise<GitServer> {
  const server = createServer((request, response) => {
    serve(world, root, request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const port = (server.address() as AddressInfo).port;
  const world: GitServer = {
    url: (name) => `http://127.0.0.1:${port}/${name}`,
    token: undefined,
    faults: [],
    steps: [],
    answers: new Map(),
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
  return world;
}

async function serve(
  world: GitServer,
  root: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await collect(request);
  const step = stepOf(request, body);
  world.steps.push(step);
  if (world.token !== undefined && request.headers.authorization !== basic(world.token)) {
    response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end();
    return;
  }
  const place = world.faults.findIndex((fault) => fault.step === step);
  const fault = place === -1 ? undefined : world.faults.splice(place, 1)[0];
  if (fault?.kind === "stall") return;
  if (fault?.kind === "status") {
    response.writeHead(fault.status, fault.location === undefined ? {} : { location: fault.location });
    response.end(`<html>failed with ${world.token}</html>`);
    return;
  }
  const answer = await backend(root, request, body);
  if (answer.status === 200) world.answers.set(step, answer.body);
  if (fault === undefined) {
    response.writeHead(answer.status, { "content-type": answer.contentType }).end(answer.body);
    return;
  }
  const sent = fault.kind === "replace" ? fault.body : answer.body.subarray(0, fault.bytes);
  // Written by hand: no length and no chunks, so that nothing but Git's own framing shows where the answer ends.
  const head = `HTTP/1.1 200 OK\r\nContent-Type: ${answer.contentType}\r\nConnection: close\r\n\r\n`;
  const socket = request.socket;
  socket.write(Buffer.concat([Buffer.from(head), sent]), () => {
    if (fault.kind === "kill") socket.resetAndDestroy();
    else socket.end();
  });
}

function stepOf(request: IncomingMessage, body: Buffer): GitStep {
  if (request.method === "POST") return body.includes("command=ls-refs") ? "list" : "pack";
  return request.headers["git-protocol"] === "version=2" ? "greeting" : "advertisement";
}

function basic(token: string): string {
  return `Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`;
}

async function backend(
  root: string,
  request: IncomingMessage,
  body: Buffer,
): Promise<{ status: number; contentType: string; body: Buffer }> {
  const [path = "", query = ""] = (request.url ?? "").split("?");
  const child = spawn("git", ["http-backend"], {
    env: {
      ...gitEnvironment,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: path,
      QUERY_STRING: query,
      REQUEST_METHOD: request.method ?? "GET",
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      CONTENT_LENGTH: String(body.length),
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  // A backend that is done without reading its input is no failure of the server.
  child.stdin.on("error", () => undefined);
  child.stdin.end(body);
  const output = await collect(child.stdout);
  const cut = output.indexOf("\r\n\r\n");
  const head = output.toString("latin1", 0, cut);
  return {
    status: Number(/^Status: (\d+)/im.exec(head)?.[1] ?? 200),
    contentType: /^Content-Type: (.+)$/im.exec(head)?.[1]?.trim() ?? "text/plain",
    body: output.subarray(cut + 4),
  };
}

async function collect(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { routed } from "./stub-routes.ts";
import type { Seen, Stub } from "./stub-world.ts";

/** Serves the stub on a free port of this machine. */
export async function startStub(): Promise<Stub> {
  const server = createServer((request, response) => void answer(stub, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stub: Stub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ seen: [], faults: [], comments: [], issues: [], pulls: [], statuses: [], runs: [], reactions: [] },
    ...{
      refs: new Map(),
      commits: new Map(),
      deployments: [],
      permission: "write",
      special: undefined,
      login: "plumb",
    },
    writes: () => stub.seen.filter(({ method }) => method !== "GET"),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return stub;
}

async function answer(stub: Stub, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString("utf8");
  const { pathname, searchParams } = new URL(request.url ?? "/", stub.url);
  const seen: Seen = {
    ...{ method: request.method ?? "", path: pathname, headers: request.headers, status: 0 },
    body: text === "" ? {} : JSON.parse(text),
  };
  stub.seen.push(seen);
  const fault = stub.faults.find((one) => one.matches.test(`${seen.method} ${pathname}`) && (one.times ?? 1) > 0);
  if (fault !== undefined) fault.times = (fault.times ?? 1) - 1;
  const special = stub.special?.(seen);
  const real =
    special ??
    (fault !== undefined && !fault.after
      ? ([500, {}] as const)
      : routed(stub, seen.method, pathname, seen.body, searchParams));
  if (fault?.cut) return void response.destroy();
  const [status, body] = fault === undefined ? real : [fault.status ?? 500, fault.body ?? { message: "Fault" }];
  const content = JSON.stringify(body ?? null);
  const etag = `W/"${createHash("sha1").update(content).digest("hex")}"`;
  const isSame = status === 200 && request.headers["if-none-match"] === etag;
  seen.status = isSame ? 304 : status;
  const page = { "x-ratelimit-limit": "5000", "x-ratelimit-remaining": "4000", "x-ratelimit-reset": "4102444800" };
  response.writeHead(seen.status, {
    "content-type": "application/json; charset=utf-8",
    etag,
    ...page,
    ...fault?.headers,
    ...special?.[2],
  });
  response.end(isSame || status === 204 ? undefined : content);
}

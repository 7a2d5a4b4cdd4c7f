import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Json } from "../../../src/core/json.ts";
import { createEdgeProvider, type EdgeOptions, type EdgeProvider } from "../../../src/providers/edge/index.ts";

const group = "networking.datumapis.com";

/** What a server that serves Networks alone says when asked group by group. */
export const discoveryAnswers: Readonly<Record<string, Json>> = {
  "/apis": { kind: "APIGroupList", groups: [{ name: group, versions: [{ groupVersion: `${group}/v1alpha` }] }] },
  [`/apis/${group}/v1alpha`]: {
    kind: "APIResourceList",
    resources: [{ name: "networks", kind: "Network", namespaced: true }],
  },
};

/** Answers with JSON. */
export function answer(response: ServerResponse, code: number, body: Json): void {
  response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** A server that does what the test says for whatever is not discovery, with a provider in front of it. */
export async function withFakeServer(
  serve: (request: IncomingMessage, response: ServerResponse, url: URL) => void,
  body: (provider: EdgeProvider) => Promise<void>,
  options: Partial<EdgeOptions> = {},
  discovery: () => Readonly<Record<string, Json>> = () => discoveryAnswers,
): Promise<void> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const known = discovery()[url.pathname];
    if (known === undefined || url.searchParams.size > 0) serve(request, response, url);
    else answer(response, 200, known);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = createEdgeProvider({
    ...{ name: "edge", endpoint, credentials: { kind: "none" }, pollIntervalMs: 1 },
    ...options,
  });
  try {
    await body(provider);
  } finally {
    await provider.close();
    server.closeAllConnections();
    server.close();
  }
}

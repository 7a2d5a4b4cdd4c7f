import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

/** A letter as it arrived. */
export interface Arrival {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver on a free port. `answers` are given one after the other; then it accepts. */
export async function startReceiver(answers: readonly (readonly [status: number, after?: string])[] = []) {
  const arrivals: Arrival[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const left = [...answers];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => void chunks.push(chunk));
    request.on("end", () => {
      const { url: path = "", headers } = request;
      arrivals.push({ path, headers, body: Buffer.concat(chunks).toString("utf8") });
      const [status, after] = left.shift() ?? [204];
      response.writeHead(status, {
        ...(after !== undefined && { "retry-after": after }),
        ...(status >= 300 && status < 400 && { location: "/elsewhere" }),
      });
      response.end();
      for (const { count, resolve } of waiting) if (arrivals.length >= count) resolve();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    arrivals,
    /** Resolves when so many letters have arrived since the start. */
    arrived: (count: number) =>
      new Promise<void>((resolve) => {
        if (arrivals.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

/** A listening HTTP server. */
export interface Listening {
  readonly url: string;
  readonly port: number;
  /** Ends at once: open connections are cut, because clients keep theirs alive. */
  close(): Promise<void>;
}

/** Starts an HTTP server on the loopback address; port 0 takes a free one. */
export function listen(listener: RequestListener, port: number): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const server = createServer({ keepAliveTimeout: 65_000 }, listener);
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.removeListener("error", reject);
      const bound = (server.address() as AddressInfo).port;
      resolve({
        url: `http://127.0.0.1:${bound}`,
        port: bound,
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            server.closeAllConnections();
          }),
      });
    });
  });
}

import { readFileSync } from "node:fs";
import { createServer as createPlainServer, request } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, connect } from "node:net";

/** A test certificate or key in PEM: `ca`, `server`, `server-key`, `client`, `client-key`. */
export function pem(name: string): string {
  return readFileSync(pemPath(name), "utf8");
}

/** The file of a test certificate or key. */
export function pemPath(name: string): string {
  return new URL(`../fixtures/tls/${name}.pem`, import.meta.url).pathname;
}

/** A server of a test on a free port. */
export interface Front {
  readonly url: string;
  /** What came by: certificate holders for TLS, targets for a proxy. */
  readonly seen: readonly string[];
  close(): void;
}

/** Puts TLS with the test authority's certificate before a plain server; with `clients`, only its client certificate is let in. */
export async function startTlsFront(behind: string, clients = false): Promise<Front> {
  const seen: string[] = [];
  const verified = clients ? { ca: pem("ca"), requestCert: true, rejectUnauthorized: true } : {};
  const server = createServer({ cert: pem("server"), key: pem("server-key"), ...verified }, (incoming, outgoing) => {
    const subject = (
      incoming.socket as { getPeerCertificate?(): { subject?: { CN?: string } } }
    ).getPeerCertificate?.();
    seen.push(subject?.subject?.CN ?? "");
    const { method, headers, url } = incoming;
    const onward = request(new URL(url ?? "/", behind), { method: method ?? "GET", headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  });
  const port = await listening(server);
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `https://127.0.0.1:${port}`, seen, close };
}

/** An HTTP proxy that carries tunnels. */
export async function startProxy(): Promise<Front> {
  const seen: string[] = [];
  const proxy = createPlainServer();
  proxy.on("connect", (incoming, socket) => {
    seen.push(incoming.url ?? "");
    const { hostname, port } = new URL(`http://${incoming.url}`);
    const onward = connect(Number(port), hostname, () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      onward.pipe(socket);
      socket.pipe(onward);
    });
    socket.on("error", () => onward.destroy());
    onward.on("error", () => socket.destroy());
  });
  const port = await listening(proxy);
  return { url: `http://127.0.0.1:${port}`, seen, close: () => proxy.close() };
}

function listening(server: ReturnType<typeof createPlainServer>): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

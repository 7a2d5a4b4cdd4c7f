import type { IncomingMessage } from "node:http";

/** The whole body as it came, up to a limit; undefined past it. Never decoded: a signature is over bytes. */
export async function rawBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const announced = Number(request.headers["content-length"] ?? 0);
  if (announced > maxBytes) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

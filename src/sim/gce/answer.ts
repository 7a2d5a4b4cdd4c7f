import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import type { ApiAnswer } from "./api.ts";

const compress = promisify(gzip);

/** Bodies below this are sent as they are. */
const leastGzipBytes = 1_024;

/** The headers that recorded answers have. */
const usualHeaders = {
  "cache-control": "private",
  server: "ESF",
  vary: "Origin, X-Origin, Referer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "SAMEORIGIN",
  "x-xss-protection": "0",
};

/** Sends an answer, compressed when the client takes that, or breaks the connection when it says so. */
export async function sendAnswer(request: IncomingMessage, response: ServerResponse, answer: ApiAnswer): Promise<void> {
  if (answer.broken === "unanswered") {
    request.socket.destroy();
    return;
  }
  const isText = typeof answer.body === "string";
  const text = isText ? (answer.body as string) : JSON.stringify(answer.body);
  const contentType = isText ? "text/html; charset=UTF-8" : "application/json; charset=UTF-8";
  await sendBytes(request, response, {
    status: answer.status,
    contentType,
    bytes: Buffer.from(text),
    broken: answer.broken,
  });
}

interface Bytes {
  readonly status: number;
  readonly contentType: string;
  readonly bytes: Buffer;
  readonly broken?: ApiAnswer["broken"];
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a body with the usual headers. */
export async function sendBytes(request: IncomingMessage, response: ServerResponse, body: Bytes): Promise<void> {
  const takesGzip = /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""));
  const packed =
    takesGzip && body.bytes.length >= leastGzipBytes
      ? await compress(body.bytes, { level: constants.Z_BEST_SPEED })
      : undefined;
  const bytes = packed ?? body.bytes;
  const headers = {
    ...usualHeaders,
    ...(packed === undefined ? {} : { "content-encoding": "gzip" }),
    "content-type": body.contentType,
    "content-length": String(bytes.length),
    ...body.headers,
  };
  response.writeHead(body.status, headers);
  if (body.broken !== "truncated") {
    response.end(bytes);
    return;
  }
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => request.socket.destroy());
}

/** Bytes of a request body; undefined when there are more than allowed. */
export async function readText(request: IncomingMessage, mostBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

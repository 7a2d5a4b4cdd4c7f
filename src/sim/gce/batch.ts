import { randomUUID } from "node:crypto";
import type { Api, ApiRequest } from "./api.ts";

/** An answer in the form of `multipart/mixed`. */
export interface BatchAnswer {
  readonly contentType: string;
  readonly text: string;
}

/** The most requests of one batch, as the API has it. */
const mostParts = 1_000;

/** Answers a batch: the command line client of the cloud sends its requests together. Undefined for a body that is none. */
export async function batchAnswer(api: Api, contentType: string, text: string): Promise<BatchAnswer | undefined> {
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1];
  if (boundary === undefined) return undefined;
  const parts = text
    .split(`--${boundary}`)
    .slice(1)
    .filter((part) => !part.startsWith("--"));
  if (parts.length > mostParts) return undefined;
  const mark = `batch_${randomUUID()}`;
  const answers: string[] = [];
  for (const part of parts) {
    const read = readPart(part);
    if (read === undefined) return undefined;
    const { status, body } = await api(read.request);
    const json = typeof body === "string" ? body : JSON.stringify(body);
    answers.push(
      [
        `--${mark}`,
        "Content-Type: application/http",
        ...(read.id === undefined ? [] : [`Content-ID: <response-${read.id}>`]),
        "",
        `HTTP/1.1 ${status} ${status < 400 ? "OK" : "Error"}`,
        "Content-Type: application/json; charset=UTF-8",
        `Content-Length: ${Buffer.byteLength(json)}`,
        "",
        json,
      ].join("\r\n"),
    );
  }
  return { contentType: `multipart/mixed; boundary=${mark}`, text: `${answers.join("\r\n")}\r\n--${mark}--\r\n` };
}

function readPart(part: string): { readonly request: ApiRequest; readonly id: string | undefined } | undefined {
  const [outer = "", ...rest] = part.replaceAll("\r\n", "\n").trim().split("\n\n");
  const id = /^content-id:\s*<?([^>\n]+)>?/im.exec(outer)?.[1];
  const [head = "", ...bodies] = rest;
  const first = /^\s*([A-Z]+) (\S+)/.exec(head);
  if (first === null) return undefined;
  const url = new URL(first[2] ?? "/", "http://batch");
  const request = { method: first[1] ?? "GET", path: url.pathname, query: url.searchParams, text: bodies.join("\n\n") };
  return { request, id };
}

import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { Json, JsonObject } from "../../../core/json.ts";
import { isObject } from "../../../core/json.ts";
import { pathIn } from "../reference.ts";
import { textOf } from "../values.ts";
import { placeholderOf } from "./names.ts";

/** One recorded request with the real answer. */
export interface Exchange {
  readonly method: string;
  /** Path and query behind the API's version, with the recorder's placeholders. */
  readonly path: string;
  readonly request: JsonObject | undefined;
  readonly status: number;
  readonly response: JsonObject;
}

/** What the simulator answered to one recorded request. */
export interface Replayed {
  readonly exchange: Exchange;
  readonly sent: string;
  readonly status: number;
  readonly body: JsonObject;
}

/** Exchanges that follow one another in one project. */
export interface Session {
  readonly file: string;
  readonly project: string;
  /** `2019-05`, as far as the recording says. */
  readonly recordedAt: string;
  readonly exchanges: readonly Exchange[];
  /** Requests to other services, which are not replayed. */
  readonly skipped: number;
  /** Whether request bodies and earlier requests are missing, so that preconditions come from the answers. */
  readonly answersOnly: boolean;
}

const mostBytes = 50_000_000;

/** Reads every recording below a folder: logs of exchanges, and single answers as JSON files. */
export function readRecordings(folder: string): readonly Session[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return readRecordings(path);
      if (!entry.isFile() || statSync(path).size > mostBytes) return [];
      if (entry.name.endsWith(".log")) return [readLog(path)];
      return entry.name.endsWith(".json") ? readAnswer(path) : [];
    });
}

/** A log: exchanges with a line of dashes between, each a request, an empty line, a status, headers and a body. */
function readLog(path: string): Session {
  const parts = readFileSync(path, "utf8")
    .replaceAll("\r\n", "\n")
    .split(/\n---\n/);
  const exchanges: Exchange[] = [];
  let skipped = 0;
  for (const part of parts) {
    const first = /^(GET|POST|PUT|PATCH|DELETE) (\S+)$/m.exec(part);
    if (first === null) continue;
    const inside = /^https:\/\/(?:compute|www)\.googleapis\.com\/compute\/[a-z0-9]+\/(.*)$/.exec(first[2] ?? "");
    const answer = /^(\d{3}) .*$/m.exec(part);
    if (inside === null || answer === null) {
      skipped += 1;
      continue;
    }
    const request = firstObject(part.slice(0, answer.index));
    const response = firstObject(part.slice(answer.index)) ?? {};
    const status = Number(answer[1]);
    exchanges.push({ method: first[1] ?? "GET", path: inside[1] ?? "", request, status, response });
  }
  const file = basename(path);
  const recordedAt = /^\d{4}-\d{2}/.exec(file)?.[0] ?? "";
  return { file, project: placeholderOf("projectId"), recordedAt, exchanges, skipped, answersOnly: false };
}

function firstObject(text: string): JsonObject | undefined {
  const found = /^\{\n[\s\S]*?^\}$|^\{\}$/m.exec(text)?.[0];
  if (found === undefined) return undefined;
  const value = JSON.parse(found) as Json;
  return isObject(value) ? value : undefined;
}

/** A single answer: the request is read from the links in it. */
function readAnswer(path: string): readonly Session[] {
  const read = JSON.parse(readFileSync(path, "utf8")) as Json;
  const file = basename(path);
  if (!isObject(read) || !isObject(read.body) || !isObject(read.headers)) return [];
  const { body, headers } = read;
  const exchange = exchangeOf(file, body, Number(textOf(headers, "status") ?? 200));
  if (exchange === undefined) return [];
  const project = /projects\/([^/]+)/.exec(exchange.path)?.[1] ?? "";
  const recordedAt = new Date(textOf(headers, "date") ?? 0).toISOString().slice(0, 7);
  return [{ file, project, recordedAt, exchanges: [exchange], skipped: 0, answersOnly: true }];
}

function exchangeOf(file: string, body: JsonObject, status: number): Exchange | undefined {
  const method = /__(get|post|put|patch|delete)-/.exec(file)?.[1]?.toUpperCase();
  if (method === undefined) return undefined;
  const isOperation = (textOf(body, "kind") ?? "").endsWith("#operation") && method !== "GET";
  const link = textOf(body, isOperation ? "targetLink" : "selfLink");
  if (link === undefined || !link.includes("projects/")) return undefined;
  // The last word of the name is the custom method; it is no part of any link.
  const verb = method === "POST" ? `/${/-([a-zA-Z]+)_\d+\.json$/.exec(file)?.[1] ?? ""}` : "";
  return { method, path: `${pathIn(link)}${verb}`, request: undefined, status, response: body };
}

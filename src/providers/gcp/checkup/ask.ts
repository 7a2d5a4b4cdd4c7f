import { performance } from "node:perf_hooks";
import type { JsonObject } from "../../../core/json.ts";
import { ProviderError } from "../../provider.ts";
import type { Access } from "../client/access.ts";
import type { TokenAnswer, Wire } from "../credentials/wire.ts";
import { refusalOfAnswer, sortedError } from "../failure.ts";
import { neighbourUrl, type Settings } from "../options.ts";

/** A question to one of Google's services. */
export interface Question {
  readonly service: "compute" | "cloudresourcemanager" | "iam" | "secretmanager" | "oauth2";
  /** Path and query, from the slash. */
  readonly path: string;
  readonly body?: JsonObject;
  readonly doing: string;
}

/** What looking around needs: who asks, and how. */
export interface Examination {
  readonly settings: Settings;
  readonly access: Access;
  readonly wire: Wire;
  readonly nowMs: () => number;
}

/** Asks one question; a refusal is thrown, sorted by what happens next. */
export async function ask(examination: Examination, { service, path, body, doing }: Question): Promise<JsonObject> {
  const { access, nowMs } = examination;
  const url = `${hostOf(examination.settings, service)}${path}`;
  const headers = await access.headers(url);
  const answer = await askPlainly(examination, url, headers, body);
  if (answer.status >= 200 && answer.status < 300) return answer.json;
  throw sortedError(refusalOfAnswer(answer.status, answer.json, undefined), doing, "", nowMs());
}

function hostOf({ endpoint }: Settings, service: Question["service"]): string {
  const { protocol, host, port } = endpoint;
  if (service === "compute") return `${protocol}://${host}:${port}`;
  return neighbourUrl(endpoint, service);
}

async function askPlainly(
  { wire }: Examination,
  url: string,
  headers: Readonly<Record<string, string>>,
  body?: JsonObject,
): Promise<TokenAnswer> {
  const asked = new URL(url).host;
  return await wire.ask({
    method: body === undefined ? "GET" : "POST",
    url,
    headers,
    asked,
    ...(body && { json: body }),
  });
}

/** The other side's time minus ours, in seconds; undefined when it tells none. Needs no credentials. */
export async function clockSkewSeconds(examination: Examination): Promise<number | undefined> {
  const startedAtMs = performance.now();
  const url = `${hostOf(examination.settings, "compute")}/`;
  const { headers } = await askPlainly(examination, url, {});
  const theirs = Date.parse(String(headers.date ?? ""));
  if (Number.isNaN(theirs)) return undefined;
  const halfwayMs = (performance.now() - startedAtMs) / 2;
  return (theirs - (examination.nowMs() - halfwayMs)) / 1_000;
}

/** The failure of a question as a value; anything but a failing world is thrown on. */
export async function attempt<T>(work: Promise<T>): Promise<T | ProviderError> {
  return await work.catch((error: unknown) => {
    if (error instanceof ProviderError) return error;
    throw error;
  });
}

import type { Json, JsonObject } from "../../../src/core/json.ts";
import { type EdgeSimulator, type EdgeSimulatorOptions, startEdgeSimulator } from "../../../src/sim/edge/index.ts";

/** An answer with what tests look at. */
export interface Answer {
  readonly code: number;
  readonly body: JsonObject;
  readonly headers: Headers;
}

/** Sends one request. */
export type Send = (method: string, path: string, body?: Json, type?: string) => Promise<Answer>;

/** Path of the networking group's collections in a namespace. */
export const networking = "/apis/networking.datumapis.com/v1alpha/namespaces/default";
export const networks = `${networking}/networks`;

export const applyType = "application/apply-patch+yaml";
export const mergeType = "application/merge-patch+json";

/** Makes the sender for a base URL. */
export function sender(url: string): Send {
  return async (method, path, body, type = "application/json") => {
    const answer = await fetch(url + path, {
      method,
      headers: { "content-type": type, "user-agent": "tester/1.0" },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return { code: answer.status, body: (await answer.json()) as JsonObject, headers: answer.headers };
  };
}

/** Starts a simulator, runs the body, stops it. */
export async function withSimulator(
  body: (send: Send, simulator: EdgeSimulator) => Promise<void>,
  options: EdgeSimulatorOptions = {},
): Promise<void> {
  const simulator = await startEdgeSimulator({ readyAfterMs: 10, ...options });
  try {
    await body(sender(simulator.url), simulator);
  } finally {
    await simulator.close();
  }
}

/** A Network as a client sends it. */
export function network(name: string, spec: JsonObject = {}, metadata: JsonObject = {}): JsonObject {
  return {
    apiVersion: "networking.datumapis.com/v1alpha",
    kind: "Network",
    metadata: { name, ...metadata },
    spec: { ipam: { mode: "Auto" }, ...spec },
  };
}

/** Asks until the answer is as wanted; the test's deadline bounds it. */
export async function until(ask: () => Promise<Answer>, wanted: (answer: Answer) => boolean): Promise<Answer> {
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
}

/** Reads a value by its field names. */
export function at(value: Json | undefined, ...path: readonly (string | number)[]): Json | undefined {
  let found: Json | undefined = value;
  for (const step of path) {
    if (typeof found !== "object" || found === null) return undefined;
    found = (found as Record<string | number, Json>)[step];
  }
  return found;
}

/** Status of a condition by its type. */
export function conditionOf(object: JsonObject, type: string): Json | undefined {
  const conditions = at(object, "status", "conditions");
  const list = Array.isArray(conditions) ? (conditions as readonly Json[]) : [];
  return at(
    list.find((condition) => at(condition, "type") === type),
    "status",
  );
}

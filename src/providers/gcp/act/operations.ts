import type { JsonObject } from "../../../core/json.ts";
import { ProviderError } from "../../provider.ts";
import { objectsAt, textAt } from "../boot/template.ts";
import type { Api } from "../client/api.ts";
import type { Call } from "../client/call.ts";
import { refusalOfOperation, sortedError } from "../failure.ts";
import type { Service } from "../kinds.ts";
import { lastOf } from "../names.ts";
import { createWatch, type Pace } from "./watch.ts";

/** Waits for operations. */
export interface Operations {
  /** Resolves when the operation has gone well; throws what it failed with, sorted. */
  settle(operation: JsonObject, project: string, doing: string, resource: string, signal: AbortSignal): Promise<void>;
}

/** Up to so many operations of one scope are asked for one by one; more are listed. */
const singly = 2;
const listed = 500;
const patientAbsences = 10;
const fields = "name,status,error,httpErrorStatusCode,httpErrorMessage";

/** Makes a waiter for operations: whatever runs in one zone, region or project is looked at together. */
export function createOperations(api: Api, pace: Pace): Operations {
  const watch = createWatch((scope, names, signal) => look(api, scope, names, signal), pace);
  return {
    async settle(operation, project, doing, resource, signal) {
      const name = textAt(operation, "name");
      if (textAt(operation, "status") === "DONE") return finish(operation, doing, resource, pace);
      let absences = 0;
      const isOver = (live: JsonObject | undefined): boolean => {
        // An operation may not be visible everywhere at once.
        absences = live === undefined ? absences + 1 : 0;
        return textAt(live, "status") === "DONE" || absences > patientAbsences;
      };
      const done = await watch.until({ scope: scopeOf(operation, project), name, isOver, doing, resource }, signal);
      const lost = `${doing}: the operation is not known any more.`;
      if (done === undefined) throw new ProviderError(lost, { code: "changed", next: "retry", resource });
      finish(done, doing, resource, pace);
    },
  };
}

/**
 * Whether an operation had failed before it was answered with: an attempt of an earlier process, whose request id was the same,
 * and which says nothing about now.
 */
export function failedEarlier(operation: JsonObject): boolean {
  return textAt(operation, "status") === "DONE" && refusalOfOperation(operation) !== undefined;
}

function finish(operation: JsonObject, doing: string, resource: string, pace: Pace): void {
  const refusal = refusalOfOperation(operation);
  if (refusal !== undefined) throw sortedError(refusal, doing, resource, pace.nowMs());
}

/** `project zone us-south1-a`: where the operation lives. */
function scopeOf(operation: JsonObject, project: string): string {
  const zone = textAt(operation, "zone");
  const region = textAt(operation, "region");
  if (zone !== "") return `${project} zone ${lastOf(zone)}`;
  return region !== "" ? `${project} region ${lastOf(region)}` : `${project} global `;
}

async function look(
  api: Api,
  scope: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, JsonObject>> {
  const [project = "", kind = "", area = ""] = scope.split(" ");
  const service: Service =
    kind === "zone" ? "ZoneOperations" : kind === "region" ? "RegionOperations" : "GlobalOperations";
  const place = { project, ...(kind === "global" ? {} : { [kind]: area }) };
  const found = new Map<string, JsonObject>();
  const common = { service, resource: "", doing: `look at the operations of ${scope.trim()}` };
  if (names.length > singly) {
    const request = { ...place, maxResults: listed, orderBy: "creationTimestamp desc" };
    const answer = await api.call({ ...common, method: "list", request, fields: `kind,items(${fields})` }, signal);
    for (const operation of objectsAt(answer, "items")) found.set(textAt(operation, "name"), operation);
  }
  const missing = names.filter((name) => !found.has(name));
  await Promise.all(
    missing.map(async (name) => {
      const call: Call = { ...common, method: "get", request: { ...place, operation: name }, fields };
      const operation = await found404(api.call(call, signal));
      if (operation !== undefined) found.set(name, operation);
    }),
  );
  return found;
}

/** What is not there is undefined and no failure. */
export async function found404<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ProviderError && error.code === "not-found") return undefined;
    throw error;
  }
}

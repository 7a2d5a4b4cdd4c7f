import type { JsonObject } from "../../core/json.ts";
import type { Observed, Resource } from "../../core/resource.ts";
import type { Fleet } from "../../datum/fleet.ts";
import { type Order, type Provider, ProviderError, type Scope } from "../provider.ts";
import type { Bench } from "./act/bench.ts";
import { createOperations } from "./act/operations.ts";
import { carryOut } from "./act/order.ts";
import { createRequestIds } from "./act/request-ids.ts";
import { createWatch } from "./act/watch.ts";
import { type Api, openApi } from "./client/api.ts";
import { compareThings } from "./compare.ts";
import { exposuresOf } from "./exposures.ts";
import { kindNames } from "./kinds.ts";
import { lookAtInstances } from "./live/instances.ts";
import { listProject } from "./live/list.ts";
import { type GcpOptions, type Settings, settingsOf } from "./options.ts";
import { projectsOf, translateFleet } from "./translate/fleet.ts";
import { problemsOf } from "./translate/problems.ts";

import { writtenOf } from "./written.ts";

export type { GcpCredentials, GcpOptions } from "./options.ts";

const firstDelayMs = 30;

/** A provider for Compute Engine or a server that speaks its API. Nothing is loaded or sent before the first observe or apply. */
export function createGcpProvider(options: GcpOptions): Provider {
  const settings = settingsOf(options);
  const api = openApi(settings, Date.now);
  const bench = benchOf(settings, api);
  return {
    name: settings.name,
    kinds: kindNames,
    realms: (fleet: Fleet) => projectsOf(fleet, settings),
    problems: (fleet: Fleet) => problemsOf(fleet, settings),
    translate: (fleet: Fleet) => translateFleet(fleet, settings),
    observe: (scope: Scope, signal: AbortSignal) => observeAll(api, settings, scope, signal),
    compare: (resource: Resource, observed: Observed) => compareThings(resource, observed),
    exposures: exposuresOf,
    written: (resource, field) => writtenOf(resource, field, settings),
    apply: (order: Order, signal: AbortSignal) => carryOut(bench, order, signal),
    close: () => api.close(),
  };
}

async function* observeAll(api: Api, settings: Settings, scope: Scope, signal: AbortSignal): AsyncIterable<Observed> {
  for (const project of scope.realms) yield* listProject(api, settings.name, scope.fleet, project, signal);
}

function benchOf(settings: Settings, api: Api): Bench {
  const { pollIntervalMs, operationTimeoutMs: timeoutMs } = settings;
  const pace = {
    firstDelayMs: Math.min(firstDelayMs, pollIntervalMs),
    longestDelayMs: pollIntervalMs,
    timeoutMs,
    nowMs: Date.now,
  };
  return {
    settings,
    api,
    operations: createOperations(api, pace),
    instances: createWatch((scope, names, signal) => lookAtInstances(api, scope, names, signal), pace),
    requestIds: createRequestIds(),
    checkBody,
  };
}

/** The official client drops what it does not know without a word; this does not. */
async function checkBody(message: string, body: JsonObject, resource: string): Promise<void> {
  const { loadDescription } = await import("./description/load.ts");
  const { validateBody } = await import("./description/validate.ts");
  const [first] = validateBody(loadDescription(), message, body);
  if (first === undefined) return;
  const text = `${resource}: the API has no ${first.path}${first.rule === "unknown" ? ` ${first.detail}` : ` of this value (${first.detail})`}.`;
  throw new ProviderError(text, { code: "invalid", next: "person", resource });
}

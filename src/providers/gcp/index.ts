import type { Observed, Resource } from "../../core/resource.ts";
import type { Fleet } from "../../datum/fleet.ts";
import { type Order, type Provider, ProviderError, type Scope } from "../provider.ts";
import type { Bench } from "./act/bench.ts";
import { createLocks } from "./act/locks.ts";
import { createOperations } from "./act/operations.ts";
import { carryOut } from "./act/order.ts";
import { createRequestIds } from "./act/request-ids.ts";
import { createWatch } from "./act/watch.ts";
import { checkUp } from "./checkup/checkup.ts";
import { accessFor } from "./client/access.ts";
import { type Api, openApi } from "./client/api.ts";
import { openRest, type Rest } from "./client/rest.ts";
import { compareThings } from "./compare.ts";
import { exposuresOf } from "./exposures.ts";
import { isRoutingKind, kindNames } from "./kinds.ts";
import { whoChanged } from "./live/doers.ts";
import { lookAtInstances } from "./live/instances.ts";
import { listProject } from "./live/list.ts";
import { type GcpOptions, type Settings, settingsOf } from "./options.ts";
import { compareSecretThings } from "./secrets/compare.ts";
import { isSecretKind, secretKinds, secretsRealm } from "./secrets/kinds.ts";
import { listSecrets } from "./secrets/observe.ts";
import { carryOutSecret } from "./secrets/order.ts";
import { standsIn } from "./standing.ts";
import { type Ground, lookAround } from "./survey/ground.ts";
import { surveyOf } from "./survey/survey.ts";
import { retainedDisks } from "./translate/disk.ts";
import { realmsOf, translateFleet } from "./translate/fleet.ts";
import { problemsOf } from "./translate/problems.ts";
import { rangeFactsOf, rememberedBlock } from "./translate/ranges.ts";
import { routingRealm } from "./translate/routing.ts";
import { namingOf } from "./translate/served.ts";
import { writtenOf } from "./written.ts";

export type { GcpCredentials, GcpOptions } from "./options.ts";

const firstDelayMs = 30;

/** A provider for Compute Engine or a server that speaks its API. Nothing is loaded or sent before the first observe or apply. */
export function createGcpProvider(options: GcpOptions): Provider {
  const settings = settingsOf(options);
  const access = accessFor(settings);
  const api = openApi(settings, access, Date.now);
  const rest = openRest(settings, access, Date.now);
  const bench = benchOf(settings, api);
  const observe = (scope: Scope, signal: AbortSignal) => observeAll(api, rest, settings, scope, signal);
  const secretBench = { provider: settings.name, rest, lookup: settings.secrets };
  return {
    name: settings.name,
    kinds: [...secretKinds, ...kindNames],
    realms: (fleet: Fleet) => realmsOf(fleet, settings),
    problems: (fleet: Fleet) => problemsOf(fleet, settings),
    ranges: (fleet: Fleet, observed: readonly Observed[]) => rangeFactsOf(fleet, observed, settings),
    allocation: rememberedBlock,
    translate: (fleet: Fleet) => translateFleet(fleet, settings),
    retained: (fleet, observed) => retainedDisks(fleet, settings, namingOf(fleet, settings), observed),
    observe,
    compare: (resource: Resource, observed: Observed) =>
      isSecretKind(resource.kind) ? compareSecretThings(resource, observed) : compareThings(resource, observed),
    exposures: exposuresOf,
    standsIn,
    written: (resource, field) => writtenOf(resource, field, settings),
    whoChanged: (keys, sinceIso, signal) => whoChanged(api, keys, sinceIso, signal),
    apply: (order: Order, signal: AbortSignal) =>
      isSecretKind(order.change.kind)
        ? carryOutSecret(secretBench, order.change.kind, order, signal)
        : carryOut(bench, order, signal),
    checkup: (fleets, signal) => checkUp({ settings, access, nowMs: Date.now }, observe, fleets, signal),
    survey: async (survey, signal) => {
      const grounds: Ground[] = [];
      for (const project of survey.realms) grounds.push(await lookAround(api, project, signal));
      return surveyOf(grounds, survey, settings);
    },
    close: async () => void (await Promise.all([api.close(), rest.close()])),
  };
}

/**
 * Accounts and secrets are listed where the fleet wants some or is known to have some. With nothing remembered they are looked
 * for everywhere, for they may be ours; a project that lets nobody see them then has none of ours.
 */
async function* observeAll(
  api: Api,
  rest: Rest,
  settings: Settings,
  { fleet, realms, kinds }: Scope,
  signal: AbortSignal,
): AsyncIterable<Observed> {
  const { name: provider } = settings;
  for (const project of realms.filter((realm) => !realm.includes("/"))) {
    const isRouted = realms.includes(routingRealm(project)) || kinds?.some((kind) => isRoutingKind(kind)) !== false;
    const listed = isRouted ? kindNames : kindNames.filter((kind) => !isRoutingKind(kind));
    yield* listProject(api, provider, fleet, project, listed, signal);
    const isAsked = realms.includes(secretsRealm(project)) || kinds?.some(isSecretKind) === true;
    if (!isAsked && kinds !== undefined) continue;
    try {
      yield* await listSecrets({ rest, provider, fleet, project }, signal);
    } catch (error) {
      if (isAsked || !(error instanceof ProviderError) || error.retryable) throw error;
    }
  }
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
    locks: createLocks(),
  };
}

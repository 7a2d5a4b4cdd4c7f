import { performance } from "node:perf_hooks";
import type { Problem } from "../../core/problem.ts";
import type { Observed, Resource } from "../../core/resource.ts";
import type { Fleet } from "../../datum/fleet.ts";
import { type Order, type Provider, ProviderError, type Scope } from "../provider.ts";
import { carryOut } from "./apply.ts";
import { createAttention } from "./attention.ts";
import type { Bench } from "./bench.ts";
import { checkUp } from "./checkup.ts";
import { createClient } from "./client.ts";
import { compareObjects } from "./compare.ts";
import { type Access, openAccess } from "./credentials.ts";
import { createDiscovery } from "./discovery.ts";
import { whoChanged } from "./doers.ts";
import { exposuresOf } from "./exposures.ts";
import { unservedProblems } from "./finding.ts";
import { groupOf, type KnownKind, kindId, kindsOf } from "./kinds.ts";
import { textOf } from "./object.ts";
import { type Lens, observeRealms } from "./observe.ts";
import { controlPlaneUrl, type EdgeOptions, edgeDefaults } from "./options.ts";
import { claimedBlock, presenceFacts } from "./presences.ts";
import { rehearse } from "./rehearse.ts";
import { surveyPlane } from "./survey.ts";
import { keyOf, strayProblems, type Translator, translateFleet } from "./translate.ts";
import { watchRealms } from "./watch.ts";
import { writtenOf } from "./written.ts";

export type { EdgeCredentials, EdgeOptions } from "./options.ts";

/** A provider that can also let the server judge a plan, and say when something of ours moves. */
export interface EdgeProvider extends Provider {
  /** What the server itself says (defaults, validation, webhooks, other managers), without a change. */
  rehearse(orders: readonly Order[], signal: AbortSignal): Promise<readonly Problem[]>;
  /** Calls back whenever something of the wanted kinds changes; gives the function that ends it. A hint carries no truth. */
  watch(scope: Scope, onHint: () => void): () => Promise<void>;
}

/** A provider for one control plane that speaks the Kubernetes API. Nothing is sent before the first observe or apply. */
export function createEdgeProvider(options: EdgeOptions): EdgeProvider {
  const { name } = options;
  const kinds = kindsOf(options.kinds ?? []);
  const timeoutMs = options.timeoutMs ?? edgeDefaults.timeoutMs;
  const pageSize = options.pageSize ?? edgeDefaults.pageSize;
  const access = openAccess(options);
  const { origin, prefix } = addressOf(options, access);
  const { proxy } = options;
  const certificateAuthority = options.certificateAuthority ?? access.certificateAuthority;
  const pollIntervalMs = options.pollIntervalMs ?? edgeDefaults.pollIntervalMs;
  const busyPauseMs = 4 * pollIntervalMs;
  const client = createClient({
    ...{ origin, prefix, access, certificateAuthority, proxy, timeoutMs, pageSize, busyPauseMs },
  });
  const nowMs = () => performance.now();
  const discovery = createDiscovery(client, kinds, nowMs);
  const bench: Bench = {
    ...{ provider: name, client, discovery, kinds, nowMs },
    forceConflicts: options.forceConflicts ?? false,
    readyTimeoutMs: (kind) => options.readyTimeoutMs ?? kind.readyTimeoutMs ?? edgeDefaults.readyTimeoutMs,
    pollIntervalMs,
    settleTimeoutMs: options.settleTimeoutMs ?? edgeDefaults.settleTimeoutMs,
  };
  const attention = createAttention(kinds);
  const siblings = (options.controlPlanes ?? []).filter((other) => other !== name);
  const lens: Lens = { provider: name, kinds, client, discovery, siblings };
  const { controlPlanes = [name] } = options;
  const translator = (): Translator => ({ provider: name, kinds, controlPlanes, served: discovery.last() });
  const translate = (fleet: Fleet): readonly Resource[] =>
    attention.yielding(attention.want(translateFleet(translator(), fleet)));
  return {
    name,
    servesByDefault: controlPlanes[0] === name,
    kinds: kinds.map((kind) => kind.word),
    realms: (fleet) => [...new Set(translate(fleet).map(({ realm }) => realm))].sort(),
    problems: (fleet) => [
      ...strayProblems(translator(), fleet),
      ...unservedProblems(translate(fleet), kinds, discovery.last()),
    ],
    allocation: claimedBlock,
    ranges: (fleet, observed) => presenceFacts({ ...translator(), keyOf }, fleet, observed),
    translate,
    observe: (scope, signal) => {
      const interest = attention.interest(scope);
      return attention.learn(scope, observeRealms(lens, scope, interest, signal));
    },
    compare: (resource: Resource, observed: Observed) => compareObjects(kindOf(kinds, resource), resource, observed),
    exposures: (_kind, spec) => exposuresOf(spec),
    written: writtenOf,
    apply: (order: Order, signal: AbortSignal) => {
      attention.touch(order.change.kind);
      // Each waits on a signal of its own: dozens that listen on one at once look like a leak to Node.
      return carryOut(bench, order, AbortSignal.any([signal]));
    },
    whoChanged: (keys, sinceIso, signal) => whoChanged(bench, keys, sinceIso, signal),
    rehearse: (orders, signal) => rehearse(bench, orders, signal),
    watch: (scope, onHint) => {
      const { pollIntervalMs: firstDelayMs } = bench;
      return watchRealms({ client, discovery, kinds, interest: attention.interest, firstDelayMs }, scope, onHint);
    },
    checkup: (fleets, signal) => checkUp({ origin, client, discovery }, fleets.flatMap(translate), signal),
    survey: (survey, signal) => surveyPlane(bench, controlPlanes[0] === name ? "" : name, survey, signal),
    close: () => client.close(),
  };
}

function addressOf(options: EdgeOptions, access: Access): ReturnType<typeof controlPlaneUrl> {
  const endpoint = options.endpoint || access.endpoint;
  if (endpoint !== "") return controlPlaneUrl(endpoint, options.project ?? access.project);
  const message = "Nothing names the server: neither the configuration nor the credentials.";
  throw new ProviderError(message, { code: "invalid", next: "person" });
}

function kindOf(kinds: readonly KnownKind[], resource: Resource): KnownKind {
  const { spec } = resource;
  const id = kindId({ group: groupOf(textOf(spec, "apiVersion")), kind: textOf(spec, "kind") });
  return kinds.find((kind) => kindId(kind) === id) as KnownKind;
}

import { performance } from "node:perf_hooks";
import type { Observed, Resource } from "../../core/resource.ts";
import type { Fleet } from "../../datum/fleet.ts";
import type { Order, Provider, Scope } from "../provider.ts";
import { type Bench, carryOut } from "./apply.ts";
import { createClient } from "./client.ts";
import { compareObjects } from "./compare.ts";
import { accessFor } from "./credentials.ts";
import { createDiscovery } from "./discovery.ts";
import { groupOf, type KnownKind, kindId, kindsOf } from "./kinds.ts";
import { textOf } from "./object.ts";
import { type Interest, observeRealms } from "./observe.ts";
import { controlPlaneUrl, type EdgeOptions, edgeDefaults } from "./options.ts";
import { translateFleet } from "./translate.ts";

export type { EdgeCredentials, EdgeOptions } from "./options.ts";

/** A provider for one control plane that speaks the Kubernetes API. Nothing is sent before the first observe or apply. */
export function createEdgeProvider(options: EdgeOptions): Provider {
  const { name } = options;
  const kinds = kindsOf(options.kinds ?? []);
  const { origin, prefix } = controlPlaneUrl(options.endpoint, options.project);
  const client = createClient({
    origin,
    prefix,
    access: accessFor(options.credentials),
    certificateAuthority: options.certificateAuthority,
    proxy: options.proxy,
    timeoutMs: options.timeoutMs ?? edgeDefaults.timeoutMs,
  });
  const discovery = createDiscovery(client, kinds, () => performance.now());
  const bench: Bench = {
    ...{ provider: name, client, discovery, kinds },
    readyTimeoutMs: options.readyTimeoutMs ?? edgeDefaults.readyTimeoutMs,
    pollIntervalMs: options.pollIntervalMs ?? edgeDefaults.pollIntervalMs,
    settleTimeoutMs: options.settleTimeoutMs ?? edgeDefaults.settleTimeoutMs,
    nowMs: () => performance.now(),
  };
  const attention = createAttention(kinds);
  return {
    name,
    kinds: kinds.map((kind) => kind.word),
    realms: (fleet: Fleet) => [...new Set(translateFleet(name, kinds, fleet).map(({ realm }) => realm))].sort(),
    translate: (fleet: Fleet) => attention.note(translateFleet(name, kinds, fleet)),
    observe: (scope: Scope, signal: AbortSignal) =>
      attention.watch(
        scope,
        observeRealms(name, kinds, scope, attention.interest(scope), { client, discovery }, signal),
      ),
    compare: (resource: Resource, observed: Observed) => compareObjects(kindOf(kinds, resource), resource, observed),
    apply: (order: Order, signal: AbortSignal) => {
      attention.touch(order.change.kind);
      return carryOut(bench, order, signal);
    },
    close: () => client.close(),
  };
}

function kindOf(kinds: readonly KnownKind[], resource: Resource): KnownKind {
  const { spec } = resource;
  const id = kindId({ group: groupOf(textOf(spec, "apiVersion")), kind: textOf(spec, "kind") });
  return kinds.find((kind) => kindId(kind) === id) as KnownKind;
}

/**
 * Remembers which kinds are worth listing. The first look at a realm goes through every kind, so that a lost inventory
 * is found again; later ones only through what is wanted or was seen to be ours, because nobody else makes such things.
 */
function createAttention(kinds: readonly KnownKind[]) {
  const wanted = new Set<string>();
  const marked = new Set<string>();
  const swept = new Set<string>();
  const idOf = new Map(kinds.map((kind) => [kind.word, kindId(kind)]));
  const add = (set: Set<string>, word: string): void => {
    const id = idOf.get(word);
    if (id !== undefined) set.add(id);
  };
  const realmKey = (scope: Scope, realm: string) => `${scope.fleet} ${realm}`;
  return {
    note: (resources: readonly Resource[]): readonly Resource[] => {
      for (const { kind } of resources) add(wanted, kind);
      return resources;
    },
    touch: (word: string): void => add(marked, word),
    interest: (scope: Scope): Interest => {
      const known = scope.realms.every((realm) => swept.has(realmKey(scope, realm)));
      return { wanted: new Set(wanted), marked: known ? new Set(marked) : undefined };
    },
    watch: async function* (scope: Scope, observed: AsyncIterable<Observed>): AsyncIterable<Observed> {
      for await (const one of observed) {
        if (one.marker?.fleet === scope.fleet) add(marked, one.kind);
        yield one;
      }
      for (const realm of scope.realms) swept.add(realmKey(scope, realm));
    },
  };
}

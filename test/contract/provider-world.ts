import type { Change } from "../../src/core/change.ts";
import { specHash } from "../../src/core/identity.ts";
import type { Observed, Resource } from "../../src/core/resource.ts";
import { type Order, type Provider, ProviderError } from "../../src/providers/provider.ts";

/** How the world misbehaves from now on: nothing; writes whose answer gets lost after their effect; lists that are cut off; no connection at all. */
export type Mood = "well" | "loses-answers" | "cuts-lists" | "unreachable";

/** A provider in front of a world of its own, which a test can look at from the other side. */
export interface ProviderWorld {
  readonly provider: Provider;
  readonly fleet: string;
  readonly realms: readonly string[];
  /** Resources in the order in which they may be made; the last one is nobody's dependency. */
  readonly wanted: readonly Resource[];
  /** The last resource with something changed that can change in place. */
  readonly changed: Resource;
  /** Puts a thing that is not ours under a resource's key, as somebody else would. */
  plant(resource: Resource): Promise<void>;
  /** Text of the thing under a resource's key as the world has it; undefined when it is not there. */
  look(resource: Resource): Promise<string | undefined>;
  /** Writes that the world took so far. */
  writes(): Promise<number>;
  misbehave(mood: Mood): Promise<void>;
  close(): Promise<void>;
}

/** The commit that tests apply. */
export const testCommit = "0123456789abcdef0123456789abcdef01234567";

/** An order as the engine would give it. */
export function orderOf(
  fleet: string,
  action: Change["action"],
  resource: Resource | undefined,
  observed?: Observed,
): Order {
  const thing = resource ?? observed;
  const change: Change = {
    address: resource?.address ?? observed?.marker?.address ?? "",
    provider: thing?.provider ?? "",
    kind: thing?.kind ?? "",
    action,
    cause: "commit",
    dependsOn: [],
    fields: [],
    ...(resource === undefined ? {} : { resource }),
    ...(observed === undefined ? {} : { observed }),
    reason: "",
    held: false,
  };
  return { change, fleet, commit: testCommit, specHash: resource === undefined ? "" : specHash(resource.spec) };
}

/** Everything the provider sees of its fleet's realms. */
export async function observeAll({ provider, fleet, realms }: ProviderWorld): Promise<readonly Observed[]> {
  const all: Observed[] = [];
  const signal = AbortSignal.timeout(20_000);
  for await (const one of provider.observe({ fleet, realms }, signal)) all.push(one);
  return all;
}

/** The provider error of a promise that must fail with one. */
export async function failureOf(promise: Promise<unknown>): Promise<ProviderError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

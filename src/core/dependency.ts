import { referencesIn } from "./identity.ts";
import { compareText } from "./problem.ts";
import type { Address, Resource } from "./resource.ts";

/** Addresses of the resources that provide each token. */
export function providersOf(wanted: readonly Resource[]): ReadonlyMap<string, readonly Address[]> {
  const found = new Map<string, Address[]>();
  for (const resource of wanted) {
    for (const token of resource.provides) found.set(token, [...(found.get(token) ?? []), resource.address]);
  }
  return found;
}

/** Everything that must stand before this resource: what its spec refers to and what provides its needs. Sorted. */
export function dependenciesOf(
  resource: Resource,
  providers: ReadonlyMap<string, readonly Address[]>,
): readonly Address[] {
  const all = new Set([...referencesIn(resource.spec), ...neededBy(resource, providers)]);
  all.delete(resource.address);
  return [...all].sort(compareText);
}

/** Addresses of everything that provides what this resource needs. */
export function neededBy(resource: Resource, providers: ReadonlyMap<string, readonly Address[]>): readonly Address[] {
  return resource.needs.flatMap((token) => providers.get(token) ?? []);
}

import { invariant } from "./invariant.ts";

/** Something with a name that must come after others. */
export interface Node {
  readonly address: string;
  readonly dependsOn: readonly string[];
}

/**
 * Orders nodes so that each comes after everything it depends on; among those that are free, `before` decides.
 * Dependencies on nodes that are not in the list are ignored. The result does not depend on the order given.
 * A cycle is a broken invariant of whoever derived the dependencies.
 */
export function inOrder<T extends Node>(nodes: readonly T[], before: (left: T, right: T) => number): readonly T[] {
  const sorted = [...nodes].sort(before);
  const place = new Map(sorted.map((node, index) => [node.address, index]));
  const missing = sorted.map((node) => new Set(node.dependsOn.filter((address) => place.has(address))));
  const dependants = new Map<number, number[]>();
  for (const [index, addresses] of missing.entries()) {
    for (const address of addresses) {
      const target = place.get(address) as number;
      dependants.set(target, [...(dependants.get(target) ?? []), index]);
    }
  }
  const free = sorted.map((_, index) => index).filter((index) => missing[index]?.size === 0);
  const ordered: T[] = [];
  while (free.length > 0) {
    const index = free.shift() as number;
    const node = sorted[index] as T;
    ordered.push(node);
    for (const dependant of dependants.get(index) ?? []) {
      const waiting = missing[dependant] as Set<string>;
      waiting.delete(node.address);
      if (waiting.size === 0) insertSorted(free, dependant);
    }
  }
  invariant(ordered.length === sorted.length, "the dependencies of a plan form a cycle");
  return ordered;
}

function insertSorted(list: number[], value: number): void {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  list.splice(low, 0, value);
}

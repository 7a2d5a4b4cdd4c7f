import type { Repository } from "../repo/repository.ts";

/** How far back from the head a merged commit is looked for. */
const longestWalk = 200;

/** How many commits the head is ahead of a merged one along any parent; undefined when it does not carry it. */
export async function distanceTo(repository: Repository, head: string, wanted: string): Promise<number | undefined> {
  const seen = new Set<string>();
  let edge: readonly string[] = [head];
  for (let distance = 0; edge.length > 0 && seen.size < longestWalk; distance += 1) {
    if (edge.includes(wanted)) return distance;
    const parents: string[] = [];
    for (const commit of edge) {
      if (seen.has(commit)) continue;
      seen.add(commit);
      try {
        parents.push(...(await repository.commit(commit)).parents);
      } catch {
        // The clone's history ends here.
      }
    }
    edge = [...new Set(parents)];
  }
  return undefined;
}

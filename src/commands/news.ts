import type { Outcome } from "../core/outcome.ts";

/** Remembers what was said last of each commit, so that a quiet look says nothing. */
export function createNews(): { isNews(outcome: Outcome): boolean } {
  const last = new Map<string, string>();
  return {
    isNews(outcome: Outcome): boolean {
      const { kind, failure, problems, refusals, pending } = outcome;
      const isQuiet = outcome.results.every(({ state }) => state !== "done");
      const undone = outcome.results
        .filter(({ state }) => state !== "done")
        .map(({ address, message }) => [address, message]);
      const held = outcome.plan?.changes
        .filter((change) => change.held)
        .map(({ address, reason }) => [address, reason]);
      const text = JSON.stringify([outcome.commit, kind, failure, problems, refusals, pending, held, undone]);
      const place = `${outcome.fleet} ${kind === "invalid" || kind === "refused" ? "head" : "fleet"}`;
      const before = last.get(place);
      last.set(place, text);
      // After a change was carried out, the look that finds nothing left to do is no news.
      if (isQuiet && kind === "settled" && before?.startsWith(JSON.stringify([outcome.commit, "applied"]).slice(0, -1)))
        return false;
      return !isQuiet || before !== text;
    },
  };
}

import type { RepositoryConfig } from "../config.ts";
import { holdOf } from "../decrees.ts";
import { memoryOf, reviewFacts } from "../review.ts";
import type { FleetExhibit, PullExhibit } from "../server/pages/exhibits.ts";
import type { Store } from "../store/store.ts";
import { statusOf } from "./status.ts";

const passesShown = 20;
const auditShown = 50;

/** A fleet as its page shows it, out of the store alone. */
export async function exhibitOf(
  store: Store,
  tracked: Pick<RepositoryConfig, "fleet" | "location" | "branch" | "github">,
): Promise<FleetExhibit> {
  const { fleet, branch, github } = tracked;
  const { table: rows, repository, appliedCommit, incidents } = await statusOf(store, tracked);
  return {
    ...{ fleet, repository, branch, appliedCommit, rows, incidents },
    projectUrl: github === undefined ? "" : `${github.webUrl}/${github.owner}/${github.repository}`,
    heldBy: (await holdOf(store, fleet))?.by ?? "",
    passes: await store.passes(fleet, passesShown),
    pulls: await pullsOf(store, fleet),
    audit: await store.audit(fleet, auditShown),
  };
}

async function pullsOf(store: Store, fleet: string): Promise<readonly PullExhibit[]> {
  const reviews = await store.factsUnder(fleet, "review/");
  const pulls: PullExhibit[] = [];
  for (const [name, text] of reviews) {
    const number = Number(name.slice("review/".length));
    const memory = memoryOf(text);
    if (memory === undefined) continue;
    const { title, author, headCommit, verdict, reviewedAt, marks, remarks } = memory;
    const comment = (await store.fact(fleet, reviewFacts.comment(number))) ?? "";
    pulls.push({ number, title, author, headCommit, verdict, reviewedAt, marks, remarks, comment });
  }
  return pulls.sort((left, right) => right.number - left.number);
}

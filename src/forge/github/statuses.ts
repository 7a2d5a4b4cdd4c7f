import type { CommitStatus } from "../forge.ts";
import type { Desk } from "./desk.ts";
import { descriptionLength, plainLine, webAddress } from "./limits.ts";
import { createLocks, createMemory } from "./memory.ts";
import { objectsAt, textAt } from "./wire.ts";

const rememberedCommits = 2_000;
/** GitHub gives at most 100 contexts of a commit at once; ours beyond them are written once more, which harms nothing. */
const contextsRead = 100;

/** Writes statuses, and leaves out what stands there already. */
export interface Statuses {
  write(commit: string, status: CommitStatus, signal: AbortSignal): Promise<void>;
}

/** Remembers the last status per commit and context, and reads a commit's statuses once after a restart. */
export function createStatuses(desk: Desk): Statuses {
  const commits = createMemory<Map<string, string>>(rememberedCommits);
  const locked = createLocks();
  return {
    write: (commit, status, signal) =>
      locked(commit, async () => {
        const known = commits.get(commit) ?? (await readCombined(desk, commit, signal));
        commits.set(commit, known);
        const description = plainLine(status.description, descriptionLength);
        const target_url = webAddress(status.targetUrl);
        const context = plainLine(status.context, 255);
        const wanted = fingerprint(status.state, description, target_url ?? "");
        if (known.get(context.toLowerCase()) === wanted) return;
        const call = {
          route: "POST /repos/{owner}/{repo}/statuses/{sha}",
          with: {
            sha: commit,
            state: status.state,
            context,
            description,
            ...(target_url !== undefined && { target_url }),
          },
          doing: `Write the status ${context} of ${commit.slice(0, 7)}`,
          needs: "commit statuses: write",
          kind: "status" as const,
        };
        // Forgotten first: when the answer is lost, nobody knows what stands there.
        known.delete(context.toLowerCase());
        await desk.client.call(call, signal);
        known.set(context.toLowerCase(), wanted);
      }),
  };
}

async function readCombined(desk: Desk, commit: string, signal: AbortSignal): Promise<Map<string, string>> {
  const call = {
    route: "GET /repos/{owner}/{repo}/commits/{ref}/status",
    with: { ref: commit, per_page: contextsRead },
    doing: `Read the statuses of ${commit.slice(0, 7)}`,
    needs: "commit statuses: read",
  };
  const found = await desk.client.find(call, signal);
  return new Map(
    objectsAt(found?.data, "statuses").map((status) => [
      textAt(status, "context").toLowerCase(),
      fingerprint(textAt(status, "state"), textAt(status, "description"), textAt(status, "target_url")),
    ]),
  );
}

function fingerprint(state: string, description: string, targetUrl: string): string {
  return JSON.stringify([state, description, targetUrl]);
}

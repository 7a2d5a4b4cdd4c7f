import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { inFolder } from "../support/folder.ts";
import { git } from "../support/git.ts";
import { start } from "../support/program.ts";

/** How long an author waits after a push, in milliseconds. */
export interface ReviewTimes {
  readonly firstStatusMs: number;
  readonly commentMs: number;
}

const waitAtMostMs = 30_000;

/** Pushes a branch to the embedded GitHub of a running daemon and watches what appears there; the best of some pushes. */
export async function reviewTimes(rounds: number): Promise<ReviewTimes> {
  const times: ReviewTimes[] = [];
  await inFolder(async (folder) => {
    const state = join(folder, "state");
    const daemon = start(["run", "--state", state]);
    try {
      await daemon.says(/Ctrl-C stops/, 60_000);
      const { githubUrl } = JSON.parse(await readFile(join(state, "worlds.json"), "utf8")) as { githubUrl: string };
      const clone = join(folder, "clone");
      await git(folder, "clone", "-q", `${githubUrl}/example/fleet.git`, clone);
      for (let round = 1; round <= rounds; round += 1) times.push(await push(githubUrl, clone, round));
    } finally {
      daemon.signal("SIGINT");
      await daemon.ended;
    }
  });
  return {
    firstStatusMs: Math.min(...times.map(({ firstStatusMs }) => firstStatusMs)),
    commentMs: Math.min(...times.map(({ commentMs }) => commentMs)),
  };
}

async function push(url: string, clone: string, round: number): Promise<ReviewTimes> {
  const file = join(clone, "cache.yaml");
  await git(clone, "switch", "-q", "-c", `grow-${round}`, "origin/main");
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace("minReplicas: 3", `minReplicas: ${3 + round}`));
  await git(clone, "commit", "-qam", `Grow the cache by ${round}`);
  const commit = await git(clone, "rev-parse", "HEAD");
  const api = `${url}/api/v3/repos/example/fleet`;
  await git(clone, "push", "-q", "origin", "HEAD");
  const pushedAt = performance.now();
  const firstStatusMs = await until(`${api}/commits/${commit}/statuses`, pushedAt);
  const commentMs = await until(`${api}/issues/${round}/comments`, pushedAt);
  return { firstStatusMs, commentMs };
}

async function until(url: string, sinceMs: number): Promise<number> {
  for (;;) {
    const response = await fetch(url, { headers: { "user-agent": "bench" } });
    const found: unknown = await response.json();
    const elapsedMs = performance.now() - sinceMs;
    if (Array.isArray(found) && found.length > 0) return elapsedMs;
    if (elapsedMs > waitAtMostMs) throw new Error(`nothing appeared at ${url}`);
    await delay(10);
  }
}

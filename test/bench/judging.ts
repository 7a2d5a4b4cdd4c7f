import { join } from "node:path";
import { parse } from "yaml";
import { loadPolicies } from "../../src/compose/policies.ts";
import { judgeFiles } from "../../src/datum/judge.ts";
import { decide } from "../../src/decide.ts";
import { createPolicyEngine } from "../../src/policy/door.ts";
import { createParseCache } from "../../src/read.ts";
import { openRepository } from "../../src/repo/index.ts";
import { commitFiles, git, removeFolder, scratchFolder } from "../support/git.ts";
import { projectChecker, root, wideLimits } from "../support/worlds.ts";
import { generatedFleet } from "./manifests.ts";

const count = 10_000;
const rounds = 2;

/** Seconds of work, best of all rounds so far: other programs of the machine slow down single rounds. */
async function timed(best: number, work: () => unknown): Promise<number> {
  const startedAt = performance.now();
  await work();
  return Math.min(best, (performance.now() - startedAt) / 1000);
}

/** How long judging a large repository takes, beside parsing it alone and beside judging one changed file of it. */
export async function judging(say: (what: string, value: number, budget: number, unit: string) => void): Promise<void> {
  const fleet = generatedFleet(count);
  const files = [...fleet].map(([file, text]) => ({ file, bytes: new TextEncoder().encode(text) }));
  let parsing = Number.POSITIVE_INFINITY;
  let cold = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round += 1) {
    parsing = await timed(parsing, () => {
      for (const { bytes } of files) parse(new TextDecoder().decode(bytes));
    });
    const checker = projectChecker();
    cold = await timed(cold, () => {
      const checked = judgeFiles(
        checker,
        files.map(({ file, bytes }) => checker.parse(file, bytes)),
      );
      if (checked.problems.length > 0) throw new Error(JSON.stringify(checked.problems[0]));
    });
  }
  say(`cold check of ${count} manifests, in parsings (${parsing.toFixed(1)} s)`, cold / parsing, 2, "times");
  const pass = await changedFilePass(fleet);
  say("pass in which one of them changed, in cold checks", (pass / cold) * 100, 1, "%");
}

/** The road of `decide` up to its policies, over a real repository in which one file changed since the last pass. */
export async function changedFilePass(fleet: ReadonlyMap<string, string>): Promise<number> {
  const folder = await scratchFolder();
  const policies = await loadPolicies([join(root, "policies", "starter")]);
  const engine = createPolicyEngine(policies.set);
  await git(folder, "init", "--quiet");
  const repository = await openRepository({
    location: folder,
    stateDirectory: folder,
    pollIntervalMs: 60_000,
    pollJitter: 0,
  });
  try {
    let previous = await commitFiles(folder, Object.fromEntries(fleet));
    await git(folder, "gc", "--quiet");
    const judges = {
      ...{ fleet: "bench", prefix: "", checker: projectChecker(), providers: [], limits: wideLimits },
      ...{ driftPolicy: "report" as const, policies: engine, rulesDigest: "", cache: createParseCache(20_000) },
    } as const;
    const pass = async (commit: string, before: string | undefined) => {
      const { problems } = await decide(judges, {
        ...{ repository, commit, inventory: [], previous: before, depth: "check" },
        ...{ signal: new AbortController().signal, onProgress: () => undefined },
      });
      if (problems.some(({ severity }) => severity === "error")) throw new Error(JSON.stringify(problems[0]));
    };
    await pass(previous, undefined);
    await pass(previous, previous);
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 24; round += 1) {
      const [path, text] = [...fleet][3_000 + round * 7] ?? ["", ""];
      const commit = await commitFiles(folder, { [path]: `${text}# changed\n` });
      best = await timed(best, () => pass(commit, previous));
      previous = commit;
    }
    return best;
  } finally {
    await engine.close();
    await repository.close();
    await removeFolder(folder);
  }
}

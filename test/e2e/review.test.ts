import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { inFolder } from "../support/folder.ts";
import { git } from "../support/git.ts";
import { type Program, run, start } from "../support/program.ts";
import { suite } from "../support/suite.ts";

const test = suite("e2e/review");
const limitMs = 120_000;

/** A running daemon with its embedded GitHub, and a clone of the project. */
interface Story {
  readonly daemon: Program;
  readonly url: string;
  readonly clone: string;
  ask(path: string): Promise<Json>;
  /** Changes a file on a branch and pushes it; gives the commit. */
  propose(branch: string, file: string, before: string, after: string): Promise<string>;
  /** What `plumbline sim github …` does. */
  sit(...words: readonly string[]): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
type Json = any;

async function live(work: (story: Story) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const state = join(folder, "state");
    const daemon = start(["run", "--state", state]);
    await daemon.says(/Ctrl-C stops/, 60_000);
    const { githubUrl: url } = JSON.parse(await readFile(join(state, "worlds.json"), "utf8")) as { githubUrl: string };
    const clone = join(folder, "clone");
    await git(folder, "clone", "-q", `${url}/example/fleet.git`, clone);
    try {
      await work({
        ...{ daemon, url, clone },
        async ask(path) {
          const response = await fetch(`${url}/api/v3/repos/example/fleet${path}`, {
            headers: { "user-agent": "test" },
          });
          return await response.json();
        },
        async propose(branch, file, before, after) {
          const path = join(clone, file);
          const text = await readFile(path, "utf8");
          assert.ok(text.includes(before), `${file} says ${before}`);
          await git(clone, "switch", "-q", "-C", branch);
          await writeFile(path, text.replace(before, after));
          await git(clone, "commit", "-qam", `Change ${file} on ${branch}`);
          await git(clone, "push", "-q", "-f", "origin", branch);
          return await git(clone, "rev-parse", "HEAD");
        },
        async sit(...words) {
          const { code, stderr } = await run(["sim", "github", ...words, "--state", state]);
          assert.is(code, 0, stderr);
        },
      });
      const { violations } = (await (await fetch(`${url}/_control/state`)).json()) as Json;
      assert.equal(violations, [], "GitHub was spoken to in its own way");
      daemon.signal("SIGINT");
      assert.is(await daemon.ended, 0, daemon.text());
    } finally {
      daemon.signal("SIGKILL");
    }
  });
}

async function comments({ ask }: Story, number: number): Promise<readonly { author: string; body: string }[]> {
  const found = (await ask(`/issues/${number}/comments`)) as Json[];
  return found.map((comment) => ({ author: comment.user.login, body: comment.body }));
}

async function marks({ ask }: Story, commit: string): Promise<Readonly<Record<string, string>>> {
  const { statuses } = await ask(`/commits/${commit}/status`);
  return Object.fromEntries((statuses as Json[]).map(({ context, state }) => [context, state]));
}

test(
  "a pushed branch is reviewed, broken, mended, talked about, merged, applied as reviewed",
  () =>
    live(async (story) => {
      const { daemon, propose, sit, ask } = story;
      const grown = await propose("grow", "cache.yaml", "minReplicas: 3", "minReplicas: 4");
      await daemon.says(/#1 .*reviewed: .*1 to create/);
      assert.equal(await marks(story, grown), { "plumbline/check": "success", "plumbline/plan": "success" });
      const [plan] = await comments(story, 1);
      assert.is(plan?.author, "plumbline[bot]");
      assert.match(plan?.body ?? "", /1 to create[\s\S]*cache-main-dfw-3/);

      const broken = await propose("grow", "web.yaml", "minReplicas:", "minReplica:");
      await daemon.says(/#1 .*reviewed: .*(problem|error|invalid)/i);
      assert.equal(await marks(story, broken), { "plumbline/check": "failure", "plumbline/plan": "failure" });
      const { check_runs: checks } = await ask(`/commits/${broken}/check-runs`);
      assert.is(checks[0].conclusion, "failure");
      const notes = await ask(`/check-runs/${checks[0].id}/annotations`);
      assert.equal(
        notes.map((note: Json) => [note.path, note.start_line, note.annotation_level]),
        [["web.yaml", 11, "failure"]],
      );
      assert.is((await comments(story, 1)).length, 1, "one comment, kept up to date");

      const mended = await propose("grow", "web.yaml", "minReplica:", "minReplicas:");
      await daemon.says(/#1 .*reviewed: .*1 to create/);
      await sit("comment", "1", "/halp");
      await daemon.says(/#1 you asked for \/halp: refused/);
      const answer = (await comments(story, 1)).at(-1);
      assert.match(answer?.body ?? "", /\/help/);

      await sit("merge", "1");
      await daemon.says(/applied: 1 created/);
      await daemon.says(/#1 was told what became of it: applied, as reviewed/);
      const [told] = await comments(story, 1);
      assert.match(told?.body ?? "", /as reviewed/);
      const head = (await ask("/branches/main")).commit.sha;
      assert.is((await marks(story, head))["plumbline/apply"], "success");
      for (const commit of [grown, broken, mended])
        assert.not.ok(Object.values(await marks(story, commit)).includes("pending"), "nothing stays pending");
    }),
  limitMs,
);

test.run();

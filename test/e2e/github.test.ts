import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import * as assert from "uvu/assert";
import { startEdgeSimulator } from "../../src/sim/edge/index.ts";
import { type GithubSimulator, startGithubSimulator } from "../../src/sim/github/index.ts";
import { inFolder } from "../support/folder.ts";
import { git } from "../support/git.ts";
import { type Program, start } from "../support/program.ts";
import { suite } from "../support/suite.ts";

const test = suite("e2e/github");
const limitMs = 120_000;
const secret = "a secret of deliveries";

function network(mtu: number): string {
  return `apiVersion: networking.datumapis.com/v1alpha
kind: Network
metadata: {name: wide}
spec: {ipam: {mode: Auto}, mtu: ${mtu}}
`;
}

interface Story {
  readonly github: GithubSimulator;
  /** Starts the daemon, and lets deliveries go to it. */
  daemon(): Promise<{ readonly program: Program; readonly url: string }>;
  /** Pushes a commit on top of the branch's last one here, or on top of `from`. */
  push(branch: string, text: string, from?: string): Promise<string>;
  /** The newest status of each context. */
  marks(commit: string): Readonly<Record<string, string>>;
}

/** A private project at a GitHub that is somewhere else, and a daemon with a token for it. */
async function live(work: (story: Story) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const edge = await startEdgeSimulator({});
    const github = await startGithubSimulator({ searchPath: process.env.PATH ?? "", autoPull: true });
    const programs: Program[] = [];
    try {
      await github.addProject({ owner: "acme", name: "fleet", isPrivate: true, roles: { ann: "write", bot: "write" } });
      const clone = join(folder, "clone");
      await mkdir(clone);
      await git(clone, "init", "-q");
      const address = github.url.replace("//", `//ann:${github.addToken("ann")}@`);
      await git(clone, "remote", "add", "origin", `${address}/acme/fleet.git`);
      const config = join(folder, "plumbline.yaml");
      await writeFile(config, configText(github, edge.url));
      const environment = { BOT_TOKEN: github.addToken("bot"), HOOK_SECRET: secret };
      await work({
        github,
        async daemon() {
          const program = start(["run", "--config", config], environment);
          programs.push(program);
          const said = await program.says(/(http\S+)\/ {2}\/healthz/, 60_000);
          const url = said.split("/  ")[0] ?? "";
          github.dropHooks("acme", "fleet");
          github.addHook("acme", "fleet", `${url}/webhooks`, secret);
          return { program, url };
        },
        async push(branch, text, from) {
          await git(clone, "checkout", "-q", "-B", branch, ...(from === undefined ? [] : [from]));
          await writeFile(join(clone, "network.yaml"), text);
          await git(clone, "add", "-A");
          await git(clone, "commit", "-qm", `Change ${branch}`);
          await git(clone, "push", "-qf", "origin", branch);
          return await git(clone, "rev-parse", "HEAD");
        },
        marks: (commit) =>
          Object.fromEntries(
            github.world.state
              .all("statuses")
              .filter(({ sha }) => sha === commit)
              .map(({ context, state }) => [context, state]),
          ),
      });
      assert.equal(github.violations(), []);
    } finally {
      for (const program of programs) program.signal("SIGKILL");
      await github.close();
      await edge.close();
    }
  });
}

function configText(github: GithubSimulator, edgeUrl: string): string {
  return `apiVersion: plumbline.dev/v1
fleet: test
state: state
repositories:
  - pollInterval: 1s
    github:
      repository: acme/fleet
      apiUrl: ${github.apiUrl}
      credentials: {kind: token, token: {env: BOT_TOKEN}}
      webhookSecrets: [{env: HOOK_SECRET}]
providers: {edge: {endpoint: "${edgeUrl}"}}
server: {port: 0}
`;
}

function comments(github: GithubSimulator): readonly string[] {
  return github.world.state.all("comments").map(({ user, body }) => `${user} ${body}`);
}

test(
  "lost, doubled, reordered and forged deliveries change nothing but latency",
  () =>
    live(async ({ github, daemon, push, marks }) => {
      await push("main", network(1400));
      const { program, url } = await daemon();
      github.courier.faults.push("lose", "lose");
      const lost = await push("lost", network(1450));
      await program.says(/#1 "Change lost" reviewed: A merge will do this: 1 to update/);
      assert.equal(marks(lost), { "plumbline/plan": "success", "plumbline/check": "success" });

      github.courier.faults.push("double", "double", "hold");
      await push("lost", network(1460));
      await program.says(/#1 .*reviewed/);
      github.courier.letGo();
      await github.settle();
      assert.is(comments(github).length, 1);

      const before = github.traffic().length;
      const forged = await fetch(`${url}/webhooks`, {
        method: "POST",
        headers: { "x-github-event": "push", "x-hub-signature-256": `sha256=${"0".repeat(64)}` },
        body: JSON.stringify({ ref: "refs/heads/main" }),
      });
      assert.is(forged.status, 401);
      assert.equal(
        github
          .traffic()
          .slice(before)
          .filter((line) => !line.startsWith("GET ")),
        [],
      );
    }),
  limitMs,
);

test(
  "a head that cannot be merged from the start is checked all the same",
  () =>
    live(async ({ github, daemon, push, marks }) => {
      const first = await push("main", network(1400));
      const { program } = await daemon();
      await push("main", network(1410));
      await program.says(/applied: 1 updated/);
      const head = await push("other", network(1420), first);
      await program.says(/#1 .*reviewed: Checked, not planned: no problems/);
      assert.equal(marks(head), { "plumbline/plan": "failure", "plumbline/check": "success" });
      assert.match(comments(github)[0] ?? "", "resolve the conflicts and push");
    }),
  limitMs,
);

test(
  "killed while a plan is pending: nothing stays pending, neither the head nor what was superseded meanwhile",
  () =>
    live(async ({ github, daemon, push, marks }) => {
      await push("main", network(1400));
      const first = await daemon();
      const isTold = (commit: string): boolean => marks(commit)["plumbline/plan"] !== undefined;
      const old = await push("grow", network(1450));
      while (!isTold(old)) await setImmediate();
      first.program.signal("SIGKILL");
      await first.program.ended;
      const wasPending = marks(old)["plumbline/plan"] === "pending";
      const fresh = await push("grow", network(1460));
      const second = await daemon();
      await second.program.says(/#1 .*reviewed/);
      while (marks(old)["plumbline/plan"] === "pending") await setImmediate();
      assert.is(marks(old)["plumbline/plan"], wasPending ? "error" : "success");
      assert.equal(marks(fresh), { "plumbline/plan": "success", "plumbline/check": "success" });
      assert.is(comments(github).length, 1);
    }),
  limitMs,
);

test.run();

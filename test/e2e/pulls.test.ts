import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { startEdgeSimulator } from "../../src/sim/edge/index.ts";
import { type GithubSimulator, startGithubSimulator } from "../../src/sim/github/index.ts";
import { inFolder } from "../support/folder.ts";
import { git } from "../support/git.ts";
import { type Program, start } from "../support/program.ts";
import { suite } from "../support/suite.ts";

const test = suite("e2e/pulls");
const limitMs = 150_000;

interface Story {
  readonly github: GithubSimulator;
  daemon(): Promise<Program>;
  /** Writes a network, commits on a new branch from main, and pushes it there; gives the commit. */
  push(branch: string, mtu: number, to?: string): Promise<string>;
  /** Asks the API as somebody. */
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  ask(login: string, method: string, path: string, body?: unknown): Promise<any>;
}

/** A project, a fork of it that belongs to eve, and a daemon with a token that only reads manifests and writes words. */
async function live(work: (story: Story) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const edge = await startEdgeSimulator({});
    const github = await startGithubSimulator({ searchPath: process.env.PATH ?? "" });
    let program: Program | undefined;
    try {
      await github.addProject({ owner: "acme", name: "fleet", roles: { ann: "write", bot: "write" } });
      await github.addProject({ owner: "eve", name: "fleet" });
      const clone = join(folder, "clone");
      await mkdir(clone);
      await git(clone, "init", "-q", "-b", "main");
      const at = (login: string, owner: string): string =>
        `${github.url.replace("//", `//${login}:${github.addToken(login)}@`)}/${owner}/fleet.git`;
      await git(clone, "remote", "add", "origin", at("ann", "acme"));
      await git(clone, "remote", "add", "fork", at("eve", "eve"));
      const config = join(folder, "plumbline.yaml");
      await writeFile(config, configText(github, edge.url));
      await work({
        github,
        async daemon() {
          program = start(["run", "--config", config], { BOT_TOKEN: github.addToken("bot") });
          await program.says(/\/healthz/);
          return program;
        },
        async push(branch, mtu, to = "origin") {
          await git(clone, "fetch", "-q", "origin");
          const from = branch === "main" ? [] : ["origin/main"];
          await git(clone, "checkout", "-q", "-B", branch, ...from);
          await writeFile(join(clone, "network.yaml"), network(mtu));
          await git(clone, "add", "-A");
          await git(clone, "commit", "-qm", `Want ${mtu}`);
          await git(clone, "push", "-qf", to, branch);
          return await git(clone, "rev-parse", "HEAD");
        },
        async ask(login, method, path, body) {
          const authorization = `Bearer ${github.addToken(login)}`;
          const headers = { authorization, "user-agent": "test", "content-type": "application/json" };
          const url = path === "/graphql" ? `${github.url}/api/graphql` : `${github.apiUrl}/repos/acme/fleet${path}`;
          const answer = await fetch(url, {
            ...{ method, headers },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          });
          return await answer.json();
        },
      });
      assert.equal(github.violations(), []);
    } finally {
      program?.signal("SIGKILL");
      await program?.ended;
      await github.close();
      await edge.close();
    }
  });
}

function network(mtu: number): string {
  return `apiVersion: networking.datumapis.com/v1alpha
kind: Network
metadata: {name: wide}
spec: {ipam: {mode: Auto}, mtu: ${mtu}}
`;
}

function configText(github: GithubSimulator, edgeUrl: string): string {
  return `apiVersion: plumbline.dev/v1
fleet: test
state: state
repositories:
  - pollInterval: 1s
    github: {repository: acme/fleet, apiUrl: "${github.apiUrl}", credentials: {kind: token, token: {env: BOT_TOKEN}}}
providers: {edge: {endpoint: "${edgeUrl}"}}
server: {port: 0}
`;
}

const comment = (github: GithubSimulator, number: number): string =>
  github.world.state.all("comments").find((one) => one.number === number && one.body.includes("key=plan/"))?.body ?? "";

test(
  "a fork is checked, planned for exactly the commit that somebody names, and checked only after its next push",
  () =>
    live(async ({ github, daemon, push, ask }) => {
      await push("main", 1400);
      const program = await daemon();
      const head = await push("idea", 1450, "fork");
      await ask("eve", "POST", "/pulls", { title: "Idea", head: "eve:idea", base: "main" });
      await program.says(/#1 "Idea" reviewed: Checked, not planned/);
      assert.match(comment(github, 1), `/plan ${head}`);
      await ask("eve", "POST", "/issues/1/comments", { body: `/plan ${head}` });
      await program.says(/#1 eve asked for \/plan [0-9a-f]+: refused/);
      await ask("ann", "POST", "/issues/1/comments", { body: `/plan ${head}` });
      await program.says(/#1 "Idea" reviewed: A merge will do this: 1 to update/);
      await push("idea", 1460, "fork");
      await program.says(/#1 "Idea" reviewed: Checked, not planned/);
    }),
  limitMs,
);

for (const method of ["squash", "rebase"]) {
  test(
    `${method}: what was reviewed is told to be applied as reviewed, also when the daemon was away at the merge`,
    () =>
      live(async ({ github, daemon, push, ask }) => {
        await push("main", 1400);
        const first = await daemon();
        await push("wider", 1450);
        await ask("ann", "POST", "/pulls", { title: "Wider", head: "wider", base: "main" });
        await first.says(/#1 "Wider" reviewed: A merge will do this: 1 to update/);
        await ask("ann", "PUT", "/pulls/1/merge", { merge_method: method });
        await first.says(/#1 was told what became of it: applied, as reviewed/);
        await push("wide", 1460);
        await ask("ann", "POST", "/pulls", { title: "Wide", head: "wide", base: "main" });
        await first.says(/#2 "Wide" reviewed: A merge will do this: 1 to update/);
        first.signal("SIGKILL");
        await first.ended;
        await ask("ann", "PUT", "/pulls/2/merge", { merge_method: method });
        const second = await daemon();
        await second.says(/#2 was told what became of it: applied, as reviewed/);
        assert.match(comment(github, 2), "**Applied as reviewed**");
      }),
    limitMs,
  );
}

test(
  "a draft is checked, and planned when it is ready",
  () =>
    live(async ({ daemon, push, ask }) => {
      await push("main", 1400);
      const program = await daemon();
      await push("wider", 1450);
      const pull = await ask("ann", "POST", "/pulls", { title: "Wider", head: "wider", base: "main", draft: true });
      await program.says(/#1 "Wider" reviewed: Checked, not planned/);
      const query = `mutation { markPullRequestReadyForReview(input: {pullRequestId: "${pull.node_id}"}) { clientMutationId } }`;
      await ask("ann", "POST", "/graphql", { query });
      await program.says(/#1 "Wider" reviewed: A merge will do this: 1 to update/);
    }),
  limitMs,
);

test.run();

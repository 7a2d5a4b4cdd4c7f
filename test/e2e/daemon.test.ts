import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { inFolder } from "../support/folder.ts";
import { commitFiles } from "../support/git.ts";
import { type Program, run, start } from "../support/program.ts";
import { suite } from "../support/suite.ts";

const test = suite("e2e/daemon");
const limitMs = 90_000;

interface Instance {
  readonly name: string;
  readonly id: string;
  readonly status: string;
}

async function worlds(state: string): Promise<{ readonly gceUrl: string; readonly edgeUrl: string }> {
  return JSON.parse(await readFile(join(state, "worlds.json"), "utf8")) as { gceUrl: string; edgeUrl: string };
}

async function ask(url: string, method = "GET"): Promise<Record<string, unknown>> {
  const response = await fetch(url, { method, ...(method === "POST" && { body: "{}" }) });
  return (await response.json()) as Record<string, unknown>;
}

/** The instances that the simulated Compute Engine holds, sorted by name. */
async function instances(state: string): Promise<readonly Instance[]> {
  const { gceUrl } = await worlds(state);
  const answer = await ask(`${gceUrl}/compute/v1/projects/example-project/aggregated/instances`);
  const scopes = Object.values((answer.items ?? {}) as Record<string, { readonly instances?: readonly Instance[] }>);
  return scopes.flatMap((scope) => scope.instances ?? []).sort((left, right) => (left.name < right.name ? -1 : 1));
}

async function writes(state: string): Promise<number> {
  const answer = await ask(`${(await worlds(state)).gceUrl}/_control/state`);
  return Number((answer.requests as { readonly writes: number }).writes);
}

async function web(state: string): Promise<string> {
  return await readFile(join(state, "repository", "web.yaml"), "utf8");
}

const names = [
  "cache-main-dfw-0",
  "cache-main-dfw-1",
  "cache-main-dfw-2",
  "web-main-dfw-0",
  "web-main-dfw-1",
  "web-main-lhr-0",
  "web-main-lhr-1",
];

async function stopped(daemon: Program): Promise<void> {
  daemon.signal("SIGINT");
  assert.is(await daemon.ended, 0, daemon.text());
}

test(
  "a commit becomes a running fleet; broken, fixed, drifted, stopped and started again",
  () =>
    inFolder(async (state) => {
      const repository = join(state, "repository");
      const daemon = start(["run", "--state", state]);
      await daemon.says(/applied: \d+ created/, 60_000);
      await daemon.says(/web-main-dfw-0 +dallas +10\.128\.0\.\d+ +\d+\.\d+\.\d+\.\d+ +RUNNING/);
      await daemon.says(/10\.132\.0\.0\/20/);
      await daemon.says(/Ctrl-C stops/);
      assert.equal(
        (await instances(state)).map(({ name, status }) => `${name} ${status}`),
        names.map((name) => `${name} RUNNING`),
      );

      const good = await web(state);
      await commitFiles(repository, { "web.yaml": good.replace("minReplicas: 2", "minReplicas: 3") }, "Grow web");
      await daemon.says(/Grow web.*applied: 2 created/);
      assert.is((await instances(state)).length, 9);

      await commitFiles(repository, { "web.yaml": good.replace("minReplicas:", "minReplica:") }, "Break web");
      await daemon.says(/Break web.*invalid/);
      await daemon.says(/web\.yaml:11:9/);
      await daemon.says(/Did you mean minReplicas/);
      assert.is((await instances(state)).length, 9, "an invalid commit changes nothing");

      await commitFiles(repository, { "web.yaml": good }, "Mend web");
      await daemon.says(/Mend web.*applied: 2 deleted/);
      assert.equal(
        (await instances(state)).map(({ name }) => name),
        names,
      );

      const before = (await instances(state)).find(({ name }) => name === "web-main-dfw-1");
      assert.is((await run(["sim", "gce", "delete", "web-main-dfw-1", "--state", state])).code, 0);
      await daemon.says(/web-main-dfw-1.*created/, 30_000);
      await daemon.says(/applied: 1 created/);
      const after = (await instances(state)).find(({ name }) => name === "web-main-dfw-1");
      assert.is(after?.status, "RUNNING");
      assert.is.not(after?.id, before?.id);

      await commitFiles(repository, { "cache.yaml": undefined }, "Remove the cache");
      await daemon.says(/Remove the cache.*applied: \d+ deleted/);
      assert.equal(
        (await instances(state)).map(({ name }) => name),
        names.slice(3),
      );
      const ids = (await instances(state)).map(({ id }) => id);
      await stopped(daemon);

      const again = start(["run", "--state", state]);
      await again.says(/settled/);
      await again.says(/Ctrl-C stops/);
      assert.equal(
        (await instances(state)).map(({ id }) => id),
        ids,
      );
      assert.is(await writes(state), 0, "starting again writes nothing");
      await stopped(again);
    }),
  limitMs,
);

test(
  "killed in the middle of the first pass, it ends in the same fleet; without its store, it writes nothing",
  () =>
    inFolder(async (state) => {
      const daemon = start(["run", "--state", state]);
      await daemon.says(/\[ ?4\/\d+\]/, 60_000);
      daemon.signal("SIGKILL");
      assert.is(await daemon.ended, "SIGKILL");

      const second = start(["run", "--state", state]);
      await second.says(/applied: \d+ created/, 60_000);
      await second.says(/Ctrl-C stops/);
      assert.equal(
        (await instances(state)).map(({ name, status }) => `${name} ${status}`),
        names.map((name) => `${name} RUNNING`),
      );
      await stopped(second);

      for (const file of ["state.db", "state.db-wal", "state.db-shm"]) await rm(join(state, file), { force: true });
      const third = start(["run", "--state", state]);
      await third.says(/settled/);
      await third.says(/Ctrl-C stops/);
      assert.is(await writes(state), 0, "a lost store costs no write");
      await stopped(third);
      const status = await run(["status", "--state", state]);
      assert.match(status.stdout, /web-main-lhr-1 +london/);
      const history = await run(["history", "--state", state, "--limit", "1"]);
      assert.match(history.stdout, /settled +[0-9a-f]{8} +pass \d+, started/);
    }),
  limitMs,
);

test(
  "a second daemon on the same state is refused, and drift is only reported where the policy says so",
  () =>
    inFolder(async (state) => {
      const daemon = start(["run", "--state", state]);
      await daemon.says(/Ctrl-C stops/, 60_000);
      const second = await run(["run", "--once", "--state", state]);
      assert.is(second.code, 1);
      assert.match(second.stderr, /Process \d+|another|lock/i);
      const plan = await run(["plan", "--state", state, "--output", "json"]);
      assert.is(plan.code, 0, plan.stderr);
      const { counts, apiVersion } = JSON.parse(plan.stdout) as { counts: Record<string, number>; apiVersion: string };
      assert.is(apiVersion, "plumbline.dev/v1");
      assert.is(counts.create, 0);
      assert.ok((counts.keep ?? 0) > 7);
      await stopped(daemon);
    }),
  limitMs,
);

test.run();

import * as assert from "uvu/assert";
import type { Outcome } from "../../src/core/outcome.ts";
import { createDesk } from "../../src/desk/desk.ts";
import { createGithubForge } from "../../src/forge/github/index.ts";
import { reconcile } from "../../src/reconcile.ts";
import { openRepository } from "../../src/repo/index.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import { type GithubScene, onGithub } from "../sim/github/scene.ts";
import { git } from "../support/git.ts";
import { never, openScene } from "../support/memory-scene.ts";
import { suite } from "../support/suite.ts";

const test = suite("desk/github");

/** Time passes only where somebody waits for it. */
function leapingClock(): Clock {
  let nowMs = Date.now();
  return {
    now: () => new Date(nowMs),
    async delay(ms, signal) {
      signal?.throwIfAborted();
      nowMs += ms;
    },
  };
}

/** A desk on the simulated GitHub; the worlds that are planned for are in memory. */
async function onDesk(
  work: (scene: GithubScene, desk: Awaited<ReturnType<typeof openDesk>>) => Promise<void>,
): Promise<void> {
  await onGithub(
    async (scene) => {
      await scene.push("main", { "fleet.yaml": "instance/web size=1\n" }, "Describe");
      const desk = await openDesk(scene);
      try {
        await desk.pass();
        await work(scene, desk);
      } finally {
        await desk.close();
      }
    },
    { autoPull: true },
  );
}

async function openDesk({ github }: GithubScene) {
  const { appId, privateKey } = github.addApp("plumbline", "acme");
  const clock = leapingClock();
  const forge = createGithubForge({
    ...{ name: "github", owner: "acme", repository: "fleet", apiUrl: github.apiUrl, webUrl: github.url, version: "1" },
    credentials: { kind: "app", appId: String(appId), privateKey: async () => privateKey },
    patienceMs: 60 * 60_000,
    clock,
  });
  const location = await github.addProject({ owner: "acme", name: "fleet" });
  const repository = await openRepository({ location, stateDirectory: "", pollIntervalMs: 60_000, pollJitter: 0 });
  const scene = openScene();
  const world = { ...scene.world(), repository, clock };
  const troubles: unknown[] = [];
  const desk = createDesk(
    { world, forge, pageUrl: () => "" },
    {
      wakes: { applyAgain: () => undefined },
      ...{ firstRetryMs: 1, maxRetryMs: 1 },
      onTrouble: (error) => void troubles.push(error),
    },
  );
  return {
    troubles,
    async look(): Promise<readonly string[]> {
      const before = github.traffic().length;
      await desk.lookOnce(never);
      assert.equal(troubles, []);
      return github.traffic().slice(before);
    },
    async pass(): Promise<readonly Outcome[]> {
      const outcomes = await reconcile(world, "moved", { stopping: never, signal: never });
      desk.tell(outcomes);
      await desk.lookOnce(never);
      return outcomes;
    },
    async close() {
      await forge.close();
      await repository.close();
    },
  };
}

const unconditional = (traffic: readonly string[]): readonly string[] =>
  traffic.filter((line) => !line.endsWith(" 304"));
const isWrite = (line: string): boolean => !line.startsWith("GET ");

test("a review costs at most twelve calls, a look without news writes nothing", () =>
  onDesk(async (scene, desk) => {
    await scene.push("grow", { "fleet.yaml": "instance/web size=1\ninstance/new size=1\n" });
    const first = await desk.look();
    assert.ok(first.length <= 12, first.join("\n"));
    await scene.push("grow", { "fleet.yaml": "instance/web size=1\ninstance/new size=2\n" });
    const second = await desk.look();
    assert.ok(second.length <= 12, second.join("\n"));
    assert.equal((await desk.look()).filter(isWrite), []);
  }));

test(
  "a steady poll of fifty pull requests costs at most two calls that count",
  () =>
    onDesk(async (scene, desk) => {
      const refs: string[] = [];
      for (let index = 0; index < 50; index += 1) {
        await git(scene.clone, "checkout", "-q", "-B", `change-${index}`, "origin/main");
        await git(scene.clone, "commit", "-q", "--allow-empty", "-m", `Change ${index}`);
        refs.push(`change-${index}`);
      }
      await git(scene.clone, "push", "-q", "origin", ...refs);
      await desk.look();
      const reviewed = (await scene.ask("GET", "/repos/acme/fleet/pulls?per_page=100")).body;
      assert.is(reviewed.length, 50);
      await desk.look();
      const steady = await desk.look();
      assert.ok(unconditional(steady).length <= 2, steady.join("\n"));
      assert.equal(steady.filter(isWrite), []);
      const last = reviewed.at(-1).head.sha;
      const { statuses } = (await scene.ask("GET", `/repos/acme/fleet/commits/${last}/status`)).body;
      assert.equal(
        statuses.map(({ context, state }: { context: string; state: string }) => `${context} ${state}`).sort(),
        ["plumbline/check success", "plumbline/plan success"],
      );
    }),
  180_000,
);

test.run();

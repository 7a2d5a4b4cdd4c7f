import * as assert from "uvu/assert";
import type { Letter } from "../../src/announce/outbox.ts";
import { ProviderError } from "../../src/providers/provider.ts";
import { RepositoryError } from "../../src/repo/repository.ts";
import { fleet } from "../support/resources.ts";
import { suite } from "../support/suite.ts";
import { keepingTarget, openAnnounceScene } from "./scene.ts";

const test = suite("announce/news");

const events = (letters: readonly Letter[]) => letters.map(({ announcement }) => announcement.event);

async function inScene(
  work: (parts: {
    readonly kept: ReturnType<typeof keepingTarget>;
    readonly world: Awaited<ReturnType<typeof openAnnounceScene>>;
    readonly scene: Awaited<ReturnType<typeof openAnnounceScene>>["scene"];
    /** Events since the last time this was asked. */
    readonly heard: () => readonly string[];
  }) => Promise<void>,
  over: Parameters<typeof openAnnounceScene>[1] = {},
): Promise<void> {
  const kept = keepingTarget();
  const world = await openAnnounceScene([kept], over);
  try {
    const heard = () => events(kept.letters.splice(0));
    await work({ kept, world, scene: world.scene, heard });
    assert.equal(world.troubles, []);
  } finally {
    await world.stop();
  }
}

test("an applied commit is told once, with what was done; looks that find nothing say nothing", () =>
  inScene(async ({ kept, world, scene, heard }) => {
    scene.commit("network/a", "instance/b");
    assert.is(await world.pass(), "applied");
    const [letter] = kept.letters;
    assert.match(letter?.announcement.title ?? "", /applied: 2 created$/);
    assert.match(letter?.announcement.url ?? "", /\/commit\/\w+/);
    assert.equal(heard(), ["applied"]);
    await world.pass();
    await world.restart();
    await world.pass();
    assert.equal(heard(), []);
  }));

test("an invalid commit is told once, also over a restart, and that the next one is well", () =>
  inScene(async ({ kept, world, scene, heard }) => {
    scene.commit("network/a");
    await world.pass();
    scene.commit("network/a", "broken");
    heard();
    await world.pass();
    assert.match(kept.letters[0]?.announcement.title ?? "", /invalid: 1 error in 1 file; nothing was applied/);
    assert.equal(kept.letters[0]?.announcement.particulars, [{ subject: "fleet.yaml:2", text: "It is broken." }]);
    assert.equal(heard(), ["invalid"]);
    await world.restart();
    await world.pass();
    assert.equal(heard(), []);
    scene.commit("network/a");
    await world.pass();
    assert.equal(heard(), ["recovered"]);
  }));

test("a refused plan names the rule that refuses it", () =>
  inScene(
    async ({ kept, world, scene, heard }) => {
      scene.commit("network/a", "network/b");
      await world.pass();
      heard();
      scene.commit("network/a");
      await world.pass();
      assert.is(kept.letters[0]?.announcement.particulars[0]?.subject, "limits/delete-budget");
      assert.equal(heard(), ["refused"]);
      await world.pass();
      assert.equal(heard(), []);
    },
    { limits: { maxDeletes: 0, maxDeletePercent: 0, percentFrom: 0, allowEmpty: true, protectedKinds: [] } },
  ));

test("what heals by itself is told only when it lasts; what was done in between is counted together", () =>
  inScene(async ({ kept, world, scene, heard }) => {
    let fails = true;
    scene.first.onApply = ({ change }) => {
      if (fails && change.address.endsWith("/b"))
        throw new ProviderError("busy", { code: "busy", next: "retry", resource: "b" });
    };
    scene.commit("network/a", "network/b");
    assert.is(await world.pass(), "failed");
    assert.equal(heard(), []);
    await world.clock.advance(5 * 60_000);
    await world.pass();
    assert.match(kept.letters[0]?.announcement.title ?? "", /failed/);
    assert.equal(kept.letters[0]?.announcement.particulars, [{ subject: "memory/network/default/b", text: "busy" }]);
    assert.equal(heard(), ["failed"]);
    await world.pass();
    assert.equal(heard(), []);
    fails = false;
    await world.pass();
    assert.match(kept.letters[0]?.announcement.title ?? "", /recovered: 2 created$/);
    assert.equal(heard(), ["recovered"]);
  }));

test("what needs a person is told at once", () =>
  inScene(async ({ world, scene, heard }) => {
    scene.first.onApply = () => {
      throw new ProviderError("no right", { code: "permission", next: "person", resource: "a" });
    };
    scene.commit("network/a");
    await world.pass();
    assert.equal(heard(), ["failed"]);
  }));

test("a repository that cannot be reached repeats nothing of what was known before", () =>
  inScene(async ({ world, scene, heard }) => {
    scene.commit("network/a", "broken");
    await world.pass();
    assert.equal(heard(), ["invalid"]);
    const { head } = scene.repository;
    const broken = () => Promise.reject(new RepositoryError("gone", { code: "unreachable", next: "retry" }));
    Object.assign(scene.repository, { head: broken });
    await world.pass();
    await world.clock.advance(6 * 60_000);
    await world.pass();
    assert.equal(heard(), ["failed"]);
    Object.assign(scene.repository, { head });
    await world.pass();
    assert.equal(heard(), []);
    scene.commit("network/a");
    await world.pass();
    assert.equal(heard(), ["recovered"]);
  }));

test("drift that is put right is told as that, not as an applied commit", () =>
  inScene(async ({ kept, world, scene, heard }) => {
    scene.commit("network/a", "network/b");
    await world.pass();
    heard();
    scene.first.remove("network/a");
    await world.pass();
    assert.match(kept.letters[0]?.announcement.title ?? "", /drift: 1 thing changed behind our back and put right/);
    assert.equal(heard(), ["drift-mended"]);
  }));

test("drift that is only reported is told when it begins and when it ends, once each", () =>
  inScene(
    async ({ kept, world, scene, heard }) => {
      scene.commit("network/a", "network/b");
      await world.pass();
      heard();
      const thing = scene.first.things.get("network/a");
      scene.first.remove("network/a");
      await world.pass();
      const [first] = kept.letters[0]?.announcement.particulars ?? [];
      assert.is(first?.subject, "memory/network/default/a");
      assert.match(first?.text ?? "", /^It is gone\. /);
      assert.equal(heard(), ["drift-found"]);
      await world.restart();
      await world.pass();
      assert.equal(heard(), []);
      if (thing !== undefined) scene.first.put(thing);
      await world.pass();
      assert.equal(heard(), ["drift-ended"]);
    },
    { driftPolicy: "report" },
  ));

test("a plan and a review are told once for what they say", () =>
  inScene(async ({ kept, world, scene, heard }) => {
    scene.commit("network/a");
    const [outcome] = await scene.look();
    if (outcome === undefined) throw new Error("a pass has an outcome");
    world.announcer().plan(outcome);
    world.announcer().plan(outcome);
    const from = { fleet, repository: "acme/fleet" };
    const pull = {
      number: 7,
      title: "Grow hunter2",
      author: "ada",
      headCommit: "c",
      planId: "p",
      verdict: "✅ Nothing",
    };
    const marks = [{ context: "plumbline/plan", state: "success", description: "1 to create" }];
    world.announcer().review(from, { ...pull, marks });
    world.announcer().review(from, { ...pull, marks });
    world.announcer().review(from, { ...pull, marks, verdict: "❌ Invalid" });
    await world.announcer().settle();
    assert.match(kept.letters[1]?.announcement.title ?? "", /pull request 7 "Grow \[redacted\]" by ada: ✅ Nothing/);
    assert.is(kept.letters[1]?.announcement.url, "https://git.example/pull/7");
    assert.equal(heard(), ["planned", "review", "review"]);
  }));

test.run();

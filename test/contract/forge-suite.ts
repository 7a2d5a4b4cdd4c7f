import * as assert from "uvu/assert";
import { ForgeError } from "../../src/forge/forge.ts";
import { suite } from "../support/suite.ts";
import { testTalking } from "./forge-talking.ts";
import type { ForgeKind, InForge } from "./forge-world.ts";

/** What every forge promises, run on one kind of it. */
export function forgeContract(kind: ForgeKind): void {
  const test = suite(`forge contract, ${kind.name}`);
  const inForge: InForge = (title, body) => test(title, () => kind.run(body), 60_000);
  testPulls(inForge);
  testStatuses(inForge);
  testChecks(inForge);
  testDeployments(inForge);
  testProposals(inForge);
  testTalking(inForge);
  testFailures(inForge);
  test.run();
}

const green = { context: "plumbline/plan", state: "success", description: "1 to create", targetUrl: "" } as const;

function testPulls(inForge: InForge): void {
  inForge("lists what is open, as it is", async (world) => {
    const { forge, signal } = world;
    assert.equal(await forge.pulls(signal), []);
    const grow = await world.openPull("grow", { title: "Grow web" });
    const draft = await world.openPull("later", { isDraft: true });
    const fork = await world.openFork("theirs");
    const pulls = [...(await forge.pulls(signal))].sort((left, right) => left.number - right.number);
    assert.equal(
      pulls.map(({ number, headCommit, isDraft, isFork, state }) => [number, headCommit, isDraft, isFork, state]),
      [
        [grow.number, grow.head, false, false, "open"],
        [draft.number, draft.head, true, false, "open"],
        [fork.number, fork.head, false, true, "open"],
      ],
    );
    const [first] = pulls;
    assert.equal(
      [first?.title, first?.author, first?.headBranch, first?.baseBranch, first?.mergedCommit],
      ["Grow web", "ann", "grow", "main", undefined],
    );
    assert.match(first?.url ?? "", new RegExp(`/pull/${grow.number}$`));
    assert.is((await forge.pull(fork.number, signal))?.isFork, true);
    assert.is(await forge.pull(9_999, signal), undefined);
  });

  inForge("sees pushes, merges and closings at the next look", async (world) => {
    const { forge, signal } = world;
    const [grow, drop] = [await world.openPull("grow"), await world.openPull("drop")];
    await forge.pulls(signal);
    const pushed = await world.pushTo(grow, "grow");
    assert.is((await forge.pulls(signal)).find(({ number }) => number === grow.number)?.headCommit, pushed);
    assert.is((await forge.pull(grow.number, signal))?.isMergeable, true);
    const merged = await world.merge(grow.number);
    await world.closePull(drop.number);
    assert.equal(await forge.pulls(signal), []);
    const after = [await forge.pull(grow.number, signal), await forge.pull(drop.number, signal)];
    assert.equal(
      after.map((pull) => [pull?.state, pull?.mergedCommit]),
      [
        ["merged", merged],
        ["closed", undefined],
      ],
    );
  });
}

function testStatuses(inForge: InForge): void {
  inForge("writes a status when it says something new, also after a restart", async (world) => {
    const { forge, signal, base } = world;
    await forge.status(base, { ...green, targetUrl: "https://plumbline.example/p" }, signal);
    assert.equal(world.status(base, "plumbline/plan"), {
      ...{ state: "success", description: "1 to create", targetUrl: "https://plumbline.example/p" },
    });
    const before = world.writes();
    await forge.status(base, { ...green, targetUrl: "https://plumbline.example/p" }, signal);
    await world.again().status(base, { ...green, targetUrl: "https://plumbline.example/p" }, signal);
    assert.is(world.writes(), before);
    await forge.status(base, { ...green, state: "failure" }, signal);
    await forge.status(base, { ...green, context: "plumbline/check" }, signal);
    await forge.status(base, green, signal);
    assert.is(world.writes(), before + 3);
    assert.is(world.status(base, "plumbline/plan")?.state, "success");
    assert.is(world.status(base, "plumbline/check")?.state, "success");
  });
}

function testChecks(inForge: InForge): void {
  inForge("writes a check with all its lines once, and follows its verdict", async (world) => {
    const { forge, signal, base } = world;
    await forge.pulls(signal);
    if (!forge.hasChecks) return;
    const annotations = Array.from({ length: 120 }, (_, index) => ({
      ...{ path: "web.yaml", startLine: index + 1, endLine: index + 1, level: "notice" as const },
      ...{ title: "Replaced", message: `Line ${index + 1} replaces an instance.` },
    }));
    const report = {
      ...{ name: "plumbline", externalId: "example/1", conclusion: "success" as const, title: "Good" },
      ...{ summary: "All **good**", targetUrl: "", annotations },
    };
    const lines = annotations.map(({ startLine }) => startLine);
    await forge.check(base, report, signal);
    assert.equal(world.checks(base), [{ conclusion: "success", title: "Good", lines }]);
    const before = world.writes();
    await forge.check(base, report, signal);
    await world.again().check(base, report, signal);
    assert.is(world.writes(), before);
    await forge.check(base, { ...report, conclusion: "failure", title: "Bad" }, signal);
    assert.equal(world.checks(base), [{ conclusion: "failure", title: "Bad", lines }]);
    await forge.check(base, { ...report, externalId: "example/2", annotations: [] }, signal);
    assert.is(world.checks(base).length, 2);
  });
}

function testDeployments(inForge: InForge): void {
  inForge("keeps one deployment for each environment and commit", async (world) => {
    const { forge, signal, base: commit } = world;
    const deployment = { commit, environment: "example/DFW", description: "1 done", targetUrl: "" };
    await forge.deployment({ ...deployment, state: "in_progress" }, signal);
    await forge.deployment({ ...deployment, environment: "example/LHR", state: "failure" }, signal);
    const before = world.writes();
    await forge.deployment({ ...deployment, state: "in_progress" }, signal);
    await world.again().deployment({ ...deployment, state: "in_progress" }, signal);
    assert.is(world.writes(), before);
    await forge.deployment({ ...deployment, state: "success" }, signal);
    assert.equal(world.deployments(), [
      { environment: "example/DFW", state: "success" },
      { environment: "example/LHR", state: "failure" },
    ]);
  });
}

function testProposals(inForge: InForge): void {
  inForge("asks for a change once, and follows when it asks for more", async (world) => {
    const { forge, signal, base: baseCommit } = world;
    const proposal = {
      ...{ branch: "plumbline/accept-1", baseBranch: "main", baseCommit, title: "Accept drift", body: "Why" },
      ...{ message: "Accept drift\n\ngcp/instance/default/web", files: [{ path: "web.yaml", content: "a: 7\n" }] },
    };
    const made = await forge.propose(proposal, signal);
    assert.equal([made.state, made.headBranch, made.title], ["open", "plumbline/accept-1", "Accept drift"]);
    assert.is(await world.file("plumbline/accept-1", "web.yaml"), "a: 7\n");
    const before = world.writes();
    assert.is((await forge.propose(proposal, signal)).number, made.number);
    assert.is((await world.again().propose(proposal, signal)).number, made.number);
    assert.is(world.writes(), before);
    const more = { ...proposal, files: [{ path: "web.yaml", content: "a: 8\n" }] };
    assert.is((await forge.propose(more, signal)).number, made.number);
    assert.is(await world.file("plumbline/accept-1", "web.yaml"), "a: 8\n");
    await world.closePull(made.number);
    const declined = await forge.propose(more, signal);
    assert.equal([declined.number, declined.state], [made.number, "closed"], "who closed it declined exactly this");
  });
}

function testFailures(inForge: InForge): void {
  inForge("a forge that fails says what happens next, and heals", async (world) => {
    const { forge, signal, base } = world;
    world.breakDown(true);
    const works: readonly (() => Promise<unknown>)[] = [
      () => forge.pulls(signal),
      () => forge.status(base, green, signal),
      () => forge.note(1, { key: "plan/x", parts: ["text"] }, signal),
      () => forge.remarks("2026-01-01T00:00:00Z", signal),
    ];
    for (const work of works) {
      const error = await work().then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      assert.instance(error, ForgeError);
      assert.is((error as ForgeError).next, "retry");
    }
    world.breakDown(false);
    await forge.status(base, green, signal);
    assert.is(world.status(base, "plumbline/plan")?.state, "success");
  });

  inForge("links to lines survive in Markdown, and the budget counts calls", async ({ forge, signal }) => {
    assert.match(forge.lineUrl("abc", "a b/(c).yaml", 3), /^https?:\/\/[^\s()]+abc\/a%20b\/%28c%29\.yaml#L3$/);
    await forge.pulls(signal);
    const { limit, remaining, calls, unchanged, content, contentRemaining } = forge.budget();
    assert.ok(remaining <= limit && calls >= unchanged && calls >= content && contentRemaining >= 0);
    assert.match(forge.label, /^[^/\s]+\/[^/\s]+$/);
  });
}

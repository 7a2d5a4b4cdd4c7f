import * as assert from "uvu/assert";
import { markedBody } from "../../../src/forge/github/marker.ts";
import { type GithubForgeWorld, onGithubForge } from "../../support/github-forge-world.ts";
import { suite } from "../../support/suite.ts";

const test = suite("forge/github/notes");

/** Runs a test on a conversation of its own. */
function inThread(work: (world: GithubForgeWorld, thread: number) => Promise<void>): Promise<void> {
  return onGithubForge("token", async (world) => await work(world, (await world.openPull("grow")).number));
}

test("a note's first line finds it again, and nothing else of it is hidden", () =>
  inThread(async ({ forge, signal, comments }, thread) => {
    await forge.note(thread, { key: "demo/plan", parts: ["Changed"] }, signal);
    const [only] = comments(thread);
    assert.match(only?.body ?? "", /^<!-- plumbline:v1 key=demo\/plan part=1\/1 hash=[0-9a-f]{16} -->\nChanged$/);
  }));

test("parts keep their order when some come back", () =>
  inThread(async ({ forge, signal, texts }, thread) => {
    const parts = (...given: string[]) => forge.note(thread, { key: "k", parts: given }, signal);
    await parts("one", "two", "three");
    await parts("one", "2");
    await parts("one", "2", "3");
    assert.equal(texts(thread), ["one", "2", "3"]);
  }));

test("what a person edited or deleted is mended, also when it was the first part", () =>
  inThread(async ({ forge, github, signal, comments, texts }, thread) => {
    const { state } = github.world;
    const note = { key: "k", parts: ["one", "two"] };
    await forge.note(thread, note, signal);
    const [first] = comments(thread);
    assert.ok(first);
    state.put("comments", first.id, { ...first, body: `${first.body}\nforged approval` });
    assert.is(await forge.note(thread, note, signal), "written");
    state.drop("comments", first.id);
    assert.is(await forge.note(thread, note, signal), "written");
    assert.equal(texts(thread), ["one", "two"]);
    state.drop("comments", comments(thread)[0]?.id ?? 0);
    assert.is(await forge.note(thread, { key: "k", parts: ["1", "2"] }, signal), "written");
    assert.equal(texts(thread), ["1", "2"]);
  }));

test("a marker in somebody else's comment is left alone", () =>
  inThread(async ({ forge, github, signal, say, comments }, thread) => {
    const forged = markedBody("k", 1, 1, "mine");
    await say(thread, "mallory", forged);
    await forge.note(thread, { key: "k", parts: ["one"] }, signal);
    await forge.note(thread, { key: "k", parts: [] }, signal);
    assert.equal(comments(thread), []);
    assert.equal(
      github.world.state.all("comments").map(({ user, body }) => [user, body]),
      [["mallory", forged]],
    );
  }));

test("a lost answer to a create makes no second comment", () =>
  inThread(async ({ forge, gate, signal, texts }, thread) => {
    gate.faults.push({ matches: /^POST .*comments$/, after: true, cut: true });
    assert.is(await forge.note(thread, { key: "k", parts: ["one"] }, signal), "written");
    assert.equal(texts(thread), ["one"]);
    gate.faults.push({ matches: /^POST .*comments$/, status: 502, times: 9 });
    await forge.note(thread, { key: "other", parts: ["one"] }, signal).then(
      () => assert.unreachable(),
      (error) => assert.is(error.next, "retry"),
    );
    assert.is(gate.seen.filter(({ method }) => method === "POST").length, 2);
  }));

test("two writers at once leave one note", () =>
  inThread(async ({ again, signal, comments }, thread) => {
    const write = () => again().note(thread, { key: "k", parts: ["one"] }, signal);
    await Promise.all([write(), write(), write()]);
    await again().note(thread, { key: "k", parts: ["one"] }, signal);
    assert.is(comments(thread).length, 1);
    const one = again();
    await Promise.all([1, 2, 3].map((text) => one.note(thread, { key: "k", parts: [`text ${text}`] }, signal)));
    assert.is(comments(thread).length, 1);
  }));

test("a comment that may not be deleted is emptied and folded away", () =>
  inThread(async ({ forge, gate, again, signal, comments }, thread) => {
    await forge.note(thread, { key: "k", parts: ["one", "two"] }, signal);
    gate.faults.push({ matches: /^DELETE/, status: 403, body: { message: "Must have admin rights" } });
    await forge.note(thread, { key: "k", parts: ["one"] }, signal);
    const [, second] = comments(thread);
    assert.match(second?.body ?? "", /^<details><summary>Superseded/);
    assert.is(second?.minimized, "outdated");
    assert.is(await again().note(thread, { key: "k", parts: ["one"] }, signal), "unchanged");
  }));

test("a text that no comment holds is refused before anything is written", () =>
  inThread(async ({ forge, gate, signal }, thread) => {
    await forge.note(thread, { key: "k", parts: ["x".repeat(65_536)] }, signal).then(
      () => assert.unreachable(),
      (error) => assert.is(error.code, "too-large"),
    );
    assert.equal(gate.writes(), []);
  }));

test("the longest text that is taken is taken by GitHub too", () =>
  inThread(async ({ forge, signal, texts }, thread) => {
    const text = "🚀".repeat(65_536 - markedBody("k", 1, 1, "").length);
    await forge.note(thread, { key: "k", parts: [text] }, signal);
    assert.equal(texts(thread), [text]);
    assert.is(await forge.note(thread, { key: "k", parts: [text] }, signal), "unchanged");
  }));

test.run();

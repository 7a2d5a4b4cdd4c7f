import * as assert from "uvu/assert";
import { markedBody } from "../../../src/forge/github/marker.ts";
import { suite } from "../../support/suite.ts";
import { type Scene, withForge } from "./scene.ts";

const test = suite("forge/github/notes");
const bodies = ({ stub }: Scene): readonly string[] => stub.comments.map(({ body }) => String(body));

test("a note is written once, and not again while it reads the same", () =>
  withForge(async (scene) => {
    const { forge, stub, signal } = scene;
    assert.is(await forge.note(1, { key: "demo/plan", parts: ["Hello"] }, signal), "written");
    assert.is(await forge.note(1, { key: "demo/plan", parts: ["Hello"] }, signal), "unchanged");
    assert.is(await scene.again().note(1, { key: "demo/plan", parts: ["Hello"] }, signal), "unchanged");
    const fresh = scene.again();
    await fresh.note(1, { key: "demo/plan", parts: ["Hello"] }, signal);
    assert.is(await fresh.note(1, { key: "demo/plan", parts: ["Hello"] }, signal), "unchanged");
    assert.is(stub.writes().length, 1);
    assert.is(await forge.note(1, { key: "demo/plan", parts: ["Changed"] }, signal), "written");
    assert.equal(bodies(scene).length, 1);
    assert.match(bodies(scene)[0] ?? "", /^<!-- plumbline:v1 key=demo\/plan part=1\/1 hash=[0-9a-f]{16} -->\nChanged$/);
  }));

test("parts keep their order, surplus ones go, and empty parts remove the note", () =>
  withForge(async (scene) => {
    const { forge, signal } = scene;
    const parts = (...texts: string[]) => forge.note(1, { key: "k", parts: texts }, signal);
    await parts("one", "two", "three");
    assert.equal(
      bodies(scene).map((body) => body.split("\n")[1]),
      ["one", "two", "three"],
    );
    await parts("one", "2");
    assert.equal(
      bodies(scene).map((body) => body.split("\n")[1]),
      ["one", "2"],
    );
    await parts("one", "2", "3");
    assert.equal(
      bodies(scene).map((body) => body.split("\n")[1]),
      ["one", "2", "3"],
    );
    assert.is(await parts(), "written");
    assert.is(bodies(scene).length, 0);
    assert.is(await parts(), "unchanged");
  }));

test("what a person edited or deleted is mended, also when it was the first part", () =>
  withForge(async (scene) => {
    const { forge, stub, signal } = scene;
    const note = { key: "k", parts: ["one", "two"] };
    await forge.note(1, note, signal);
    (stub.comments[0] as { body: string }).body += "\nforged approval";
    assert.is(await forge.note(1, note, signal), "written");
    stub.comments.splice(0, 1);
    assert.is(await forge.note(1, note, signal), "written");
    assert.equal(
      bodies(scene).map((body) => body.split("\n")[1]),
      ["one", "two"],
    );
    stub.comments.splice(0, 1);
    assert.is(await forge.note(1, { key: "k", parts: ["1", "2"] }, signal), "written");
    assert.equal(
      bodies(scene).map((body) => body.split("\n")[1]),
      ["1", "2"],
    );
  }));

test("a marker in somebody else's comment is left alone", () =>
  withForge(async (scene) => {
    const { forge, stub, signal } = scene;
    stub.login = "mallory";
    const forged = { id: 1, user: { login: "mallory" }, body: markedBody("k", 1, 1, "mine"), issue_url: "/issues/1" };
    stub.comments.push(forged);
    stub.login = "plumb";
    await forge.note(1, { key: "k", parts: ["one"] }, signal);
    await forge.note(1, { key: "k", parts: [] }, signal);
    assert.equal(stub.comments, [forged]);
  }));

test("a lost answer to a create makes no second comment", () =>
  withForge(async (scene) => {
    const { forge, stub, signal } = scene;
    stub.faults.push({ matches: /^POST .*comments$/, after: true, cut: true });
    assert.is(await forge.note(1, { key: "k", parts: ["one"] }, signal), "written");
    assert.is(bodies(scene).length, 1);
    stub.faults.push({ matches: /^POST .*comments$/, status: 502, times: 9 });
    await forge.note(1, { key: "other", parts: ["one"] }, signal).then(
      () => assert.unreachable(),
      (error) => assert.is(error.next, "retry"),
    );
    assert.is(stub.seen.filter(({ method }) => method === "POST").length, 2);
  }));

test("two writers at once leave one note", () =>
  withForge(async (scene) => {
    const { stub, signal } = scene;
    const write = () => scene.again().note(1, { key: "k", parts: ["one"] }, signal);
    await Promise.all([write(), write(), write()]);
    await scene.again().note(1, { key: "k", parts: ["one"] }, signal);
    assert.is(stub.comments.length, 1);
    const one = scene.again();
    await Promise.all([1, 2, 3].map((text) => one.note(1, { key: "k", parts: [`text ${text}`] }, signal)));
    assert.is(stub.comments.length, 1);
  }));

test("a comment that may not be deleted is emptied and folded away", () =>
  withForge(async (scene) => {
    const { forge, stub, signal } = scene;
    await forge.note(1, { key: "k", parts: ["one", "two"] }, signal);
    stub.faults.push({ matches: /^DELETE/, status: 403, body: { message: "Must have admin rights" } });
    await forge.note(1, { key: "k", parts: ["one"] }, signal);
    assert.match(bodies(scene)[1] ?? "", /^<details><summary>Superseded/);
    assert.is(stub.seen.at(-1)?.path, "/graphql");
    assert.is(await scene.again().note(1, { key: "k", parts: ["one"] }, signal), "unchanged");
  }));

test("a text that no comment holds is refused before anything is written", () =>
  withForge(async ({ forge, stub, signal }) => {
    await forge.note(1, { key: "k", parts: ["x".repeat(65_536)] }, signal).then(
      () => assert.unreachable(),
      (error) => assert.is(error.code, "too-large"),
    );
    assert.is(stub.writes().length, 0);
  }));

test.run();

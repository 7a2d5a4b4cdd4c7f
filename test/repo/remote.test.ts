import { rename } from "node:fs/promises";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { RepositoryError } from "../../src/repo/repository.ts";
import type { GitFault, GitStep } from "../support/git-server.ts";
import { clonesOf, contentOf, inWorld, refsOf } from "../support/remote-world.ts";
import { failure } from "../support/repositories.ts";
import { suite } from "../support/suite.ts";

const signal = new AbortController().signal;
const test = suite("remote repository: faults");

const steps: readonly GitStep[] = ["greeting", "list", "advertisement", "pack"];

for (const step of steps) {
  test(`a broken ${step}: an error to retry, no ref moves, the next attempt heals`, async () => {
    await inWorld(async (world) => {
      const first = await world.push({ "a.yaml": "1" });
      assert.is(await world.repository.head("main", signal), first);
      const refs = await refsOf(world);
      const second = await world.push({ "a.yaml": "2" });
      const other = await world.reopen({ stateDirectory: join(world.folder, "other") });
      assert.is(await other.head("main", signal), second);
      const whole = world.server.answers.get(step)?.length ?? 0;
      assert.ok(whole > 40, "the step was seen");
      // Also right behind an inner flush packet (34), where only the structure shows that something is missing.
      const cuts = [0, 3, 34, Math.floor(whole / 2), whole - 4, whole - 1];
      const faults: readonly GitFault[] = [
        ...cuts.map((bytes): GitFault => ({ step, kind: "truncate", bytes })),
        { step, kind: "kill", bytes: Math.floor(whole / 2) },
      ];
      for (const fault of faults) {
        world.server.faults.push(fault);
        const error = await failure(world.repository.head("main", signal));
        assert.is(error.next, "retry", `${JSON.stringify(fault)} of ${whole}: ${error.message}`);
        assert.ok(["truncated", "unreachable"].includes(error.code), `${JSON.stringify(fault)}: ${error.code}`);
        assert.is(await refsOf(world), refs);
      }
      assert.is(await contentOf(world.repository, first), "a.yaml=1");
      const healed = await world.repository.head("main", signal);
      assert.is(healed, second);
      assert.is(await contentOf(world.repository, healed), "a.yaml=2");
    });
  });
}

test("faults of the first clone leave nothing behind, and the next attempt heals", async () => {
  await inWorld(async (world) => {
    const id = await world.push({ "a.yaml": "1" });
    const faults: readonly GitFault[] = [
      { step: "pack", kind: "truncate", bytes: 200 },
      { step: "pack", kind: "kill", bytes: 120 },
      { step: "advertisement", kind: "truncate", bytes: 34 },
      { step: "pack", kind: "stall" },
    ];
    for (const fault of faults) {
      world.server.faults.push(fault);
      assert.is((await failure(world.repository.head("main", signal))).next, "retry");
      assert.equal(await clonesOf(world), []);
    }
    assert.is(await world.repository.head("main", signal), id);
    assert.is((await clonesOf(world)).length, 1);
  });
});

test("sorts every failure by what happens next, without a secret in it", async () => {
  const token = "ghs_secret0123456789";
  const table: readonly (readonly [GitFault, string, RepositoryError["next"]])[] = [
    [{ step: "greeting", kind: "stall" }, "timeout", "retry"],
    [{ step: "list", kind: "stall" }, "timeout", "retry"],
    [{ step: "greeting", kind: "status", status: 401 }, "auth", "person"],
    [{ step: "greeting", kind: "status", status: 403 }, "auth", "person"],
    [{ step: "greeting", kind: "status", status: 404 }, "not-found", "person"],
    [{ step: "greeting", kind: "status", status: 429 }, "unreachable", "retry"],
    [{ step: "list", kind: "status", status: 500 }, "unreachable", "retry"],
    [{ step: "greeting", kind: "status", status: 503 }, "unreachable", "retry"],
    [
      { step: "greeting", kind: "status", status: 302, location: "https://elsewhere.example/x" },
      "redirected",
      "person",
    ],
    [{ step: "greeting", kind: "replace", body: Buffer.from("<html>") }, "protocol", "retry"],
    [{ step: "list", kind: "replace", body: packet(`ERR access denied for ${token}\n`) }, "refused", "person"],
  ];
  await inWorld(
    async (world) => {
      world.server.token = token;
      await world.push({ "a.yaml": "1" });
      for (const [fault, code, next] of table) {
        world.server.faults.push(fault);
        const error = await failure(world.repository.head("main", signal));
        assert.is(error.code, code, error.message);
        assert.is(error.next, next, error.message);
        for (const text of [error.message, error.stack, String(error.cause), JSON.stringify(error)]) {
          assert.not.match(text ?? "", token);
          assert.not.match(text ?? "", Buffer.from(`x-access-token:${token}`).toString("base64"));
        }
      }
      await world.repository.head("main", signal);
    },
    { token: async () => token },
  );
});

function packet(text: string): Buffer {
  return Buffer.from(`${(text.length + 4).toString(16).padStart(4, "0")}${text}0000`);
}

test("wants a token where the server does, and takes a new one at once", async () => {
  let token: string | undefined;
  await inWorld(
    async (world) => {
      world.server.token = "good";
      const id = await world.push({ "a.yaml": "1" });
      assert.is((await failure(world.repository.head("main", signal))).code, "auth");
      token = "bad";
      assert.is((await failure(world.repository.head("main", signal))).code, "auth");
      token = "good";
      assert.is(await world.repository.head("main", signal), id);
    },
    { token: async () => token },
  );
});

test("a server that is away is an error to retry", async () => {
  await inWorld(async (world) => {
    const id = await world.push({ "a.yaml": "1" });
    await world.repository.head("main", signal);
    await world.server.close();
    const error = await failure(world.repository.head("main", signal));
    assert.equal([error.code, error.next], ["unreachable", "retry"]);
    assert.is(await contentOf(world.repository, id), "a.yaml=1", "what was fetched can still be read");
  });
});

test("stops in the middle of a request", async () => {
  await inWorld(async (world) => {
    await world.push({ "a.yaml": "1" });
    world.server.faults.push({ step: "greeting", kind: "stall" });
    const stop = new AbortController();
    const head = failure(world.repository.head("main", stop.signal));
    stop.abort();
    assert.is((await head).code, "aborted");
    world.server.faults.push({ step: "greeting", kind: "stall" });
    const closed = failure(world.repository.head("main", signal));
    await world.repository.close();
    assert.is((await closed).code, "aborted");
  });
});

test("follows a renamed repository on the same server", async () => {
  await inWorld(async (world) => {
    const id = await world.push({ "a.yaml": "1" });
    await rename(world.bare, join(world.folder, "renamed.git"));
    const location = `${world.server.url("renamed.git")}/info/refs?service=git-upload-pack`;
    world.server.faults.push({ step: "greeting", kind: "status", status: 301, location });
    assert.is(await world.repository.head("main", signal), id);
    assert.is(await world.repository.head("main", signal), id, "later requests go there at once");
  });
});

test.run();

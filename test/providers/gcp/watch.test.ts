import * as assert from "uvu/assert";
import type { JsonObject } from "../../../src/core/json.ts";
import { createRequestIds } from "../../../src/providers/gcp/act/request-ids.ts";
import { createWatch, type Look } from "../../../src/providers/gcp/act/watch.ts";
import { ProviderError } from "../../../src/providers/provider.ts";
import { failureOf, orderOf } from "../../contract/provider-world.ts";
import { resource } from "../../support/resources.ts";
import { suite } from "../../support/suite.ts";

const test = suite("gcp waiting");
const pace = { firstDelayMs: 1, longestDelayMs: 5, timeoutMs: 1_000, nowMs: Date.now };
const unending = new AbortController().signal;

function wish(name: string, isOver: (thing: JsonObject | undefined) => boolean) {
  return { scope: "p zone z", name, isOver, doing: `wait for ${name}`, resource: name };
}

test("everybody in one scope shares one look", async () => {
  let rounds = 0;
  const asked: string[][] = [];
  const look: Look = async (_, names) => {
    rounds += 1;
    asked.push([...names]);
    return new Map(names.map((name) => [name, { name, done: rounds >= 3 }]));
  };
  const watch = createWatch(look, pace);
  const names = Array.from({ length: 100 }, (_, index) => `op-${index}`);
  const done = await Promise.all(
    names.map((name) =>
      watch.until(
        wish(name, (thing) => thing?.done === true),
        unending,
      ),
    ),
  );
  assert.is(rounds, 3);
  assert.is(asked[0]?.length, 100);
  assert.equal(
    done.map((thing) => thing?.name),
    names,
  );
});

test("a look that fails in passing is repeated, one that needs a person is told to all", async () => {
  let failures = 2;
  const shaky: Look = async (_, names) => {
    failures -= 1;
    if (failures >= 0) throw new ProviderError("gone", { code: "unavailable", next: "retry" });
    return new Map(names.map((name) => [name, {}]));
  };
  assert.equal(
    await createWatch(shaky, pace).until(
      wish("a", (thing) => thing !== undefined),
      unending,
    ),
    {},
  );
  const forbidden: Look = async () => {
    throw new ProviderError("no", { code: "permission", next: "person" });
  };
  const watch = createWatch(forbidden, pace);
  const both = ["a", "b"].map((name) =>
    failureOf(
      watch.until(
        wish(name, () => false),
        unending,
      ),
    ),
  );
  assert.equal(
    (await Promise.all(both)).map(({ code }) => code),
    ["permission", "permission"],
  );
});

test("an aborted wait ends at once and leaves the others waiting", async () => {
  let open = false;
  const look: Look = async (_, names) => new Map(names.map((name) => [name, { open }]));
  const watch = createWatch(look, pace);
  const stop = new AbortController();
  const given = watch
    .until(
      wish("a", () => false),
      stop.signal,
    )
    .catch((error: unknown) => error);
  const other = watch.until(
    wish("b", (thing) => thing?.open === true),
    unending,
  );
  stop.abort(new Error("stop"));
  assert.is(((await given) as Error).message, "stop");
  open = true;
  assert.equal(await other, { open: true });
});

test("a wait that takes too long says so", async () => {
  const watch = createWatch(async () => new Map(), { ...pace, timeoutMs: 20 });
  const failure = await failureOf(
    watch.until(
      wish("a", () => false),
      unending,
    ),
  );
  assert.equal([failure.code, failure.next, failure.resource], ["timeout", "retry", "a"]);
});

test("request ids repeat until their operation has ended, and are UUIDs", () => {
  const [first, second] = [createRequestIds(), createRequestIds()];
  const order = orderOf("test", "create", resource({ name: "a" }));
  const id = first.idOf(order, "insert");
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.is(first.idOf(order, "insert"), id);
  assert.is(second.idOf(order, "insert"), id, "another process repeats it");
  assert.is.not(first.idOf(order, "delete"), id);
  assert.is.not(first.idOf({ ...order, fleet: "other" }, "insert"), id);
  first.spend(order, "insert");
  assert.is.not(first.idOf(order, "insert"), id);
});

test.run();

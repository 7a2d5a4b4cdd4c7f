import * as assert from "uvu/assert";
import type { Change } from "../../../src/core/change.ts";
import { createLocks, lockOf } from "../../../src/providers/gcp/act/locks.ts";
import { suite } from "../../support/suite.ts";

const test = suite("gcp write locks");
const never = new AbortController().signal;

function gate(): { readonly promise: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { promise, open };
}

test("writers of one thing go in order, those of another beside them; a failure and a giving up let the next one in", async () => {
  const locks = createLocks();
  const said: string[] = [];
  const door = gate();
  const first = locks.hold("a", never, async () => {
    said.push("first");
    await door.promise;
    throw new Error("broken");
  });
  const leaving = new AbortController();
  const second = locks.hold("a", leaving.signal, async () => said.push("second"));
  const third = locks.hold("a", never, async () => said.push("third"));
  await locks.hold("b", never, async () => said.push("other"));
  assert.equal(said, ["first", "other"]);
  leaving.abort(new Error("stop"));
  assert.is((await second.catch((error: Error) => error.message)) as unknown, "stop");
  assert.equal(said, ["first", "other"], "who leaves lets nobody overtake");
  door.open();
  assert.is(await first.catch((error: Error) => error.message), "broken");
  await third;
  assert.equal(said, ["first", "other", "third"]);
});

test("routes of one network share its lock with the network", () => {
  const network = "projects/p/global/networks/n";
  const change = (kind: string, key: string, spec: object): Change => ({ kind, resource: { key, spec } }) as never;
  assert.is(lockOf(change("network", network, {})), network);
  assert.is(lockOf(change("route", "projects/p/global/routes/r", { network: { $ref: "x", value: network } })), network);
  assert.is(lockOf({ kind: "route", observed: { key: "k", state: { network } } } as never), network);
  assert.is(lockOf(change("firewall", "projects/p/global/firewalls/f", { network })), "projects/p/global/firewalls/f");
});

test.run();

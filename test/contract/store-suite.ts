import * as assert from "uvu/assert";
import type { InventoryEntry } from "../../src/core/inventory.ts";
import type { PassRecord, Store } from "../../src/store/store.ts";
import { StoreError } from "../../src/store/store.ts";
import { suite } from "../support/suite.ts";

/** A kind of store under test: gives an empty one that keeps `historyLimit` passes, and cleans up after itself. */
export interface StoreKind {
  readonly name: string;
  open(historyLimit: number): Promise<{ readonly store: Store; readonly cleanUp: () => Promise<void> }>;
}

/** An entry with everything that is optional, unless it is taken away. */
export function entryOf(address: string, changed: Partial<InventoryEntry> = {}): InventoryEntry {
  return {
    address,
    provider: "gcp",
    kind: "instance",
    uid: "0123456789ab",
    key: `projects/p/zones/z/instances/${address}`,
    realm: "p",
    owner: "Workload default/web",
    location: "dfw",
    phase: "applied",
    commit: "c".repeat(40),
    specHash: "0123456789abcdef",
    spec: { machineType: "n2-standard-2", text: "“quoted” \\ ' ; -- \u0000 é 🜁", nested: { list: [1, null, true] } },
    dependsOn: ["gcp/subnetwork/default/a"],
    protected: false,
    group: { name: "default/web", ordinal: 1, width: 2 },
    id: "42",
    ...changed,
  };
}

function passOf(changed: Partial<PassRecord> = {}): Omit<PassRecord, "number"> {
  return {
    fleet: "one",
    wake: "moved",
    commit: "abc",
    planId: "0123456789ab",
    outcome: "applied",
    startedAt: "2026-01-01T00:00:00.000Z",
    finishedAt: "2026-01-01T00:00:01.000Z",
    details: { counts: { create: 2 }, problems: [] },
    ...changed,
  };
}

const firstIso = "2026-01-01T00:00:00.000Z";
const secondIso = "2026-01-02T00:00:00.000Z";
const thirdIso = "2026-01-03T00:00:00.000Z";

/** What every store promises, run on one kind of it. */
export function storeContract(kind: StoreKind): void {
  const test = suite(`store contract, ${kind.name}`);
  const withStore = (title: string, body: (store: Store) => Promise<void>, historyLimit = 100): void => {
    test(title, async () => {
      const { store, cleanUp } = await kind.open(historyLimit);
      try {
        await body(store);
      } finally {
        await store.close();
        await cleanUp();
      }
    });
  };

  withStore("is empty at first", async (store) => {
    assert.equal(await store.inventory("one"), []);
    assert.equal(await store.passes("one", 10), []);
    assert.equal(await store.openIncidents("one"), []);
    assert.is(await store.fact("one", "good-commit"), undefined);
  });

  withStore("gives entries back as they were put, sorted by address, each fleet for itself", async (store) => {
    const entries = ["b", "a", "Z", "é"].map((name) => entryOf(`gcp/instance/default/${name}`));
    for (const entry of entries) await store.put("one", entry);
    await store.put("two", entryOf("gcp/instance/default/a", { id: "other" }));
    const sorted = [...entries].sort((left, right) => (left.address < right.address ? -1 : 1));
    assert.equal(await store.inventory("one"), sorted);
    assert.is((await store.inventory("two"))[0]?.id, "other");
  });

  withStore("overwrites an entry whole: what the new one lacks is gone", async (store) => {
    const { group: _gone, ...bare } = entryOf("a", { phase: "deleting" });
    await store.put("one", entryOf("a"));
    await store.put("one", bare);
    assert.equal(await store.inventory("one"), [bare]);
  });

  withStore("keeps its own copy", async (store) => {
    const spec = { size: 1 };
    await store.put("one", entryOf("a", { spec }));
    spec.size = 2;
    const [read] = await store.inventory("one");
    assert.equal(read?.spec, { size: 1 });
    (read?.spec as { size: number }).size = 3;
    assert.equal((await store.inventory("one"))[0]?.spec, { size: 1 });
  });

  withStore("puts several at once, none as well", async (store) => {
    await store.putAll("one", []);
    await store.putAll("one", [entryOf("a"), entryOf("b"), entryOf("a", { id: "later" })]);
    assert.equal(
      (await store.inventory("one")).map(({ address, id }) => [address, id]),
      [
        ["a", "later"],
        ["b", "42"],
      ],
    );
  });

  withStore("puts all or none", async (store) => {
    await store.put("one", entryOf("a", { id: "before" }));
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const broken = entryOf("b", { spec: { call: (() => 1) as never, big: 1n as never } });
    const failure = await store.putAll("one", [entryOf("a", { id: "after" }), broken]).catch((error: unknown) => error);
    assert.instance(failure, Error);
    assert.equal(
      (await store.inventory("one")).map(({ address, id }) => [address, id]),
      [["a", "before"]],
    );
  });

  withStore("forgets an entry, and forgetting twice is fine", async (store) => {
    await store.putAll("one", [entryOf("a"), entryOf("b")]);
    await store.put("two", entryOf("a"));
    await store.forget("one", "a");
    await store.forget("one", "a");
    assert.equal(
      (await store.inventory("one")).map((entry) => entry.address),
      ["b"],
    );
    assert.is((await store.inventory("two")).length, 1);
  });

  withStore("holds calls that are made side by side", async (store) => {
    const names = Array.from({ length: 50 }, (_, index) => `a${String(index).padStart(2, "0")}`);
    await Promise.all([
      ...names.map((name) => store.put("one", entryOf(name))),
      store.putAll("one", [entryOf("b1"), entryOf("b2")]),
      store.setFact("one", "f", "1"),
      store.addPass(passOf()),
      store.addPass(passOf()),
    ]);
    assert.is((await store.inventory("one")).length, 52);
    assert.equal(
      (await store.passes("one", 10)).map((pass) => pass.number),
      [2, 1],
    );
  });

  withStore("remembers the last value of a fact", async (store) => {
    await store.setFact("one", "good-commit", "a");
    await store.setFact("one", "good-commit", "b");
    await store.setFact("two", "good-commit", "c");
    await store.setFact("one", "empty", "");
    assert.is(await store.fact("one", "good-commit"), "b");
    assert.is(await store.fact("two", "good-commit"), "c");
    assert.is(await store.fact("one", "empty"), "");
  });

  withStore(
    "numbers passes of each fleet from 1 and keeps the newest",
    async (store) => {
      for (let index = 1; index <= 5; index += 1)
        assert.is(await store.addPass(passOf({ commit: `c${index}` })), index);
      assert.is(await store.addPass(passOf({ fleet: "two" })), 1);
      const kept = await store.passes("one", 10);
      assert.equal(
        kept.map(({ number, commit }) => [number, commit]),
        [
          [5, "c5"],
          [4, "c4"],
          [3, "c3"],
        ],
      );
      assert.equal(kept[0], { ...passOf({ commit: "c5" }), number: 5 });
      assert.is((await store.passes("one", 2)).length, 2);
      assert.is((await store.passes("one", 0)).length, 0);
      assert.is((await store.passes("two", 10)).length, 1);
    },
    3,
  );

  withStore("opens an incident once, refreshes it, resolves it, and counts its return as a flap", async (store) => {
    const base = { fleet: "one", address: "a", openedAt: firstIso, resolvedAt: undefined, flaps: 0 };
    assert.equal(await store.seeIncident("one", "a", { n: 1 }, firstIso), {
      ...base,
      lastSeenAt: firstIso,
      details: { n: 1 },
    });
    assert.equal(await store.seeIncident("one", "a", { n: 2 }, secondIso), {
      ...base,
      lastSeenAt: secondIso,
      details: { n: 2 },
    });
    await store.seeIncident("one", "b", {}, secondIso);
    assert.equal(
      (await store.openIncidents("one")).map((incident) => incident.address),
      ["a", "b"],
    );
    assert.equal(await store.openIncidents("two"), []);
    await store.resolveIncident("one", "a", secondIso);
    await store.resolveIncident("one", "a", thirdIso);
    await store.resolveIncident("one", "never-seen", thirdIso);
    assert.equal(
      (await store.openIncidents("one")).map((incident) => incident.address),
      ["b"],
    );
    const again = await store.seeIncident("one", "a", { n: 3 }, thirdIso);
    assert.equal(again, { ...base, openedAt: thirdIso, lastSeenAt: thirdIso, flaps: 1, details: { n: 3 } });
    assert.equal((await store.openIncidents("one"))[0], again);
  });

  withStore("lists and drops facts by the beginning of their name", async (store) => {
    await store.setFact("one", "review/2", "b");
    await store.setFact("one", "review/1", "a");
    await store.setFact("one", "reviewed", "x");
    await store.setFact("one", "r%view/3", "x");
    await store.setFact("two", "review/9", "z");
    assert.equal(
      [...(await store.factsUnder("one", "review/"))],
      [
        ["review/1", "a"],
        ["review/2", "b"],
      ],
    );
    assert.equal([...(await store.factsUnder("one", "r%"))], [["r%view/3", "x"]]);
    await store.dropFact("one", "review/1");
    await store.dropFact("one", "never");
    assert.equal([...(await store.factsUnder("one", "review/"))], [["review/2", "b"]]);
    assert.is(await store.fact("two", "review/9"), "z");
  });

  withStore(
    "writes a request down once, remembers what became of it, and drops the oldest",
    async (store) => {
      const ask = (id: string) => ({
        ...{ id, at: firstIso, actor: "ann", action: "plan" },
        subject: "pull request 7",
        result: "",
      });
      assert.is(await store.addAudit("one", ask("a")), true);
      assert.is(await store.addAudit("one", ask("a")), false);
      assert.is(await store.addAudit("two", ask("a")), true);
      await store.addAudit("one", ask("b"));
      await store.finishAudit("one", "a", "done");
      assert.equal(await store.audit("one", 5), [ask("b"), { ...ask("a"), result: "done" }]);
      await store.addAudit("one", ask("c"));
      await store.addAudit("one", ask("d"));
      assert.equal(
        (await store.audit("one", 9)).map(({ id }) => id),
        ["d", "c", "b"],
      );
      assert.equal(
        (await store.audit("one", 1)).map(({ id }) => id),
        ["d"],
      );
    },
    3,
  );

  withStore("is locked by one at a time, and free again after release", async (store) => {
    const release = await store.lock();
    const refused = await store.lock().catch((error: unknown) => error);
    assert.instance(refused, StoreError);
    assert.is((refused as StoreError).code, "locked");
    await store.put("one", entryOf("a"));
    await release();
    await release();
    await (await store.lock())();
  });

  test("serves nothing after close, and closing twice is fine", async () => {
    const { store, cleanUp } = await kind.open(10);
    await store.lock();
    await store.close();
    await store.close();
    const refused = await store.inventory("one").catch((error: unknown) => error);
    assert.instance(refused, StoreError);
    assert.is((refused as StoreError).code, "unavailable");
    await cleanUp();
  });

  test.run();
}

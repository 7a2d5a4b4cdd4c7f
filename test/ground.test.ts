import * as assert from "uvu/assert";
import type { InventoryEntry } from "../src/core/inventory.ts";
import type { Observed } from "../src/core/resource.ts";
import type { Fleet } from "../src/datum/fleet.ts";
import { groundOf } from "../src/ground.ts";
import type { Provider } from "../src/providers/provider.ts";
import { suite } from "./support/suite.ts";

const test = suite("ground");

const provider = {
  name: "edge",
  allocation: ({ block }: { block?: string }) => (block === undefined ? undefined : { key: "place", block }),
} as unknown as Provider;
const remembered = { provider: "edge", key: "claim", spec: { block: "10.136.0.0/20" } } as unknown as InventoryEntry;
const claim = { provider: "edge", key: "claim", state: {}, id: "1" } as unknown as Observed;

function blocksOf(observed: readonly Observed[], unavailable: readonly string[] = []) {
  const fleet = { name: "f" } as Fleet;
  return [...groundOf(fleet, observed, [remembered], [provider], new Set(unavailable)).allocations.values()];
}

test("of a world that cannot be seen, the remembered block counts; of one that can, what stands", () => {
  assert.equal(blocksOf([], ["edge"]), ["10.136.0.0/20"]);
  assert.equal(blocksOf([]), []);
  const marker = { fleet: "f", uid: "u", address: "a", spec: "", commit: "" };
  const ours = { ...claim, marker, allocation: { key: "place", block: "10.138.0.0/20" } } as unknown as Observed;
  assert.equal(blocksOf([ours]), ["10.138.0.0/20"]);
});

test("a block that is only written down counts where nothing holds one", () => {
  const marker = { fleet: "f", uid: "u", address: "a", spec: "", commit: "" };
  const note = { marker, key: "binding", allocation: { key: "place", block: "10.136.0.0/20", meant: true } };
  const held = { marker, key: "claim", allocation: { key: "place", block: "10.138.0.0/20" } };
  const both = [held, note] as unknown as readonly Observed[];
  assert.equal(blocksOf(both), ["10.138.0.0/20"]);
  assert.equal(blocksOf([...both].reverse()), ["10.138.0.0/20"]);
  assert.equal(blocksOf(both.slice(1)), ["10.136.0.0/20"]);
});

test("where somebody else made the thing, what we planned stays planned", () => {
  assert.equal(blocksOf([claim]), ["10.136.0.0/20"]);
});

test.run();

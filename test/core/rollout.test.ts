import * as assert from "uvu/assert";
import type { Resource } from "../../src/core/resource.ts";
import { pendingOf } from "../../src/core/wait.ts";
import { entry, lines, planOf } from "../support/planning.ts";
import { live, resource } from "../support/resources.ts";
import { suite } from "../support/suite.ts";

const test = suite("rollout");

const copy = (ordinal: number, facts: { size?: number; width?: number; group?: string } = {}): Resource =>
  resource({
    name: `${facts.group ?? "web"}-${ordinal}`,
    spec: { size: facts.size ?? 1 },
    group: { name: `default/${facts.group ?? "web"}`, ordinal, width: facts.width ?? 1 },
  });

type Mood = "ready" | "pending" | "stopped" | "absent";

/** Plans `after` where `before` stands in these moods. */
function plan(before: readonly Resource[], moods: readonly Mood[], after: readonly Resource[]) {
  const observed = before.flatMap((made, index) => {
    const phase = moods[index] ?? "ready";
    if (phase === "absent") return [];
    const status = { phase, detail: phase === "pending" ? "STAGING" : "", addresses: {} };
    return [live(made, { state: made.spec, status })];
  });
  const made = planOf({ wanted: after, observed, inventory: before.map((one) => entry(one)) }).plan;
  return { changes: made.changes, pending: pendingOf(made.changes, after, new Map()) };
}

const sized = (count: number, size: number, width = 1) =>
  Array.from({ length: count }, (_, ordinal) => copy(ordinal, { size, width }));

test("a member that is not ready yet holds the others back", () => {
  const after = [copy(0, { size: 2 }), copy(1, { size: 2 }), copy(2)];
  const { changes, pending } = plan(sized(3, 1), ["ready", "ready", "pending"], after);
  assert.equal(lines(changes), ["update web-1 (commit, held)", "update web-0 (commit, held)"]);
  assert.equal(
    pending.map(({ waitsFor, message }) => `${waitsFor} ${message}`),
    ["memory/instance/default/web-2 pending (STAGING)", "memory/instance/default/web-2 pending (STAGING)"].slice(
      0,
      pending.length,
    ),
  );
  assert.is(pending.length, 2);
});

test("one that is not ready may be brought to what is wanted", () => {
  const after = [copy(0), copy(1, { size: 2 }), copy(2)];
  assert.equal(lines(plan(sized(3, 1), ["ready", "stopped", "pending"], after).changes), ["update web-1 (commit)"]);
});

test("a copy is not made before the one below it runs", () => {
  const { changes } = plan(sized(1, 1), ["pending"], sized(3, 1));
  assert.equal(lines(changes), ["create web-1 (commit, held)", "create web-2 (commit, held)"]);
});

test("a member that is not ready uses up the width of its rollout, and of no other", () => {
  const before = [...sized(4, 1), copy(0, { group: "api" })];
  const after = [
    ...[0, 1, 2].map((at) => copy(at, { size: 2, width: 2 })),
    copy(3),
    copy(0, { group: "api", size: 2 }),
  ];
  const { changes } = plan(before, ["ready", "ready", "ready", "pending"], after);
  assert.equal(
    changes
      .filter(({ action }) => action === "update")
      .map(({ address, dependsOn }) => [address, ...dependsOn].map((name) => name.split("/").at(-1)).join(" after ")),
    ["api-0", "web-2", "web-1 after web-2", "web-0 after web-1"],
  );
});

test.run();

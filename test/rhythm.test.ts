import * as assert from "uvu/assert";
import type { Outcome } from "../src/core/outcome.ts";
import { createRhythm } from "../src/rhythm.ts";
import { suite } from "./support/suite.ts";

const test = suite("rhythm");
const outcome = (kind: Outcome["kind"], acted = 0): readonly Outcome[] => [
  { kind, results: Array.from({ length: acted }) } as unknown as Outcome,
];

test("looks follow a change, each after twice as long, and a new change begins anew", () => {
  const rhythm = createRhythm({ afterChangeMs: 30_000 }, () => 0);
  assert.is(rhythm.nextMs(), undefined);
  const after = (outcomes: readonly Outcome[]): number | undefined => {
    rhythm.looked(outcomes);
    return rhythm.nextMs();
  };
  assert.is(after(outcome("settled")), undefined);
  assert.is(after(outcome("applied", 1)), 30_000);
  assert.is(after(outcome("settled")), 60_000);
  assert.is(after(outcome("applied", 1)), 30_000, "something happened meanwhile");
  assert.equal(
    [1, 2, 3, 4].map(() => after(outcome("settled"))),
    [60_000, 120_000, 240_000, undefined],
  );
});

test("without the pauses nothing is drawn together and nothing left out", () => {
  let now = 0;
  const rhythm = createRhythm({}, () => now);
  rhythm.looked(outcome("applied", 1));
  now = 1e12;
  assert.equal([rhythm.nextMs(), rhythm.mayRest()], [undefined, false]);
});

test("scheduled looks are left out while nothing happens, but never for longer than the pause", () => {
  let now = 0;
  const minute = 60_000;
  const rhythm = createRhythm({ quietMs: 60 * minute }, () => now);
  const looks: number[] = [];
  for (let at = 0; at <= 180; at += 5) {
    now = at * minute;
    if (rhythm.mayRest()) continue;
    looks.push(at);
    rhythm.looked(outcome("settled"));
  }
  assert.equal(looks, [0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 115, 175]);
  now = 181 * minute;
  assert.ok(rhythm.mayRest());
  for (const restless of [outcome("failed"), outcome("invalid"), outcome("applied", 2), undefined]) {
    rhythm.looked(restless);
    assert.not(rhythm.mayRest(), "what happened may not be over");
  }
});

test.run();

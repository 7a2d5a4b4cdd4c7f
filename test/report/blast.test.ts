import * as assert from "uvu/assert";
import type { Outcome } from "../../src/core/outcome.ts";
import { countActions } from "../../src/core/plan.ts";
import { blastRadius } from "../../src/report/blast.ts";
import { verdict } from "../../src/report/outcome.ts";
import { suite } from "../support/suite.ts";
import { change } from "./samples.ts";

const test = suite("report/blast");
const network = (number: number, held = false) =>
  change({ address: `edge/network/default/net-${number}`, action: "create", held }, `Network default/net-${number}`);

test("of very many networks some are named and the rest is counted", () => {
  const changes = Array.from({ length: 2_000 }, (_, index) => network(index));
  const [sentence = ""] = blastRadius(changes);
  assert.match(sentence, /^Networks default\/net-0, .* and 1,988 more are touched\.$/);
  assert.ok(sentence.length < 400);
  assert.equal(blastRadius([network(1)]), ["Network default/net-1 is touched."]);
});

test("where everything that is there is held back, nobody says that nothing is there", () => {
  const changes = [network(1, true)];
  const outcome = { kind: "settled", plan: { changes, counts: countActions(changes) }, results: [] };
  assert.is(verdict(outcome as unknown as Outcome), "1 change is held back");
});

test.run();

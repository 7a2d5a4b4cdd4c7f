import { fuzzDatum } from "../faults/fuzz-datum.ts";
import { suite } from "../support/suite.ts";

const test = suite("fuzz of manifests");

test("no bytes make the checker or the expansion throw, and every problem has a place and a page", () => {
  fuzzDatum(400, 7);
});

test.run();

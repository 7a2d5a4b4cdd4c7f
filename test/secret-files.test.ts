import * as assert from "uvu/assert";
import { mayHoldSecret } from "../src/read.ts";
import { suite } from "./support/suite.ts";

const test = suite("secret files");

const rows: readonly (readonly [text: string, mayHold: boolean])[] = [
  ["kind: Secret", true],
  ["kind: secret", true],
  ["kind: Secrt", true],
  ["kind: ClusterSecret", true],
  ['{"kind" : "Secret"}', true],
  ["kind: [Secret\nstringData: x", true],
  ["kind: SecurityPolicy", false],
  ["kind: Workload", false],
];

for (const [text, mayHold] of rows) {
  test(`a file with ${JSON.stringify(text)} is ${mayHold ? "never" : ""} shown in excerpts`, () => {
    assert.is(mayHoldSecret({ documents: [] }, text), mayHold);
  });
}

test.run();

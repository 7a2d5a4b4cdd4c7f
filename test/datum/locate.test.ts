import * as assert from "uvu/assert";
import { locate } from "../../src/datum/locate.ts";
import { suite } from "../support/suite.ts";

const test = suite("datum/locate");

test("a document in JSON is found by its brace", () => {
  const text = '{\n  "spec": {"mtu": 1460}\n}\n';
  assert.equal(locate(text, { line: 1, column: 1 }), { index: 0, path: [], shape: "map" });
  assert.equal(locate(text, { line: 2, column: 12 })?.path, ["spec", "mtu"]);
});

test.run();

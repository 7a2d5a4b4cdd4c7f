import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { suite } from "../support/suite.ts";
import { caseNames, play, resultPath } from "./play.ts";

const test = suite("golden");

test("there are cases", () => {
  assert.ok(caseNames().length >= 8);
});

for (const name of caseNames()) {
  test(name, async () => {
    for (const [file, text] of await play(name)) {
      assert.fixture(text, readFileSync(resultPath(name, file), "utf8"), `${name}/${file}: npm run golden rewrites it`);
    }
  });
}

test.run();

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { suite } from "../support/suite.ts";
import { caseNames, play, resultPath } from "./play.ts";
import { reviewFolder, reviewGoldens } from "./reviews.ts";

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

test("reviews that are too large or meant badly", () => {
  const goldens = reviewGoldens();
  assert.equal(readdirSync(reviewFolder).sort(), [...goldens.keys()].sort(), "npm run golden rewrites them");
  for (const [file, text] of goldens)
    assert.ok(text === readFileSync(join(reviewFolder, file), "utf8"), `reviews/${file}: npm run golden rewrites it`);
});

test.run();

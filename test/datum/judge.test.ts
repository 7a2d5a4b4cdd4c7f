import * as assert from "uvu/assert";
import { judgeFiles } from "../../src/datum/judge.ts";
import { suite } from "../support/suite.ts";
import { checker, placed, sandbox, surroundings } from "./support.ts";

const test = suite("judging files");
const long = "a".repeat(60);
const file = (path: string, text: string) => checker.parse(path, new TextEncoder().encode(text));

test("what expansion finds is told with the checks", () => {
  const files = [file("base.yaml", surroundings), file("web.yaml", sandbox(["metadata.name", long]))];
  assert.equal(placed(judgeFiles(checker, files).problems), ["names/too-long metadata.name"]);
});

test("files that break a rule are not expanded", () => {
  const files = [
    file("base.yaml", surroundings),
    file("web.yaml", sandbox(["metadata.name", long], ["spec.placements.0.scaleSettings.minReplicas", 0])),
  ];
  assert.equal(placed(judgeFiles(checker, files).problems), [
    "workload/min-replicas spec.placements[0].scaleSettings.minReplicas",
  ]);
});

test.run();

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

const broken = ["spec.placements.0.scaleSettings.minReplicas", 0] as const;

test("names are told beside what else is wrong", () => {
  const files = [file("base.yaml", surroundings), file("web.yaml", sandbox(["metadata.name", long], [...broken]))];
  assert.equal(placed(judgeFiles(checker, files).problems), [
    "names/too-long metadata.name",
    "workload/min-replicas spec.placements[0].scaleSettings.minReplicas",
  ]);
});

test("names are told of each document of a file that the schema allows", () => {
  const shapeless = sandbox(["metadata.name", `b${long}`], ["spec.placements.0.scaleSettings.minReplicas", "x"]);
  const text = [shapeless, sandbox(["metadata.name", long]), shapeless.replace("name: b", "name: c")].join("---\n");
  assert.equal(placed(judgeFiles(checker, [file("base.yaml", surroundings), file("web.yaml", text)]).problems), [
    "names/too-long metadata.name",
    "schema/type spec.placements[0].scaleSettings.minReplicas",
    "schema/type spec.placements[0].scaleSettings.minReplicas",
  ]);
});

test("a name that is too long by itself is told once", () => {
  const files = [
    file("base.yaml", surroundings),
    file("web.yaml", sandbox(["spec.placements.0.name", `${long}abcdef`])),
  ];
  assert.equal(placed(judgeFiles(checker, files).problems), ["workload/placement-name spec.placements[0].name"]);
});

test.run();

import * as assert from "uvu/assert";
import { createNews } from "../../src/commands/news.ts";
import type { ChangeResult, Outcome } from "../../src/core/outcome.ts";
import { suite } from "../support/suite.ts";

const test = suite("commands/news");

function outcome(facts: Partial<Outcome>): Outcome {
  return {
    kind: "settled",
    fleet: "test",
    repository: "r",
    commit: "c1",
    commitSubject: "",
    manifests: 1,
    problems: [],
    sources: new Map(),
    plan: undefined,
    refusals: [],
    results: [],
    pending: [],
    table: [],
    failure: "",
    retryable: false,
    ...facts,
  };
}

const done: ChangeResult = {
  address: "a",
  action: "create",
  state: "done",
  message: "",
  code: "",
  retryable: false,
  durationMs: 1,
};
const failed: ChangeResult = { ...done, state: "failed", message: "no room" };
const problem = {
  severity: "error",
  rule: "r",
  file: "f",
  line: 1,
  column: 1,
  path: "",
  message: "m",
  hint: "",
} as const;

const cases: readonly [string, readonly Partial<Outcome>[], readonly boolean[]][] = [
  ["the first look is news, the same again is not", [{}, {}, {}], [true, false, false]],
  [
    "what was applied is always news, the quiet look after it is not",
    [{ kind: "applied", results: [done] }, {}, { kind: "applied", results: [done] }],
    [true, false, true],
  ],
  ["a new commit is news", [{}, { commit: "c2" }], [true, true]],
  [
    "a broken head is said once, while the fleet's own looks stay quiet",
    [
      {},
      { kind: "invalid", commit: "c2", problems: [problem] },
      {},
      { kind: "invalid", commit: "c2", problems: [problem] },
      {},
    ],
    [true, true, false, false, false],
  ],
  [
    "the same failure is said once, another one again",
    [
      { kind: "failed", results: [failed] },
      { kind: "failed", results: [failed] },
      { kind: "failed", results: [{ ...failed, message: "other" }] },
    ],
    [true, false, true],
  ],
  [
    "a repository that cannot be reached is said once",
    [{ kind: "failed", failure: "no answer" }, { kind: "failed", failure: "no answer" }, {}],
    [true, false, true],
  ],
];

for (const [title, outcomes, expected] of cases) {
  test(title, () => {
    const news = createNews();
    assert.equal(
      outcomes.map((facts) => news.isNews(outcome(facts))),
      expected,
    );
  });
}

test.run();

import * as assert from "uvu/assert";
import {
  type FleetHistory,
  historyDocument,
  historyMarkdown,
  historyText,
  passSummary,
} from "../../src/report/history.ts";
import { plainPalette } from "../../src/report/palette.ts";
import { suite } from "../support/suite.ts";

const test = suite("report/history");
const look = { palette: plainPalette, width: 100 };

const pass = (number: number, outcome: string, details: object) => ({
  ...{ number, wake: "commit", commit: "0123456789abcdef", planId: "p1", outcome },
  ...{ startedAt: `2026-01-01T00:0${number}:00.000Z`, finishedAt: `2026-01-01T00:0${number}:01.000Z` },
  details: details as Record<string, never>,
});
const history: FleetHistory = {
  fleet: "demo",
  passes: [
    pass(3, "failed", { attempted: 2, failures: [{ message: "No room\u202e in a|b" }, { message: "x" }] }),
    pass(1, "applied", { attempted: 4, drift: ["a"], pending: ["b", "c"] }),
  ],
  requests: [
    { at: "2026-01-01T00:02:00Z", actor: "ann", action: "approve p1", subject: "pull request 7", result: "done" },
  ],
};

test("the first thing that was wrong stands for a pass, else what it did", () => {
  assert.is(passSummary({ failure: "The repository is away", problems: [{ message: "x" }] }), "The repository is away");
  assert.is(passSummary({ problems: [{ message: "x" }] }), "x");
  assert.is(passSummary({ attempted: 1, drift: ["a"], pending: ["b"] }), "1 change, 1 drifted, 1 waits");
  assert.is(passSummary({}), "");
  assert.is(passSummary({ failure: null, problems: "none", refusals: [3] } as never), "");
});

test("passes and requests stand in one list, newest last, and deceive nobody", () => {
  assert.equal(historyText(history, look).split("\n"), [
    "Fleet demo",
    "  2026-01-01 00:01:01 UTC  applied  01234567  pass 1, commit       4 changes, 1 drifted, 2 wait",
    "  2026-01-01 00:02:00 UTC  asked              ann, pull request 7  /approve p1: done",
    "  2026-01-01 00:03:01 UTC  failed   01234567  pass 3, commit       No room\\u{202e} in a|b (and 1 more)",
    "",
  ]);
  assert.match(historyText({ fleet: "demo", passes: [], requests: [] }, look), /Nothing has happened yet/);
});

test("Markdown keeps its columns, JSON keeps everything", () => {
  const rows = historyMarkdown(history)
    .split("\n")
    .filter((line) => line.startsWith("| 3"));
  assert.is(rows.length, 1);
  assert.is(rows[0]?.replaceAll("\\|", "").split("|").length, 8, rows[0]);
  const document = historyDocument(history) as { passes: { summary: string }[]; requests: unknown[] };
  assert.equal([document.passes.length, document.requests.length], [2, 1]);
});

test.run();

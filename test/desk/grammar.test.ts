import fc from "fast-check";
import * as assert from "uvu/assert";
import { readRequest, requestHelp } from "../../src/desk/grammar.ts";
import { suite } from "../support/suite.ts";

const test = suite("desk/grammar");

const id = "a".repeat(40);
const readings: readonly (readonly [body: string, expected: unknown])[] = [
  ["/plan", { name: "plan", commit: undefined }],
  ["  /PLAN  \r\nplease", { name: "plan", commit: undefined }],
  [`/plan ${id}`, { name: "plan", commit: id }],
  ["/approve `0123456789ab`", { name: "approve", planId: "0123456789ab" }],
  ["/accept gcp/instance/default/web-0", { name: "accept", addresses: ["gcp/instance/default/web-0"] }],
  ["/revert", { name: "revert", addresses: [] }],
  ["/hold", { name: "hold" }],
  ["/release", { name: "release" }],
  ["/help", { name: "help" }],
  ["\r\n \n/help", { name: "help" }],
  ["/hold\r\n```\r\n/release\r\n```", { name: "hold" }],
  ["/hold\n> /release\nthen `/release`, /release", { name: "hold" }],
];

for (const [body, expected] of readings)
  test(JSON.stringify(body), () => assert.equal(readRequest(body), { kind: "request", request: expected }));

for (const body of [
  "",
  "please /plan",
  "> /plan",
  "`/plan`",
  "/ plan",
  "    /apply",
  "\t/apply",
  "```\n/apply\n```",
  "please\n/apply",
  "/etc/passwd is gone",
  "/deploy now",
  `/plan ${"x".repeat(500)}`,
])
  test(`${JSON.stringify(body.slice(0, 20))} is talk`, () => assert.is(readRequest(body).kind, "none"));

for (const [body, said] of [
  ["/pln", "Did you mean /plan?"],
  ["/aprove 0123456789ab", "Did you mean /approve?"],
  ["/approve", "needs the id of the plan"],
  ["/approve 0123", "needs the id of the plan"],
  ["/plan main", "full commit id"],
  ["/hold on", "takes nothing"],
  ["/hold\n\n/release", "also holds /release, so nothing of it was done"],
] as const)
  test(`${body} is answered`, () => {
    const reading = readRequest(body);
    assert.is(reading.kind, "unknown");
    assert.match(reading.kind === "unknown" ? reading.message : "", said);
  });

test("every request of the help is understood", () => {
  for (const [usage] of requestHelp) {
    const body = usage.replace(/ \[.*$/, "").replace("<plan id>", "0123456789ab");
    assert.is(readRequest(body).kind, "request", usage);
  }
});

test("no text makes it throw", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => void readRequest(text)),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(fc.string(), (text) => void readRequest(`/${text}`)),
    { numRuns: 500 },
  );
});

test.run();

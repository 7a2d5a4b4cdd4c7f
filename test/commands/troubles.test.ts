import * as assert from "uvu/assert";
import { createTroubles } from "../../src/commands/troubles.ts";
import { ForgeError } from "../../src/forge/forge.ts";
import { createLog } from "../../src/runtime/log.ts";
import { createRedactor } from "../../src/runtime/redact.ts";
import { suite } from "../support/suite.ts";

const test = suite("commands/troubles");

function scene() {
  const lines: string[] = [];
  const log = createLog({
    ...{ level: "info", pretty: false, redactor: createRedactor([]) },
    destination: { write: (text) => void lines.push(text) },
  });
  let nowMs = 0;
  const troubles = createTroubles(log, () => nowMs);
  const told = () => lines.splice(0).map((line) => (({ level, message }) => `${level} ${message}`)(JSON.parse(line)));
  const pass = (ms: number): void => {
    nowMs += ms;
  };
  return { troubles, told, pass };
}

const late = (seconds: number) =>
  new ForgeError(`Write a status: put off for ${seconds} s.`, { code: "budget", next: "quota" });

test("what somebody sorted is told in its own words, once in a while", () => {
  const { troubles, told, pass } = scene();
  for (const seconds of [30, 29, 28]) troubles.tell("test", late(seconds));
  troubles.tell("other", late(27));
  assert.equal(told(), [
    "warn Write a status: put off for 30 s; it is tried again",
    "warn Write a status: put off for 27 s; it is tried again",
  ]);
  pass(600_000);
  assert.ok(troubles.tell("test", late(1)));
  assert.equal(told().length, 1);
});

test("what nobody sorted is a fault and told each time", () => {
  const { troubles, told } = scene();
  for (const _ of [1, 2]) troubles.tell("test", new TypeError("x is not a function"));
  assert.equal(told(), ["error a pass broke; the daemon goes on", "error a pass broke; the daemon goes on"]);
});

test.run();

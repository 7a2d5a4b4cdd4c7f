import * as assert from "uvu/assert";
import { createLog, type LogLevel } from "../../src/runtime/log.ts";
import { createRedactor } from "../../src/runtime/redact.ts";
import { suite } from "../support/suite.ts";

const test = suite("runtime/log");

function open(level: LogLevel, pretty = false) {
  let text = "";
  const destination = {
    write(chunk: string) {
      text += chunk;
    },
  };
  const log = createLog({ level, pretty, destination, redactor: createRedactor(['s3cret"token']) });
  return {
    log,
    text: () => text,
    lines: () =>
      text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
  };
}

test("writes one JSON object a line, with level, time, message and facts", () => {
  const { log, lines } = open("info");
  log.debug("not said");
  log.with({ fleet: "prod" }).warn("Slow.", { afterMs: 12, at: new Date(0), list: [1, "a"] });
  const [line, ...more] = lines();
  assert.is(more.length, 0);
  assert.match(line.time, /^\d{4}-\d\d-\d\dT.*Z$/);
  delete line.time;
  assert.equal(line, {
    level: "warn",
    fleet: "prod",
    afterMs: 12,
    at: "1970-01-01T00:00:00.000Z",
    list: [1, "a"],
    message: "Slow.",
  });
});

test("writes lines for people", () => {
  const { log, text } = open("debug", true);
  log.error("Broke.", { fleet: "prod", error: new Error("no space"), n: 2 });
  assert.match(text(), /^\d\d:\d\d:\d\d error Broke\. {2}fleet=prod {2}error=no space {2}n=2\n$/);
});

test("no line carries a secret, wherever it stood", () => {
  for (const pretty of [false, true]) {
    const { log, text } = open("debug", pretty);
    const error = new Error('refused s3cret"token', { cause: new Error('s3cret"token') });
    log.info('with s3cret"token', {
      token: 's3cret"token',
      deep: { list: ['s3cret"token'] },
      error,
      'key s3cret"token': 1,
    });
    assert.not.match(text(), /s3cret/);
    assert.match(text(), /redacted/);
  }
});

test("survives what cannot be printed and a destination that fails", () => {
  const circle: Record<string, unknown> = { big: 1n, call: () => 1, when: new Date(Number.NaN) };
  circle.self = circle;
  const { log, lines } = open("info");
  log.info("Odd.", { circle, nothing: undefined, none: null });
  assert.is(lines()[0].circle.big, "1");
  const failing = createLog({
    level: "info",
    pretty: false,
    redactor: createRedactor([]),
    destination: {
      write() {
        throw new Error("EPIPE");
      },
    },
  });
  failing.info("Nobody hears.");
});

test("says nothing when silent", () => {
  const { log, text } = open("silent");
  log.error("Nothing.");
  assert.is(text(), "");
});

test.run();

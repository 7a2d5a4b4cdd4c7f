import * as assert from "uvu/assert";
import { announcerFindings } from "../../src/commands/doctor-announcers.ts";
import type { AnnouncerConfig, Config } from "../../src/config.ts";
import { createRedactor } from "../../src/runtime/redact.ts";
import type { Shell } from "../../src/shell.ts";
import { suite } from "../support/suite.ts";

const test = suite("commands/doctor-announcers");

const webhook: Extract<AnnouncerConfig, { kind: "webhook" }> = {
  ...{
    kind: "webhook",
    name: "ops",
    events: [],
    format: "json",
    url: "https://ops.example/hook",
    secret: { env: "HOOK" },
  },
  ...{ proxy: undefined, certificateAuthority: undefined, timeoutMs: 1_000 },
};

async function look(announcer: AnnouncerConfig, environment: Shell["environment"] = { HOOK: "s3cret" }) {
  const shell = { environment, redactor: createRedactor([]) } as unknown as Shell;
  const [finding] = await announcerFindings(shell, { announcers: [announcer] } as unknown as Config);
  return finding;
}

const cases: readonly (readonly [string, AnnouncerConfig, Shell["environment"], string, RegExp])[] = [
  ["a console", { kind: "console", name: "console", events: [], format: "text" }, {}, "good", /standard output/],
  ["a signed webhook", webhook, { HOOK: "s3cret" }, "good", /nothing was sent/],
  ["a webhook without its secret", webhook, {}, "bad", /HOOK is not set/],
  ["an unsigned webhook", { ...webhook, secret: undefined }, {}, "doubtful", /not signed/],
  ["a chat, which checks no signature", { ...webhook, format: "slack", secret: undefined }, {}, "good", /there/],
  [
    "a secret address",
    { ...webhook, url: { env: "URL" } },
    { HOOK: "x", URL: "https://chat.example/T0" },
    "good",
    /there/,
  ],
  [
    "a secret address in the open",
    { ...webhook, url: { env: "URL" } },
    { HOOK: "x", URL: "http://chat.example/T0" },
    "bad",
    /must be https/,
  ],
  [
    "a secret address that is none",
    { ...webhook, url: { env: "URL" } },
    { HOOK: "x", URL: "T0KEN" },
    "bad",
    /no http\(s\) URL/,
  ],
];

for (const [name, announcer, environment, verdict, message] of cases) {
  test(name, async () => {
    const finding = await look(announcer, environment);
    assert.is(finding?.verdict, verdict);
    assert.match(finding?.message ?? "", message);
    assert.not.match(`${finding?.message} ${finding?.mend}`, /T0/);
  });
}

test.run();

import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { type Config, parseConfig } from "../../src/config.ts";
import { announcementEvents } from "../../src/report/announcement.ts";
import { suite } from "../support/suite.ts";

const test = suite("config/announcers");
const schema = JSON.parse(
  readFileSync(new URL("../../policies/plumbline.schema.json", import.meta.url), "utf8"),
) as Parameters<typeof parseConfig>[2] & {
  $defs: { announcer: { properties: { events: { items: { enum: unknown } } } } };
};

const parse = (announcers: unknown) =>
  parseConfig(
    JSON.stringify({
      fleet: "f",
      repositories: [{ path: "r" }],
      providers: { edge: { endpoint: "http://e" } },
      announcers,
    }),
    "/etc/plumbline/plumbline.yaml",
    schema,
  );

function good(announcers: unknown): Config["announcers"] {
  const { config, problems } = parse(announcers);
  assert.equal(problems, []);
  return config?.announcers ?? [];
}

const usual = announcementEvents.filter((event) => event !== "planned");

test("nobody is told unless somebody is named", () => assert.equal(good(undefined), []));

test("the schema knows every event, and by default all are told but planned", () => {
  assert.equal(schema.$defs.announcer.properties.events.items.enum, [...announcementEvents]);
  assert.equal(good([{ kind: "console" }]), [{ kind: "console", name: "console", format: "text", events: usual }]);
});

test("a webhook's secrets are references, files lie near the configuration", () => {
  const [plain, chat] = good([
    { kind: "webhook", url: "https://ops.example/hook", secret: { env: "HOOK" }, certificateAuthority: "ca.pem" },
    { kind: "webhook", name: "chat", url: { file: "chat-url" }, format: "slack", events: ["failed"], timeout: "3s" },
  ]);
  assert.equal(plain, {
    ...{ kind: "webhook", name: "webhook", format: "json", events: usual, url: "https://ops.example/hook" },
    ...{ secret: { env: "HOOK" }, proxy: undefined, certificateAuthority: "/etc/plumbline/ca.pem", timeoutMs: 10_000 },
  });
  assert.equal(chat, {
    ...{ kind: "webhook", name: "chat", format: "slack", events: ["failed"], url: { file: "/etc/plumbline/chat-url" } },
    ...{ secret: undefined, proxy: undefined, certificateAuthority: undefined, timeoutMs: 3_000 },
  });
});

const wrong: readonly (readonly [announcer: unknown, message: RegExp])[] = [
  [{ kind: "mail" }, /kind must be one of console, webhook/],
  [{ kind: "webhook" }, /needs url/],
  [{ kind: "webhook", url: "ftp://x" }, /must be an http\(s\) URL without a user or password, or \{env: NAME\}/],
  [{ kind: "webhook", url: "https://user:pass@x" }, /without a user or password/],
  [{ kind: "webhook", url: {} }, /must be an http/],
  [{ kind: "webhook", url: { env: "not a name" } }, /name of an environment variable/],
  [{ kind: "webhook", url: "https://x", secret: "plain" }, /a secret never stands in this file/],
  [{ kind: "webhook", url: "https://x", format: "text" }, /must be json or slack/],
  [{ kind: "webhook", url: "https://x", timeout: "1ms" }, /at least 100 ms/],
  [{ kind: "webhook", url: "https://x", events: ["aplied"] }, /must be one of planned, applied/],
  [{ kind: "webhook", url: "https://x", events: [] }, /must not be empty/],
  [{ kind: "console", url: "https://x" }, /url does not belong here/],
  [{ kind: "console", format: "slack" }, /must be text or json/],
];

for (const [announcer, message] of wrong) {
  test(`refused: ${JSON.stringify(announcer)}`, () => {
    const { config, problems } = parse([announcer]);
    assert.is(config, undefined);
    assert.match(problems.map((problem) => problem.message).join("\n"), message);
    assert.not.match(problems.map((problem) => problem.message).join("\n"), /user:pass|plain/);
  });
}

test("two of one kind need names of their own", () => {
  const { problems } = parse([{ kind: "console" }, { kind: "console", format: "json" }]);
  assert.match(problems[0]?.message ?? "", /announcers\[0\] is called console already/);
});

test.run();

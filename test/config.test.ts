import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { cronFault } from "../src/config/cron.ts";
import { parseDuration } from "../src/config/duration.ts";
import { type Config, embeddedConfig, overrideConfig, parseConfig, parseLimits } from "../src/config.ts";
import type { JsonObject } from "../src/core/json.ts";
import { nearest } from "../src/core/nearest.ts";
import { suite } from "./support/suite.ts";

const test = suite("config");
const policies = new URL("../policies/", import.meta.url);
const schema = JSON.parse(readFileSync(new URL("plumbline.schema.json", policies), "utf8")) as JsonObject;
const limitsText = readFileSync(new URL("limits.yaml", policies), "utf8");

const minimal = `fleet: prod
repositories:
  - url: https://github.com/acme/fleet
providers:
  gcp: {}
`;

function good(text: string): Config {
  const { config, problems } = parseConfig(text, "/etc/plumbline/plumbline.yaml", schema);
  assert.equal(problems, []);
  assert.ok(config);
  return config as Config;
}

test("fills every default", () => {
  const config = good(minimal);
  assert.equal(config.repositories, [
    {
      name: "",
      fleet: "prod",
      location: "https://github.com/acme/fleet",
      branch: "main",
      prefix: "",
      policies: "",
      pollIntervalMs: 60_000,
      pollJitter: 0.1,
      token: undefined,
      github: undefined,
      requireSigned: undefined,
    },
  ]);
  assert.equal(config.drift, { schedule: "*/5 * * * *", policy: "correct", afterChangeMs: 30_000, quietMs: undefined });
  assert.equal(config.server, { enabled: true, host: "127.0.0.1", port: 8088, publicUrl: undefined });
  assert.equal(config.apply, {
    concurrency: 32,
    attempts: 4,
    firstDelayMs: 500,
    maxDelayMs: 30_000,
    progressDeadlineMs: 600_000,
  });
  assert.equal(config.retry, { firstDelayMs: 2_000, maxDelayMs: 300_000 });
  assert.equal(config.providers.gcp?.credentials, { kind: "default" });
  assert.equal(config.providers.edge, []);
  assert.equal(config.limits, {});
});

test("reads everything that can be said", () => {
  const config = good(`apiVersion: plumbline.dev/v1
fleet: prod
state: state
repositories:
  - name: core
    path: ../core.git
    branch: live
    prefix: fleet/
    pollInterval: 1m30s
    pollJitter: 0
  - name: edge
    url: https://host/edge
    token: {file: token}
providers:
  gcp:
    endpoint: http://127.0.0.1:8090
    credentials: {kind: token, token: {env: GCP_TOKEN}}
    locationClass: mine
    images: {a: projects/p/global/images/a}
    machineTypes: {datumcloud/d1-standard-2: e2-small}
  edge: {endpoint: "http://127.0.0.1:8091", project: p, credentials: {kind: none}}
drift: {schedule: "0 */2 * * mon-fri", policy: report}
limits: {maxDeletes: 3, protectedKinds: [gcp/network]}
store: {path: /var/lib/store.db}
server: {enabled: false, host: 0.0.0.0, port: 0}
apply: {concurrency: 2, attempts: 1, firstDelay: 1s, maxDelay: 1s}
retry: {firstDelay: 1s, maxDelay: 1h}
log: {level: debug, format: json}
`);
  assert.is(config.stateDirectory, "/etc/plumbline/state");
  assert.equal(
    config.repositories.map(({ fleet, location, prefix, pollIntervalMs, token }) => [
      fleet,
      location,
      prefix,
      pollIntervalMs,
      token,
    ]),
    [
      ["prod-core", "/etc/core.git", "fleet", 90_000, undefined],
      ["prod-edge", "https://host/edge", "", 60_000, { file: "/etc/plumbline/token" }],
    ],
  );
  assert.equal(config.providers.gcp?.credentials, { kind: "token", token: { env: "GCP_TOKEN" } });
  assert.is(config.providers.gcp?.machineTypes["datumcloud/d1-standard-2"], "e2-small");
  assert.is(config.providers.gcp?.images.a, "projects/p/global/images/a");
  assert.equal(config.limits, { maxDeletes: 3, protectedKinds: ["gcp/network"] });
  assert.equal(config.store, { path: "/var/lib/store.db" });
});

test("another server never sees Google's credentials unless told so", () => {
  const config = good(minimal.replace("gcp: {}", "gcp: {endpoint: 'https://host'}"));
  assert.equal(config.providers.gcp?.credentials, { kind: "none" });
});

/** The text, and each problem as `line:column rule path`, with a part of its message and hint. */
const bad: readonly (readonly [string, readonly (readonly [string, RegExp])[]])[] = [
  ["", [["1:1 config/yaml ", /empty/]]],
  ["- a\n", [["1:1 config/yaml ", /mapping/]]],
  ["a: 1\na: 2\n", [["2:1 config/yaml ", /unique/]]],
  ["a:\n\tb: 1\n", [["2:1 config/yaml ", /Tabs/]]],
  ["a: 1\n---\nb: 1\n", [["2:1 config/yaml ", /more than one document/]]],
  ["a: *b\n", [["1:1 config/yaml ", /alias/]]],
  [
    minimal.replace("fleet: prod", "flet: prod"),
    [
      ["1:1 config/missing ", /needs fleet/],
      ["1:1 config/unknown-key flet", /Did you mean fleet\?/],
    ],
  ],
  [minimal.replace("prod", "Prod"), [["1:8 config/value fleet", /lower-case/]]],
  [`${minimal}drift: {policy: fix}\n`, [["6:17 config/value drift.policy", /one of correct, report/]]],
  [
    `${minimal}drift: {schedule: "61 * * * *"}\n`,
    [["6:19 config/schedule drift.schedule", /minute that is not in 0-59/]],
  ],
  [`${minimal}server: {port: "x"}\n`, [["6:16 config/value server.port", /must be a whole number/]]],
  [`${minimal}apply: {firstDelay: 1m}\n`, [["6:21 config/value apply.firstDelay", /not be longer than/]]],
  [`${minimal}state: 7\n`, [["6:8 config/value state", /must be a text/]]],
  [
    minimal.replace("gcp: {}", "gcp: {credentials: {kind: key-file}}"),
    [["5:9 config/missing providers.gcp.credentials", /needs file/]],
  ],
  [minimal.replace("  gcp: {}", "  {}"), [["5:3 config/value providers", /must not be empty/]]],
  [
    minimal.replace("acme/fleet", "acme/fleet\n    path: x"),
    [["3:5 config/value repositories[0]", /exactly one of url and path/]],
  ],
  [
    minimal.replace("acme/fleet", "acme/fleet\n    poll_interval: 3s"),
    [["4:5 config/unknown-key repositories[0].poll_interval", /pollInterval/]],
  ],
  [
    minimal.replace("acme/fleet", "acme/fleet\n    pollInterval: 30"),
    [["4:19 config/value repositories[0].pollInterval", /such as 500ms, 60s/]],
  ],
  [
    minimal.replace("acme/fleet", "acme/fleet\n    pollInterval: 10ms"),
    [["4:19 config/value repositories[0].pollInterval", /at least 1000 ms/]],
  ],
  [
    minimal.replace("acme/fleet", "acme/fleet\n  - path: b"),
    [
      ["3:5 config/name repositories[0]", /needs a name/],
      ["4:5 config/name repositories[1]", /needs a name/],
    ],
  ],
  [
    minimal.replace("acme/fleet", "acme/fleet\n    prefix: ../up"),
    [["4:13 config/value repositories[0].prefix", /inside the repository/]],
  ],
  [
    minimal.replace("acme/fleet", "acme/fleet\n    policies: /etc"),
    [["4:15 config/value repositories[0].policies", /inside the repository/]],
  ],
];

for (const [text, expected] of bad) {
  test(`refuses ${JSON.stringify(text.replace(minimal, "… "))}`, () => {
    const { config, problems } = parseConfig(text, "plumbline.yaml", schema);
    assert.is(config, undefined);
    assert.equal(
      problems.map(({ line, column, rule, path }) => `${line}:${column} ${rule} ${path}`),
      expected.map(([place]) => place),
    );
    for (const [index, [, message]] of expected.entries()) {
      assert.match(`${problems[index]?.message} ${problems[index]?.hint}`, message);
      assert.is(problems[index]?.file, "plumbline.yaml");
    }
  });
}

test("refuses a secret in the file and does not repeat it", () => {
  const secret = "ghp_0123456789abcdef";
  const texts = [
    minimal.replace("acme/fleet", `acme/fleet\n    token: ${secret}`),
    minimal.replace("acme/fleet", `acme/fleet\n    token: {value: ${secret}}`),
    minimal.replace("https://", `https://user:${secret}@`),
    minimal.replace("acme/fleet", `acme/fleet\n    token: {env: "${secret}-"}`),
  ];
  for (const text of texts) {
    const { config, problems } = parseConfig(text, "plumbline.yaml", schema);
    assert.is(config, undefined);
    assert.ok(problems.length > 0);
    assert.not.match(JSON.stringify(problems), secret);
  }
});

test("limits: the file says all, the configuration overrides single ones, both are checked", () => {
  const { limits, problems } = parseLimits(limitsText, "limits.yaml", schema, { maxDeletes: 3 });
  assert.equal(problems, []);
  assert.equal(limits, { maxDeletes: 3, maxDeletePercent: 30, percentFrom: 10, allowEmpty: false, protectedKinds: [] });
  assert.match(parseLimits("maxDeletes: 1\n", "limits.yaml", schema, {}).problems[0]?.message ?? "", /must say/);
  assert.match(parseLimits("maxDelets: 1\n", "limits.yaml", schema, {}).problems[0]?.hint ?? "", /maxDeletes/);
  assert.is(parseLimits("maxDeletes: -1\n", "limits.yaml", schema, {}).limits, undefined);
});

test("the embedded configuration is the example fleet on the given worlds", () => {
  const config = embeddedConfig("/state", { gceUrl: "http://127.0.0.1:1", edgeUrl: "http://127.0.0.1:2" });
  assert.is(config.fleet, "example");
  assert.is(config.repositories[0]?.location, "/state/repository");
  assert.equal(config.drift, {
    schedule: "*/10 * * * * *",
    policy: "correct",
    afterChangeMs: 30_000,
    quietMs: undefined,
  });
  assert.equal(config.providers.gcp?.endpoint, "http://127.0.0.1:1");
  assert.equal(config.providers.gcp?.credentials, { kind: "none" });
  assert.equal(config.providers.edge[0]?.endpoint, "http://127.0.0.1:2");
  assert.is(cronFault(config.drift.schedule), "");
});

test("the command line's word goes over the file", () => {
  const one = good(minimal.replace("acme/fleet", "acme/fleet\n    token: {env: T}"));
  const moved = overrideConfig(one, { state: "/s", repository: "/elsewhere", ref: "v1" });
  assert.is(moved.refusal, "");
  assert.is(moved.config.stateDirectory, "/s");
  assert.is(moved.config.repositories[0]?.branch, "v1");
  // A token is for the place it was configured for, not for any other.
  assert.is(moved.config.repositories[0]?.token, undefined);
  assert.equal(overrideConfig(one, { ref: "v1" }).config.repositories[0]?.token, { env: "T" });
  const two = good(minimal.replace("acme/fleet", "acme/fleet\n    name: a\n  - path: /b\n    name: b"));
  assert.equal(
    overrideConfig(two, { repository: "b", ref: "v1" }).config.repositories.map(({ name, branch }) => [name, branch]),
    [["b", "v1"]],
  );
  assert.equal(
    overrideConfig(two, { repository: "/b" }).config.repositories.map(({ name }) => name),
    ["b"],
  );
  assert.match(overrideConfig(two, { repository: "c" }).refusal, /Name one of: a, b/);
  assert.match(overrideConfig(two, { ref: "v1" }).refusal, /say which with --repo/);
});

test("the configuration in the README is valid and holds no unknown default", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const text = /```yaml\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  const config = good(text);
  assert.is(config.fleet, "prod");
  assert.equal(config.drift, good(minimal).drift);
  assert.equal(config.server, good(minimal).server);
});

test("durations, schedules and near words", () => {
  const durations = [
    ["500ms", 500],
    ["60s", 60_000],
    ["1h30m", 5_400_000],
    ["0.5s", 500],
    ["5", undefined],
    ["-5s", undefined],
    ["5 s", undefined],
    ["", undefined],
  ] as const;
  for (const [text, ms] of durations) assert.is(parseDuration(text), ms, text);
  for (const text of ["* * * * *", "*/10 * * * * *", "0 0 1,15 jan-mar 7", "5-10/2 * * * SUN"])
    assert.is(cronFault(text), "", text);
  for (const text of [
    "",
    "* * * *",
    "60 * * * *",
    "* 24 * * *",
    "* * 0 * *",
    "*/0 * * * *",
    "a * * * *",
    "5-3 * * * *",
    "1-2-3 * * * *",
    "1/2/3 * * * *",
  ]) {
    assert.is.not(cronFault(text), "", text);
  }
  assert.is(nearest("Poll-Intervall", ["pollInterval", "pollJitter"]), "pollInterval");
  assert.is(nearest("fleet", ["state", "server"]), undefined);
});

test.run();

import * as assert from "uvu/assert";
import type { Json } from "../../src/core/json.ts";
import { plainLook } from "../../src/report/palette.ts";
import { problemsText } from "../../src/report/problems.ts";
import { redactField } from "../../src/report/redact.ts";
import { suite } from "../support/suite.ts";

const test = suite("report redaction");
const secret = "hunter2-hunter2";

const hidden: readonly (readonly [string, string, Json, RegExp])[] = [
  ["instance", "metadata.ssh-keys", secret, /^"\(redacted, sha256 [0-9a-f]{8}\)"$/],
  ["instance", "metadata[ssh-keys]", secret, /redacted, sha256/],
  ["instance", 'metadata["ssh-keys"]', secret, /redacted, sha256/],
  ["instance", "metadata", { "ssh-keys": secret, other: "shown" }, /redacted.*"other":"shown"/],
  ["instance", "metadata.items", [{ key: "ssh-keys", value: secret }], /"key":"ssh-keys","value":"\(redacted/],
  ["instance", "metadata.user-data", secret, /^"\(15 bytes, sha256 [0-9a-f]{8}\)"$/],
  ["instance", "metadata.startup-script", secret, /15 bytes/],
  ["instance", "env.API_TOKEN", secret, /^"\(redacted\)"$/],
  [
    "instance",
    "containers[0].env",
    [{ name: "DB_PASSWORD", value: secret }],
    /"name":"DB_PASSWORD","value":"\(redacted\)"/,
  ],
  ["instance", "dbPassword", { any: { deep: [secret] } }, /^"\(redacted\)"$/],
  ["Secret", "data.key", secret, /^"\(redacted\)"$/],
  ["Secret", "data", { key: secret }, /^"\(redacted\)"$/],
  ["ConfigMap", "data[db.url]", `postgres://me:${secret}@db/x`, /^"postgres:\/\/me:\(redacted\)@db\/x"$/],
  ["ConfigMap", "data", { key: `-----BEGIN EC PRIVATE KEY-----\n${secret}` }, /^{"key":"\(redacted\)"}$/],
  ["instance", "volumes", { stringData: { a: secret } }, /"stringData":"\(redacted\)"/],
];

for (const [kind, path, value, expected] of hidden) {
  test(`hides ${kind} ${path} ${JSON.stringify(value)}`, () => {
    const { before, after } = redactField(kind, { path, before: value, after: undefined, forces: "nothing" });
    const text = JSON.stringify(before);
    assert.not.match(text, secret);
    assert.match(text, expected);
    assert.is(after, undefined);
  });
}

const shown: readonly (readonly [string, string, Json])[] = [
  ["instance", "machineType", "e2-small"],
  ["instance", "secretName", "db"],
  ["instance", "tokenFile", "/run/token"],
  ["instance", "labels.team", "a"],
  ["ConfigMap", "data.key", "value"],
  ["instance", "metadata.ssh-keys", "(redacted, sha256 01234567)"],
  ["instance", "disks", [{ sizeGb: 10, key: "a" }]],
];

for (const [kind, path, value] of shown) {
  test(`shows ${kind} ${path}`, () => {
    assert.equal(redactField(kind, { path, before: undefined, after: value, forces: "nothing" }).after, value);
  });
}

test("hides what was written as it hides what is rendered from it", () => {
  const source = { file: "a.yaml", line: 1, column: 1 };
  const written = ["env[DB_PASSWORD].value", "env[MODE].value"].map((path) => ({
    ...{ manifest: "Workload default/web", path, before: undefined, after: secret, source },
  }));
  const field = { path: "metadata.user-data", before: "a", after: "b", forces: "restart" as const, written };
  assert.equal(
    redactField("instance", field).written?.map(({ after }) => after),
    ["(redacted)", secret],
  );
});

test("says that two hidden values differ, and nothing of a secret", () => {
  const keys = redactField("instance", { path: "ssh-keys", before: "a", after: "b", forces: "nothing" });
  assert.is.not(keys.before, keys.after);
  const tokens = redactField("instance", { path: "token", before: "a", after: "b", forces: "nothing" });
  assert.is(tokens.before, tokens.after);
});

test("no line of a file is shown that holds a misplaced secret, nor as a neighbour", () => {
  const text = `token: ${secret}\nbranc: main\n`;
  const at = { severity: "error", file: "plumbline.yaml", column: 1, path: "", message: "No.", hint: "" } as const;
  const found = [
    { ...at, line: 1, rule: "config/secret" },
    { ...at, line: 2, rule: "config/unknown-key" },
  ];
  const shown = problemsText(found, new Map([["plumbline.yaml", text]]), plainLook);
  assert.not.match(shown, secret);
  assert.match(shown, "2 | branc: main");
});

test.run();

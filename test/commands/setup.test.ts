import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { setup } from "../../src/commands/setup.ts";
import { createRedactor } from "../../src/runtime/redact.ts";
import type { Shell } from "../../src/shell.ts";
import { type Seen, type Stub, startStub } from "../forge/github/stub.ts";
import { inFolder } from "../support/folder.ts";
import { suite } from "../support/suite.ts";
import { root } from "../support/worlds.ts";

const test = suite("commands/setup");

function shellOf(environment: Shell["environment"]) {
  let out = "";
  const write = (text: string): void => {
    out += text;
  };
  const stream = { isTerminal: false, columns: 100, write };
  const shell = {
    ...{ environment, stdout: stream, stderr: stream, packageDirectory: root, version: "1" },
    ...{ redactor: createRedactor([]), stopping: new AbortController().signal },
  } as unknown as Shell;
  return { shell, said: () => out };
}

const plain = {
  name: "setup",
  config: undefined,
  publicUrl: undefined,
  organization: undefined,
  app: "plumbline",
} as const;

test("without a configuration it says what to create, as a page, as a manifest and as a token", async () => {
  const { shell, said } = shellOf({});
  assert.is(
    await setup(shell, { ...plain, output: "text", publicUrl: "https://p.example.com/", organization: "acme" }),
    0,
  );
  assert.match(said(), /github\.com\/organizations\/acme\/settings\/apps\/new\?name=plumbline/);
  assert.match(said(), /webhook_url=https%3A%2F%2Fp\.example\.com%2Fwebhooks%2Fgithub/);
  const json = shellOf({});
  await setup(json.shell, { ...plain, output: "json" });
  const manifest = JSON.parse(json.said());
  assert.equal(manifest.default_permissions.pull_requests, "write");
  assert.not.ok("administration" in manifest.default_permissions);
  assert.is(manifest.hook_attributes, undefined);
});

/** Runs the check against a stub that answers as told. */
async function check(
  answer: (seen: Seen, stub: Stub) => readonly [number, unknown, Record<string, string>?] | undefined,
  credentials: object,
) {
  return await inFolder(async (folder) => {
    const stub = await startStub();
    stub.special = (seen) => answer(seen, stub);
    const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    writeFileSync(join(folder, "app.pem"), key.export({ type: "pkcs8", format: "pem" }));
    const github = { repository: "o/r", apiUrl: stub.url, credentials, deployments: true };
    const config = { fleet: "f", repositories: [{ path: "r", github }], providers: { gcp: {} } };
    writeFileSync(join(folder, "plumbline.yaml"), JSON.stringify(config));
    const { shell, said } = shellOf({ TOKEN: "ghp_secretsecretsecret" });
    try {
      const code = await setup(shell, { ...plain, output: "text", config: join(folder, "plumbline.yaml") });
      return { code, text: said(), stub };
    } finally {
      await stub.close();
    }
  });
}

const token = { kind: "token", token: { env: "TOKEN" } };
const isRepository = ({ method, path }: Seen): boolean => method === "GET" && path === "/repos/o/r";

test("a classic token: scopes and role are what counts", async () => {
  const answer = (scopes: string, push: boolean) => (seen: Seen) =>
    isRepository(seen)
      ? ([200, { private: true, permissions: { push } }, { "x-oauth-scopes": scopes }] as const)
      : undefined;
  const good = await check(answer("repo, gist", true), token);
  assert.is(good.code, 0);
  assert.match(good.text, /o\/r: classic token of plumb\n[^!]*Everything that is needed is there/);
  const narrow = await check(answer("gist", true), token);
  assert.is(narrow.code, 1);
  assert.match(narrow.text, /! Commit statuses: write\n {6}Give the token the scope repo\./);
  const reader = await check(answer("repo", false), token);
  assert.match(reader.text, /Give plumb the role Write/);
});

test("a fine-grained token is tried with requests that write nothing", async () => {
  const missing = new Set(["/repos/o/r/statuses/".concat("0".repeat(40))]);
  const { code, text, stub } = await check((seen) => {
    if (isRepository(seen)) return [200, { private: true, permissions: { push: true } }];
    if (seen.method === "GET") return undefined;
    return missing.has(seen.path)
      ? [403, { message: "Resource not accessible by personal access token" }]
      : [422, { message: "Validation Failed" }];
  }, token);
  assert.is(code, 1);
  assert.match(text, /fine-grained token of plumb/);
  assert.match(
    text,
    /\+ Issues: write\n {2}! Commit statuses: write\n {6}Edit the token .*"Commit statuses" to Read and write/,
  );
  const tried = stub.seen.filter(({ method }) => method !== "GET");
  assert.ok(tried.length > 3 && tried.every(({ status }) => status === 403 || status === 422));
});

test("an App: what the installation was granted, and what it is not told of", async () => {
  const app = { kind: "app", appId: 1, privateKey: { file: "app.pem" } };
  const { code, text } = await check(({ path }) => {
    if (path === "/app") return [200, { slug: "plumb", events: ["push"] }];
    if (path.endsWith("/installation")) return [200, { id: 1 }];
    const permissions = {
      metadata: "read",
      contents: "read",
      pull_requests: "write",
      issues: "write",
      statuses: "write",
    };
    return [201, { token: "ghs_x", expires_at: "2100-01-01T00:00:00Z", permissions }];
  }, app);
  assert.is(code, 1);
  assert.match(text, /app of plumb\[bot\]/);
  assert.match(text, /\+ Commit statuses: write/);
  assert.match(
    text,
    /! Contents: write\n {6}Set "Contents" to Read and write on .*\/settings\/apps\/plumb\/permissions/,
  );
});

test("credentials that are refused are told without the token", async () => {
  const { code, text } = await check(() => [401, { message: "Bad credentials ghp_secretsecretsecret" }], token);
  assert.is(code, 1);
  assert.match(text, /does not accept the credentials/);
  assert.not.match(text, /ghp_secret/);
});

test.run();

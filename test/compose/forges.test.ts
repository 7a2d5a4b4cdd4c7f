import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { gitTokenOf, openForge, readWebhookSecrets } from "../../src/compose/forges.ts";
import { completeGithub } from "../../src/config/github.ts";
import type { RawGithub } from "../../src/config/raw.ts";
import type { RepositoryConfig } from "../../src/config.ts";
import { ForgeError } from "../../src/forge/forge.ts";
import { RepositoryError } from "../../src/repo/repository.ts";
import { createRedactor } from "../../src/runtime/redact.ts";
import type { Shell } from "../../src/shell.ts";
import { startStub } from "../forge/github/stub.ts";
import { inFolder } from "../support/folder.ts";
import { suite } from "../support/suite.ts";

const test = suite("compose/forges");

function shellWith(environment: Shell["environment"]): Shell {
  return { environment, redactor: createRedactor([]), version: "1" } as unknown as Shell;
}

function tracked(github: RawGithub | undefined, location: string, token?: RepositoryConfig["token"]): RepositoryConfig {
  const complete = github === undefined ? undefined : completeGithub(github, (path) => path);
  return { name: "", location, token, github: complete } as unknown as RepositoryConfig;
}

const withToken = (apiUrl: string): RawGithub => ({
  ...{ repository: "o/r", apiUrl },
  credentials: { kind: "token", token: { env: "TOKEN" } },
  webhookSecrets: [{ env: "HOOK" }],
});

test("no forge without a configuration; with one it speaks with what the environment holds", async () => {
  const stub = await startStub();
  const shell = shellWith({ TOKEN: " ghp_fromtheenvironment ", HOOK: "hook secret" });
  assert.is(await openForge(shell, tracked(undefined, "/r")), undefined);
  const one = tracked(withToken(stub.url), "/r");
  const forge = await openForge(shell, one);
  try {
    assert.equal(await forge?.pulls(new AbortController().signal), []);
    assert.is(stub.seen[0]?.headers.authorization, "Bearer ghp_fromtheenvironment");
    assert.is(forge?.label, "o/r");
    assert.equal(await readWebhookSecrets(shell, one), ["hook secret"]);
    assert.is(shell.redactor.redact("see hook secret"), "see [redacted]");
  } finally {
    await forge?.close();
    await stub.close();
  }
});

test("git gets the forge's token at the forge's own site only, and its own before it", async () => {
  const shell = shellWith({ TOKEN: "of the forge", GIT: "of git" });
  const raw = withToken("https://api.github.com");
  const forge = await openForge(shell, tracked(raw, ""));
  const tokenAt = async (location: string, token?: RepositoryConfig["token"]) =>
    await gitTokenOf(shell, tracked(raw, location, token), forge)?.();
  assert.is(await tokenAt("https://github.com/o/r.git"), "of the forge");
  assert.is(await tokenAt("https://github.com.evil.example/o/r.git"), undefined);
  assert.is(await tokenAt("/srv/mirror.git"), undefined);
  assert.is(await tokenAt("https://mirror.example/r.git", { env: "GIT" }), "of git");
  await forge?.close();
});

test("a token that is missing is told by its place, to git as well as at the forge", async () => {
  const shell = shellWith({});
  const raw = withToken("https://api.github.com");
  const one = tracked(raw, "https://github.com/o/r.git");
  const forge = await openForge(shell, one);
  assert.ok(forge);
  const failure = async (work: Promise<unknown> | undefined) =>
    await work?.then(
      () => undefined,
      (error: unknown) => error,
    );
  const atForge = await failure(forge.pulls(new AbortController().signal));
  assert.instance(atForge, ForgeError);
  assert.match((atForge as ForgeError).message, "TOKEN is not set");
  assert.is((atForge as ForgeError).next, "retry");
  for (const token of [undefined, { env: "GIT" }]) {
    const atGit = await failure(gitTokenOf(shell, { ...one, token }, forge)?.());
    assert.instance(atGit, RepositoryError);
    assert.match((atGit as RepositoryError).message, /(TOKEN|GIT) is not set/);
    assert.is((atGit as RepositoryError).code, "auth");
  }
  await forge.close();
});

test("an App's key comes from a file, and the token it brings is hidden from then on", () =>
  inFolder(async (folder) => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    writeFileSync(join(folder, "app.pem"), privateKey.export({ type: "pkcs8", format: "pem" }));
    const stub = await startStub();
    stub.special = ({ path }) =>
      path.endsWith("access_tokens")
        ? [201, { token: "ghs-minted-for-one-hour", expires_at: "2100-01-01T00:00:00Z" }]
        : path.endsWith("/installation")
          ? [200, { id: 1 }]
          : undefined;
    const shell = shellWith({});
    const credentials = { kind: "app", appId: 1, privateKey: { file: join(folder, "app.pem") } } as const;
    const forge = await openForge(shell, tracked({ repository: "o/r", apiUrl: stub.url, credentials }, "/r"));
    try {
      assert.is(await forge?.token(), "ghs-minted-for-one-hour");
      assert.is(shell.redactor.redact("ghs-minted-for-one-hour"), "[redacted]");
    } finally {
      await forge?.close();
      await stub.close();
    }
  }));

test.run();

import { join } from "node:path";
import * as assert from "uvu/assert";
import { githubFindings } from "../../src/commands/doctor-github.ts";
import { readConfig } from "../../src/commands/session.ts";
import type { Finding } from "../../src/core/checkup.ts";
import { createRedactor } from "../../src/runtime/redact.ts";
import type { Shell } from "../../src/shell.ts";
import { startStub } from "../forge/github/stub.ts";
import { inFolder } from "../support/folder.ts";
import { writeFiles } from "../support/git.ts";
import { suite } from "../support/suite.ts";
import { root } from "../support/worlds.ts";

const test = suite("commands/doctor-github");

/** What is found with a classic token of these scopes. */
async function look(
  scopes: string,
  environment: Shell["environment"] = { TOKEN: "ghp_1" },
): Promise<readonly Finding[]> {
  return await inFolder(async (folder) => {
    const stub = await startStub();
    stub.special = ({ method, path }) =>
      method === "GET" && path === "/repos/o/r"
        ? [200, { private: true, permissions: { push: true } }, { "x-oauth-scopes": scopes }]
        : undefined;
    const github = { repository: "o/r", apiUrl: stub.url, credentials: { kind: "token", token: { env: "TOKEN" } } };
    const config = { fleet: "f", repositories: [{ path: "r", github }], providers: { gcp: {} } };
    await writeFiles(folder, { "plumbline.yaml": JSON.stringify(config) });
    const shell = {
      ...{ environment, packageDirectory: root, version: "1" },
      ...{ redactor: createRedactor([]), stopping: new AbortController().signal },
    } as unknown as Shell;
    try {
      const [tracked] = (await readConfig(shell, join(folder, "plumbline.yaml"))).repositories;
      assert.ok(tracked);
      return await githubFindings(shell, tracked);
    } finally {
      await stub.close();
    }
  });
}

test("whose the credentials are and that they suffice", async () => {
  const findings = await look("repo");
  assert.equal(
    findings.map(({ verdict }) => verdict),
    ["good", "good", "good"],
  );
  assert.is(findings[0]?.message, "classic token of plumb");
});

test("what GitHub does not permit is told with what it is for", async () => {
  const found = (await look("gist")).find(({ verdict }) => verdict === "bad");
  assert.is(found?.subject, "permissions at GitHub o/r");
  assert.match(found?.message ?? "", /Commit statuses: write \(/);
  assert.is(found?.mend, "Give the token the scope repo.");
});

test("a token that is not there is told", async () => {
  const [found] = await look("repo", {});
  assert.is(found?.verdict, "bad");
  assert.match(found?.message ?? "", /TOKEN/);
});

test.run();

import { createHmac, createSign } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import * as assert from "uvu/assert";
import { git } from "../../support/git.ts";
import { suite } from "../../support/suite.ts";
import { onGithub } from "./scene.ts";

const test = suite("sim/github/pulls");
const repo = "/repos/acme/fleet";

test("a pushed branch becomes a pull request with a trial merge, and follows its branch", () =>
  onGithub(
    async ({ ask, push, clone }) => {
      await git(clone, "checkout", "-qb", "grow");
      const head = await push("grow", { "web.yaml": "a: 2\n" }, "Grow web\n\nBecause.");
      const [listed] = (await ask("GET", `${repo}/pulls`)).body;
      assert.equal([listed.number, listed.title, listed.body, listed.head.sha], [1, "Grow web", "Because.", head]);
      const pull = (await ask("GET", `${repo}/pulls/1`)).body;
      assert.is(pull.mergeable, true);
      await git(clone, "fetch", "-q", "origin", "refs/pull/1/merge");
      assert.is(await git(clone, "rev-parse", "FETCH_HEAD"), pull.merge_commit_sha);
      assert.is(await git(clone, "rev-parse", "FETCH_HEAD^2"), head);
      assert.equal(
        (await ask("GET", `${repo}/pulls/1/files`)).body.map(({ filename }: { filename: string }) => filename),
        ["web.yaml"],
      );
      const second = await push("grow", { "web.yaml": "a: 3\n" });
      assert.is((await ask("GET", `${repo}/pulls/1`)).body.head.sha, second);
      await git(clone, "checkout", "-q", "main");
      await push("main", { "web.yaml": "a: 9\n" });
      const conflicting = (await ask("GET", `${repo}/pulls/1`)).body;
      assert.equal([conflicting.mergeable, conflicting.merge_commit_sha], [false, null]);
      assert.is((await ask("PUT", `${repo}/pulls/1/merge`)).code, 405);
    },
    { autoPull: true },
  ));

test("opened, edited, closed, reopened and merged through the API", () =>
  onGithub(async ({ ask, push, clone }) => {
    await git(clone, "checkout", "-qb", "grow");
    const head = await push("grow", { "b.yaml": "b: 1\n" });
    const open = (body: object) => ask("POST", `${repo}/pulls`, { body });
    assert.is((await open({ title: "Grow", head: "none", base: "main" })).code, 422);
    assert.is((await open({ title: "Grow", head: "main", base: "main" })).code, 422);
    const pull = await open({ title: "Grow", head: "grow", base: "main", draft: true });
    assert.equal([pull.code, pull.body.draft], [201, true]);
    assert.match(JSON.stringify((await open({ title: "Grow", head: "grow", base: "main" })).body), /already exists/);
    const at = `${repo}/pulls/${pull.body.number}`;
    assert.is((await ask("PATCH", at, { body: { title: "Grow web" } })).body.title, "Grow web");
    assert.is((await ask("PATCH", at, { body: { state: "closed" } })).body.state, "closed");
    assert.is((await ask("PATCH", at, { body: { state: "open" } })).body.state, "open");
    assert.is((await ask("PUT", `${at}/merge`, { token: "token-of-bob" })).code, 403);
    assert.is((await ask("PUT", `${at}/merge`, { body: { sha: "0".repeat(40) } })).code, 409);
    const merged = await ask("PUT", `${at}/merge`);
    assert.is(merged.body.merged, true);
    const after = (await ask("GET", at)).body;
    assert.equal([after.merged, after.state, after.merge_commit_sha], [true, "closed", merged.body.sha]);
    const main = (await ask("GET", `${repo}/commits/main`)).body;
    assert.equal([main.sha, main.parents[1].sha], [merged.body.sha, head]);
  }));

for (const method of ["squash", "rebase"]) {
  test(`${method}: what the branch holds stands on the base, without the branch's own commits`, () =>
    onGithub(async ({ ask, push, clone }) => {
      await git(clone, "checkout", "-qb", "grow");
      await push("grow", { "b.yaml": "b: 1\n" }, "First");
      const head = await push("grow", { "c.yaml": "c: 1\n" }, "Second");
      const before = (await ask("GET", `${repo}/commits/main`)).body.sha;
      const pull = await ask("POST", `${repo}/pulls`, { body: { title: "Grow", head: "grow", base: "main" } });
      const at = `${repo}/pulls/${pull.body.number}`;
      const merged = await ask("PUT", `${at}/merge`, { body: { merge_method: method } });
      assert.is(merged.code, 200);
      assert.is((await ask("GET", at)).body.merge_commit_sha, merged.body.sha);
      await git(clone, "fetch", "-q", "origin", "main", head);
      assert.is(await git(clone, "rev-parse", "origin/main^{tree}"), await git(clone, "rev-parse", `${head}^{tree}`));
      const log = (await git(clone, "log", "--format=%s", `${before}..origin/main`)).split("\n");
      assert.equal(log, method === "squash" ? ["Grow (#1)"] : ["Second", "First"]);
    }));
}

test("a pull request comes from somebody else's project of the same name, and follows it", () =>
  onGithub(async ({ ask, github, clone }) => {
    await github.addProject({ owner: "eve", name: "fleet" });
    const fork = `${github.url.replace("http://", "http://eve:token-of-eve@")}/eve/fleet.git`;
    await git(clone, "checkout", "-qb", "idea");
    const commit = async (message: string) => {
      await git(clone, "commit", "-q", "--allow-empty", "-m", message);
      await git(clone, "push", "-q", fork, "idea");
      return await git(clone, "rev-parse", "HEAD");
    };
    const head = await commit("An idea");
    const ask4 = { title: "Idea", head: "eve:idea", base: "main" };
    const pull = (await ask("POST", `${repo}/pulls`, { token: "token-of-eve", body: ask4 })).body;
    assert.equal([pull.head.label, pull.head.repo.full_name, pull.head.sha], ["eve:idea", "eve/fleet", head]);
    assert.is((await ask("POST", `${repo}/pulls`, { body: { ...ask4, head: "dan:idea" } })).code, 422);
    const next = await commit("A better idea");
    assert.is((await ask("GET", `${repo}/pulls/${pull.number}`)).body.head.sha, next);
    await git(clone, "fetch", "-q", "origin", `refs/pull/${pull.number}/head`);
    assert.is(await git(clone, "rev-parse", "FETCH_HEAD"), next);
    const { code } = await ask("GET", `${repo}/branches/idea`);
    assert.is(code, 404);
  }));

test("a draft is made ready, and a draft again, through GraphQL", () =>
  onGithub(async ({ ask, push, clone }) => {
    await git(clone, "checkout", "-qb", "grow");
    await push("grow", { "b.yaml": "b: 1\n" });
    const made = { title: "Grow", head: "grow", base: "main", draft: true };
    const pull = (await ask("POST", `${repo}/pulls`, { body: made })).body;
    const change = (name: string, token?: string) =>
      ask("POST", "/graphql", {
        ...(token === undefined ? {} : { token }),
        body: {
          query: `mutation($id: ID!) { ${name}(input: {pullRequestId: $id}) { pullRequest { isDraft } } }`,
          variables: { id: pull.node_id },
        },
      });
    const isDraft = async () => (await ask("GET", `${repo}/pulls/${pull.number}`)).body.draft;
    assert.match(JSON.stringify((await change("markPullRequestReadyForReview", "token-of-bob")).body), "FORBIDDEN");
    assert.is(await isDraft(), true);
    await change("markPullRequestReadyForReview");
    assert.is(await isDraft(), false);
    await change("convertPullRequestToDraft");
    assert.is(await isDraft(), true);
  }));

test("a commit written object by object becomes a branch and a pull request", () =>
  onGithub(async ({ ask }) => {
    const base = (await ask("GET", `${repo}/git/ref/heads/main`)).body.object.sha;
    const { tree: root } = (await ask("GET", `${repo}/git/commits/${base}`)).body;
    const content = "a: 1\nb: ü\n";
    const tree = (
      await ask("POST", `${repo}/git/trees`, {
        body: { base_tree: root.sha, tree: [{ path: "new/x.yaml", mode: "100644", type: "blob", content }] },
      })
    ).body;
    const commit = (
      await ask("POST", `${repo}/git/commits`, { body: { message: "Add x", tree: tree.sha, parents: [base] } })
    ).body;
    const ref = await ask("POST", `${repo}/git/refs`, { body: { ref: "refs/heads/new/x", sha: commit.sha } });
    assert.is(ref.code, 201);
    assert.is(
      (await ask("POST", `${repo}/git/refs`, { body: { ref: "refs/heads/new/x", sha: commit.sha } })).code,
      422,
    );
    const pull = await ask("POST", `${repo}/pulls`, { body: { title: "Add x", head: "new/x", base: "main" } });
    assert.is(pull.body.changed_files, 1);
    assert.is((await ask("PATCH", `${repo}/git/refs/heads/new/x`, { body: { sha: base } })).code, 422);
    assert.is((await ask("DELETE", `${repo}/git/refs/heads/new/x`)).code, 204);
    assert.is((await ask("GET", `${repo}/pulls/${pull.body.number}`)).body.state, "closed");
  }));

test("deliveries are signed, told once, and not sent again", async () => {
  const seen: { readonly event: string; readonly good: boolean; readonly body: { readonly action?: string } }[] = [];
  const listener = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const raw = Buffer.concat(chunks);
      const wanted = `sha256=${createHmac("sha256", "s3cret").update(raw).digest("hex")}`;
      const event = String(request.headers["x-github-event"]);
      seen.push({ event, good: request.headers["x-hub-signature-256"] === wanted, body: JSON.parse(raw.toString()) });
      response.writeHead(seen.length === 1 ? 500 : 200).end();
    });
  });
  await new Promise<void>((ready) => listener.listen(0, "127.0.0.1", ready));
  const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/`;
  try {
    await onGithub(
      async ({ ask, push, clone, github }) => {
        const hook = {
          config: { url, secret: "s3cret", content_type: "json" },
          events: ["push", "pull_request", "issue_comment"],
        };
        assert.is((await ask("POST", `${repo}/hooks`, { token: "token-of-acme", body: hook })).code, 201);
        await git(clone, "checkout", "-qb", "grow");
        await push("grow", { "b.yaml": "b: 1\n" });
        await push("grow", { "b.yaml": "b: 2\n" });
        await ask("POST", `${repo}/issues/1/comments`, { body: { body: "/plan" } });
        await github.settle();
        assert.ok(seen.every(({ good }) => good));
        const told = seen.map(({ event, body }) => [event, body.action].filter(Boolean).join(" ")).sort();
        assert.equal(told, [
          "issue_comment created",
          "ping",
          "pull_request opened",
          "pull_request synchronize",
          "push",
          "push",
        ]);
        github.courier.faults.push("lose", "double");
        await ask("POST", `${repo}/issues/1/comments`, { body: { body: "lost" } });
        await ask("POST", `${repo}/issues/1/comments`, { body: { body: "twice" } });
        await github.settle();
        assert.is(seen.length, 8);
      },
      { autoPull: true },
    );
  } finally {
    listener.close();
  }
});

test("an app signs in, finds its installation, and writes checks as nobody else may", () =>
  onGithub(async ({ ask, github }) => {
    const { appId, privateKey } = github.addApp("plumbline", "acme");
    const jwt = (claims: object, key = privateKey): string => {
      const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
      const text = `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}`;
      return `${text}.${createSign("sha256").update(text).sign(key).toString("base64url")}`;
    };
    const now = Math.floor(Date.now() / 1000);
    const good = jwt({ iat: now - 30, exp: now + 500, iss: appId });
    for (const bad of [
      jwt({ iat: now - 30, exp: now - 1, iss: appId }),
      jwt({ iat: now, exp: now + 5_000, iss: appId }),
      `${good.slice(0, -8)}AAAAAAAA`,
      jwt({ iat: now, exp: now + 60, iss: 1 }),
    ])
      assert.is((await ask("GET", "/app", { token: bad })).code, 401);
    assert.is((await ask("GET", "/app", { token: good })).body.slug, "plumbline");
    const installation = (await ask("GET", `${repo}/installation`, { token: good })).body;
    const { token } = (await ask("POST", `/app/installations/${installation.id}/access_tokens`, { token: good })).body;
    const sha = (await ask("GET", `${repo}/commits/main`, { token })).body.sha;
    const output = (count: number) => ({
      ...{ title: "Plan", summary: "s" },
      annotations: Array.from({ length: count }, (_, index) => ({
        path: "web.yaml",
        start_line: index + 1,
        end_line: index + 1,
        annotation_level: "warning",
        message: "m",
      })),
    });
    const create = (body: object, as = token) => ask("POST", `${repo}/check-runs`, { token: as, body });
    assert.is((await create({ name: "plumbline", head_sha: sha }, "token-of-ann")).code, 403);
    assert.is((await create({ name: "plumbline", head_sha: sha, output: output(51) })).code, 422);
    assert.is((await create({ name: "plumbline", head_sha: sha, status: "completed" })).code, 422);
    const run = await create({
      name: "plumbline",
      head_sha: sha,
      external_id: "x",
      conclusion: "failure",
      output: output(50),
    });
    assert.equal([run.code, run.body.status, run.body.output.annotations_count], [201, "completed", 50]);
    await ask("PATCH", `${repo}/check-runs/${run.body.id}`, { token, body: { output: output(5) } });
    assert.is(
      (await ask("GET", `${repo}/check-runs/${run.body.id}/annotations?per_page=100`, { token })).body.length,
      55,
    );
    assert.is(
      (await ask("GET", `${repo}/commits/main/check-runs?check_name=plumbline`, { token })).body.total_count,
      1,
    );
    assert.is((await ask("GET", "/installation/repositories", { token })).body.total_count, 1);
    const deployment = await ask("POST", `${repo}/deployments`, {
      token,
      body: { ref: sha, environment: "fleet/DFW", required_contexts: [], auto_merge: false },
    });
    assert.is(deployment.code, 201);
    const state = await ask("POST", `${repo}/deployments/${deployment.body.id}/statuses`, {
      token,
      body: { state: "success", description: "done" },
    });
    assert.is(state.code, 201);
    assert.is((await ask("GET", `${repo}/deployments?environment=fleet/DFW`, { token })).body.length, 1);
    const comment = await ask("POST", `${repo}/issues`, { token, body: { title: "t" } });
    assert.is(comment.body.user.login, "plumbline[bot]");
  }));

test("what was answered is there after a kill", async () => {
  const { mkdtemp, rm } = await import("node:fs/promises");
  const { tmpdir } = await import("node:os");
  const { join } = await import("node:path");
  const { startGithubSimulator } = await import("../../../src/sim/github/index.ts");
  const dataDirectory = await mkdtemp(join(tmpdir(), "plumbline-github-data-"));
  const options = { dataDirectory, searchPath: process.env.PATH ?? "" };
  try {
    const first = await startGithubSimulator(options);
    await first.addProject({ owner: "acme", name: "fleet" });
    first.addToken("acme", "t");
    const headers = { "user-agent": "test", authorization: "Bearer t" };
    await fetch(`${first.apiUrl}${repo}/issues`, { method: "POST", headers, body: JSON.stringify({ title: "kept" }) });
    await first.close();
    const second = await startGithubSimulator(options);
    const issues = (await (await fetch(`${second.apiUrl}${repo}/issues`, { headers })).json()) as { title: string }[];
    assert.equal(
      issues.map(({ title }) => title),
      ["kept"],
    );
    await second.close();
  } finally {
    await rm(dataDirectory, { recursive: true, force: true });
  }
});

test.run();

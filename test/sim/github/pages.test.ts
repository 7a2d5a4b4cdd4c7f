import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { git } from "../../support/git.ts";
import { suite } from "../../support/suite.ts";
import { type GithubScene, onGithub } from "./scene.ts";

const test = suite("sim/github/pages");
const repo = "/repos/acme/fleet";

interface Shown {
  readonly code: number;
  readonly text: string;
  readonly headers: Headers;
}

async function look({ github }: GithubScene, path: string): Promise<Shown> {
  const response = await fetch(github.url + path, { headers: { accept: "text/html" }, redirect: "manual" });
  return { code: response.status, text: await response.text(), headers: response.headers };
}

/** Sends a form as a browser does from a page of the site itself, or with other headers. */
async function send(
  { github }: GithubScene,
  path: string,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Shown> {
  const response = await fetch(github.url + path, {
    method: "POST",
    redirect: "manual",
    headers: { accept: "text/html", origin: github.url, "sec-fetch-site": "same-origin", ...headers },
    body: new URLSearchParams(fields),
  });
  return { code: response.status, text: await response.text(), headers: response.headers };
}

/** A pull request #1 of `grow` that changes web.yaml. */
async function withPull(scene: GithubScene): Promise<string> {
  await git(scene.clone, "checkout", "-qb", "grow");
  return await scene.push("grow", { "web.yaml": "a: 2\n" }, "Grow web\n\nThe shop was *slow*, see #1.");
}

const asAnn = { pushesAs: "ann", autoPull: true };

test("the project shows what is proposed, its branches with their status, and how to clone", () =>
  onGithub(async (scene) => {
    const head = await withPull(scene);
    await scene.ask("POST", `${repo}/statuses/${head}`, { body: { state: "success", context: "plumbline/plan" } });
    const front = await look(scene, "/");
    assert.match(front.text, 'href="/acme/fleet"');
    const { text } = await look(scene, "/acme/fleet");
    assert.match(text, `git clone ${scene.github.url}/acme/fleet.git`);
    assert.match(text, "Grow web");
    assert.match(text, "✓ success");
    assert.match(text, "you push as");
    assert.match(text, 'http-equiv="refresh"');
  }, asAnn));

test("a pull request shows its conversation, statuses, annotations on their lines and the difference", () =>
  onGithub(async (scene) => {
    const head = await withPull(scene);
    const target = "http://127.0.0.1:1/fleets/x/pulls/1";
    const status = { state: "failure", context: "plumbline/check", description: "1 error", target_url: target };
    await scene.ask("POST", `${repo}/statuses/${head}`, { body: status });
    const state = scene.github.world.state;
    const annotation = {
      path: "web.yaml",
      start_line: 1,
      end_line: 1,
      annotation_level: "warning",
      message: "Mind it",
    };
    state.put("checkRuns", 9, {
      ...{ id: 9, project: "acme/fleet", sha: head, name: "plumbline", externalId: "", status: "completed", app: 1 },
      ...{ conclusion: "failure", detailsUrl: null, title: "1 error", summary: "See **below**", text: null },
      ...{ annotations: [annotation], startedAt: "2026-01-01T00:00:00Z", completedAt: "2026-01-01T00:00:00Z" },
    });
    const body =
      "| a |\n| - |\n| b |\n\n```diff\n- x\n+ y\n```\n\n<details><summary>more</summary>\n\nhidden\n\n</details>";
    const comment = (await scene.ask("POST", `${repo}/issues/1/comments`, { body: { body } })).body;
    await scene.ask("POST", `${repo}/issues/comments/${comment.id}/reactions`, { body: { content: "eyes" } });
    const { text, code, headers } = await look(scene, "/acme/fleet/pull/1");
    assert.is(code, 200);
    for (const part of [
      ...["<em>slow</em>", '<a href="/acme/fleet/issues/1" rel=', "✗ failure", `href="${target}"`, "Mind it"],
      ...[`/acme/fleet/blob/${head}/web.yaml#L1`, "<td>b</td>", '<span class="line added">+ y\n</span>'],
      ...["<summary>more</summary>", "👀 eyes", `id="issuecomment-${comment.id}"`, "Can be merged", "+a: 2", "-a: 1"],
      ...["<strong>below</strong>", "into <code", ">Merge</button>", "not everything succeeded"],
    ])
      assert.ok(text.includes(part), part);
    assert.match(headers.get("content-security-policy") ?? "", /^default-src 'none'; style-src 'sha256-/);
    assert.match((await look(scene, "/acme/fleet/pull/1/files")).text, "Mind it");
    assert.match((await look(scene, "/acme/fleet/pull/1.diff")).text, /^diff --git a\/web\.yaml/);
    assert.match((await look(scene, "/acme/fleet/runs/9")).text, "Mind it");
    assert.is((await look(scene, "/acme/fleet/issues/1")).headers.get("location"), "/acme/fleet/pull/1");
  }, asAnn));

test("links of the API lead somewhere", () =>
  onGithub(async (scene) => {
    const head = await withPull(scene);
    const pull = (await scene.ask("GET", `${repo}/pulls/1`)).body;
    const comment = (await scene.ask("POST", `${repo}/issues/1/comments`, { body: { body: "x" } })).body;
    const issue = (await scene.ask("POST", `${repo}/issues`, { body: { title: "Drift" } })).body;
    const links = [pull.html_url, pull.diff_url, pull.user.html_url, pull.base.repo.html_url, issue.html_url];
    for (const link of [...links, comment.html_url, `${scene.github.url}/acme/fleet/commit/${head}`]) {
      const answer = await fetch(link, { headers: { accept: "text/html" } });
      assert.is(answer.status, 200, link);
      await answer.arrayBuffer();
    }
    const at = `/acme/fleet/blob/${head}/web.yaml`;
    assert.match((await look(scene, at)).text, /<tr id="L1"><td class="at"><a href="#L1">1<\/a><\/td><td>a: 2<\/td>/);
    assert.match((await look(scene, "/acme/fleet/tree/grow")).text, "/acme/fleet/blob/grow/web.yaml");
    assert.match((await look(scene, "/acme/fleet/commits/grow")).text, head);
    assert.match((await look(scene, `/acme/fleet/compare/${head}...${pull.base.sha}`)).text, "-a: 2");
    for (const path of ["/acme/fleet/blob/grow/no.yaml", "/acme/none", "/acme/fleet/pull/77", "/x/y", "/%ff"])
      assert.is((await look(scene, path)).code, 404, path);
    assert.is((await fetch(`${scene.github.url}${repo}`, { headers: { accept: "text/html" } })).status, 200);
  }, asAnn));

test("commenting, closing, reopening, drafting and merging as the person of this machine", () =>
  onGithub(async (scene) => {
    const head = await withPull(scene);
    const at = "/acme/fleet/pull/1";
    assert.match((await look(scene, `${at}/comment`)).text, "<textarea");
    assert.not.match((await look(scene, `${at}/comment`)).text, 'http-equiv="refresh"');
    const commented = await send(scene, `${at}/comment`, { body: "/plan\r\n" });
    assert.is(commented.code, 303);
    assert.match(commented.headers.get("location") ?? "", /^\/acme\/fleet\/pull\/1\?said=\d+$/);
    assert.match(
      (await look(scene, commented.headers.get("location") ?? "")).text,
      /"issuecomment-\d+" tabindex="-1" autofocus/,
    );
    const [comment] = (await scene.ask("GET", `${repo}/issues/1/comments`)).body;
    assert.equal([comment.body, comment.user.login], ["/plan\r\n", "ann"]);
    assert.is((await send(scene, `${at}/comment`, { body: " " })).code, 422);
    const state = async (): Promise<string> => {
      const pull = (await scene.ask("GET", `${repo}/pulls/1`)).body;
      return `${pull.state} ${pull.draft} ${pull.merged}`;
    };
    await send(scene, `${at}/state`, { state: "closed" });
    assert.is(await state(), "closed false false");
    assert.is((await send(scene, `${at}/merge`, { head })).code, 405);
    await send(scene, `${at}/state`, { state: "open" });
    await send(scene, `${at}/draft`, { draft: "yes" });
    assert.is(await state(), "open true false");
    assert.is((await send(scene, `${at}/merge`, { head })).code, 405);
    await send(scene, `${at}/draft`, { draft: "no" });
    assert.is((await send(scene, `${at}/merge`, { head: "0".repeat(40) })).code, 409);
    assert.is((await send(scene, `${at}/merge`, { head })).code, 303);
    assert.is(await state(), "closed false true");
    assert.match((await look(scene, at)).text, "After the merge");
    assert.is((await send(scene, `${at}/state`, { state: "open" })).code, 422);
  }, asAnn));

test("where the base is checked out with changes that are not committed, nothing is merged over them", () =>
  onGithub(async (scene) => {
    const { github, clone } = scene;
    await github.addProject({ owner: "acme", name: "tree", folder: clone, roles: { ann: "write" } });
    await git(clone, "config", "receive.denyCurrentBranch", "updateInstead");
    await git(clone, "checkout", "-qb", "grow");
    await git(clone, "commit", "-qm", "Grow", "--allow-empty");
    await git(clone, "checkout", "-q", "main");
    const head = await git(clone, "rev-parse", "grow");
    await send(scene, "/acme/tree/pulls", { branch: "grow" });
    await writeFile(join(clone, "web.yaml"), "a: mine\n");
    const refused = await send(scene, "/acme/tree/pull/1/merge", { head });
    assert.is(refused.code, 409);
    assert.match(refused.text, "changes are not committed");
    assert.is(await readFile(join(clone, "web.yaml"), "utf8"), "a: mine\n");
    await git(clone, "checkout", "-q", "web.yaml");
    assert.is((await send(scene, "/acme/tree/pull/1/merge", { head })).code, 303);
    assert.is(await git(clone, "rev-parse", "main^2"), head);
  }, asAnn));

test("a branch without a pull request gets one by a form", () =>
  onGithub(
    async (scene) => {
      await withPull(scene);
      assert.match((await look(scene, "/acme/fleet")).text, "Open a pull request");
      const opened = await send(scene, "/acme/fleet/pulls", { branch: "grow" });
      assert.is(opened.headers.get("location"), "/acme/fleet/pull/1");
      assert.is((await send(scene, "/acme/fleet/pulls", { branch: "main" })).code, 422);
    },
    { pushesAs: "ann" },
  ));

test("no other site can send a form, and nobody may where nobody is said to", async () => {
  await onGithub(async (scene) => {
    await withPull(scene);
    const refused: readonly Readonly<Record<string, string>>[] = [
      { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
      { origin: "http://127.0.0.1:1", "sec-fetch-site": "same-site" },
      { origin: "null", "sec-fetch-site": "cross-site" },
      { origin: scene.github.url, "sec-fetch-site": "cross-site" },
      { origin: "" },
    ];
    for (const headers of refused)
      assert.is((await send(scene, "/acme/fleet/pull/1/comment", { body: "x" }, headers)).code, 403);
    const asText = { "content-type": "text/plain" };
    assert.is((await send(scene, "/acme/fleet/pull/1/comment", { body: "x" }, asText)).code, 415);
    assert.equal((await scene.ask("GET", `${repo}/issues/1/comments`)).body, []);
    assert.is((await look(scene, "/acme/fleet")).headers.get("access-control-allow-origin"), null);
  }, asAnn);
  await onGithub(
    async (scene) => {
      await withPull(scene);
      assert.is((await send(scene, "/acme/fleet/pull/1/comment", { body: "x" })).code, 403);
      assert.not.match((await look(scene, "/acme/fleet/pull/1")).text, /<form|<button/);
    },
    { autoPull: true },
  );
});

test("readers comment and change nothing else; private projects are not there for strangers", () =>
  onGithub(
    async (scene) => {
      const head = await withPull(scene);
      assert.is((await send(scene, "/acme/fleet/pull/1/comment", { body: "x" })).code, 303);
      for (const [what, fields] of [
        ["merge", { head }],
        ["state", { state: "closed" }],
        ["draft", { draft: "yes" }],
      ] as const)
        assert.is((await send(scene, `/acme/fleet/pull/1/${what}`, fields)).code, 403, what);
      await scene.github.addProject({ owner: "acme", name: "secret", isPrivate: true });
      assert.is((await look(scene, "/acme/secret")).code, 404);
      assert.not.match((await look(scene, "/")).text, "acme/secret");
    },
    { pushesAs: "bob", autoPull: true },
  ));

test("a page that is read stays as it is until there is news", () =>
  onGithub(
    async (scene) => {
      await withPull(scene);
      const { text } = await look(scene, "/acme/fleet/pull/1");
      const frame = /<iframe class="news" title="News" src="([^"]+)">/.exec(text)?.[1] ?? "";
      assert.not.match(text, 'http-equiv="refresh"');
      const quiet = await look(scene, frame);
      assert.match(quiet.text, "Up to date");
      assert.match(quiet.headers.get("content-security-policy") ?? "", "frame-ancestors 'self'");
      await scene.ask("POST", `${repo}/issues/1/comments`, { body: { body: "x" } });
      assert.match((await look(scene, frame)).text, 'target="_top" href="/acme/fleet/pull/1?seen=');
      await scene.ask(
        "POST",
        `${repo}/statuses/${scene.github.world.state.get("threads", "acme/fleet#1")?.pull?.headCommit}`,
        {
          body: { state: "pending", context: "plumbline/plan" },
        },
      );
      assert.match((await look(scene, "/acme/fleet/pull/1")).text, 'http-equiv="refresh"');
    },
    { ...asAnn, nowIso: calmClock() },
  ));

/** A clock on which everything that happened is a while ago. */
function calmClock(): () => string {
  let atMs = Date.parse("2026-01-01T00:00:00Z");
  return () => {
    atMs += 60_000;
    return new Date(atMs).toISOString().replace(".000Z", "Z");
  };
}

test("nothing anybody wrote becomes markup, runs or hides", () =>
  onGithub(async (scene) => {
    const evil = `<img src=x onerror=alert(1)>"'&</title><script>alert(1)</script>`;
    const branch = `a"'<script>b</script>\u202e`;
    await git(scene.clone, "checkout", "-qb", "evil");
    const head = await scene.push(
      branch,
      { "<b>\"'&\u202e.yaml": `<script>x</script>\n\u202e\n` },
      `${evil}\n\n${evil}`,
    );
    const status = { state: "success", context: evil, description: evil, target_url: "javascript:alert(1)" };
    await scene.ask("POST", `${repo}/statuses/${head}`, { body: status });
    await scene.ask("POST", `${repo}/issues/1/comments`, { body: { body: `${evil}\n\n[a](javascript:alert(1))` } });
    await scene.ask("POST", `${repo}/issues`, { body: { title: evil, body: evil } });
    const tree = (await look(scene, `/acme/fleet/tree/${head}`)).text;
    const file = /href="(\/acme\/fleet\/blob\/[^"]*b%3E[^"]*)"/.exec(tree)?.[1]?.replaceAll("&#39;", "'") ?? "";
    const paths = ["/", "/acme/fleet", "/acme/fleet/pull/1", "/acme/fleet/pull/1/files", "/acme/fleet/pull/1/comment"];
    for (const path of [...paths, "/acme/fleet/issues/2", `/acme/fleet/commit/${head}`, file, `/${evil}`]) {
      const { text, code } = await look(scene, path.startsWith("/<") ? encodeURI(path) : path);
      assert.ok(code === 200 || (code === 404 && path.includes("<")), `${path} ${code}`);
      assert.not.match(text, /<script|<img|<b>"|javascript:|\u202e/i, path);
      assert.is((text.match(/<\/title>/g) ?? []).length, 1, path);
    }
    const raw = await fetch(`${scene.github.url}/acme/fleet/pull/1.diff`);
    assert.match(raw.headers.get("content-type") ?? "", "text/plain");
    await raw.arrayBuffer();
  }, asAnn));

test.run();

import * as assert from "uvu/assert";
import { suite } from "../../support/suite.ts";
import { onGithub } from "./scene.ts";

const test = suite("sim/github/contents");
const repo = "/repos/acme/fleet";
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const plain = (content: string): string => Buffer.from(content, "base64").toString();

test("files and folders are read at any commit", () =>
  onGithub(async ({ ask, push }) => {
    const first = await push("main", { "sites/dfw/web ü.yaml": "a: 1\n" });
    await push("main", { "sites/dfw/web ü.yaml": "a: 2\n" });
    for (const root of ["/contents", "/contents/"]) {
      const names = (await ask("GET", repo + root)).body.map((one: { name: string; type: string }) => one);
      assert.is(names.find((one: { name: string }) => one.name === "sites").type, "dir");
    }
    const inside = await ask("GET", `${repo}/contents/sites/dfw`);
    assert.equal(
      inside.body.map((one: { path: string; type: string; size: number }) => [one.path, one.type, one.size]),
      [["sites/dfw/web ü.yaml", "file", 5]],
    );
    const file = encodeURIComponent("web ü.yaml");
    const newest = await ask("GET", `${repo}/contents/sites/dfw/${file}`);
    assert.is(plain(newest.body.content), "a: 2\n");
    const older = await ask("GET", `${repo}/contents/sites/dfw/${file}?ref=${first}`);
    assert.is(plain(older.body.content), "a: 1\n");
    assert.is((await ask("GET", `${repo}/git/blobs/${older.body.sha}`)).body.size, 5);
    const tree = await ask("GET", `${repo}/git/trees/main?recursive=1`);
    assert.ok(tree.body.tree.some((one: { path: string; type: string }) => one.path === "sites/dfw/web ü.yaml"));
    assert.is((await ask("GET", `${repo}/contents/%E0%A4%A`)).code, 400);
    for (const path of ["contents/none.yaml", `git/trees/${"0".repeat(40)}`, `git/blobs/${first}`])
      assert.is((await ask("GET", `${repo}/${path}`)).code, 404, path);
  }));

test("a file written through the API is a commit and a push; nobody's change is lost", () =>
  onGithub(async ({ ask, github }) => {
    const path = `${repo}/contents/fleet/web.yaml`;
    const sha = (await ask("GET", `${repo}/git/ref/heads/main`)).body.object.sha;
    await ask("POST", `${repo}/git/refs`, { body: { ref: "refs/heads/grow", sha } });
    const write = (more: object) =>
      ask("PUT", path, { body: { message: "Grow", branch: "grow", content: base64("a: 1\n"), ...more } });
    const made = await write({});
    assert.equal([made.code, made.body.content.path, made.body.commit.message], [201, "fleet/web.yaml", "Grow"]);
    const pull = await ask("POST", `${repo}/pulls`, { body: { title: "Grow", head: "grow", base: "main" } });
    assert.is((await write({})).code, 422, "what stands must be named");
    assert.is((await write({ sha: "0".repeat(40) })).code, 409);
    const changed = await write({ sha: made.body.content.sha, content: base64("a: 2\n"), message: "More" });
    assert.is(changed.code, 200);
    const at = `${repo}/pulls/${pull.body.number}`;
    assert.is((await ask("GET", at)).body.head.sha, changed.body.commit.sha, "the pull request follows");
    const messages = (await ask("GET", `${at}/commits`)).body.map((one: { commit: { message: string } }) => one.commit);
    assert.equal(
      messages.map((one: { message: string }) => one.message),
      ["Grow", "More"],
    );
    const [file] = (await ask("GET", `${at}/files`)).body;
    assert.equal([file.filename, file.status, file.patch], ["fleet/web.yaml", "added", "@@ -0,0 +1 @@\n+a: 2"]);
    assert.is(file.sha, changed.body.content.sha);
    const gone = await ask("DELETE", path, { body: { message: "Go", branch: "grow", sha: file.sha } });
    assert.equal([gone.code, gone.body.content], [200, null]);
    assert.is((await ask("PUT", path, { token: "token-of-bob", body: { message: "x", content: "" } })).code, 403);
    await github.settle();
  }));

test("two lines of work are compared", () =>
  onGithub(async ({ ask, push }) => {
    const base = (await ask("GET", `${repo}/commits/main`)).body.sha;
    await push("grow", { "other.yaml": "a: 1\n" });
    const compared = await ask("GET", `${repo}/compare/main...grow`);
    const { status, ahead_by: ahead, behind_by: behind, merge_base_commit: shared, commits, files } = compared.body;
    assert.equal([status, ahead, behind, shared.sha, commits.length], ["ahead", 1, 0, base, 1]);
    assert.equal(
      files.map((file: { filename: string }) => file.filename),
      ["other.yaml"],
    );
    assert.is((await ask("GET", `${repo}/compare/grow...main`)).body.status, "behind");
    assert.is((await ask("GET", `${repo}/compare/main...main`)).body.status, "identical");
    assert.is((await ask("GET", `${repo}/compare/main...none`)).code, 404);
    const listed = await ask("GET", `${repo}/commits?sha=grow&per_page=1`);
    assert.is(listed.body.length, 1);
    assert.match(listed.headers.get("link") ?? "", /rel="next"/);
    assert.is((await ask("GET", "/users/ann")).body.login, "ann");
  }));

test("a hook can be read and taken away", () =>
  onGithub(async ({ ask }) => {
    const token = "token-of-acme";
    const body = { name: "web", config: { url: "http://127.0.0.1:1/" }, events: ["push"] };
    const { body: made } = await ask("POST", `${repo}/hooks`, { token, body });
    assert.is((await ask("GET", `${repo}/hooks/${made.id}`, { token })).body.id, made.id);
    assert.is((await ask("DELETE", `${repo}/hooks/${made.id}`, { token })).code, 204);
    assert.is((await ask("GET", `${repo}/hooks/${made.id}`, { token })).code, 404);
  }));

test("a deployment waits for statuses and for its branch, unless it is told not to", () =>
  onGithub(async ({ ask, push }) => {
    const deploy = (ref: string, more: object = {}) =>
      ask("POST", `${repo}/deployments`, { body: { ref, environment: "dfw", ...more } });
    assert.is((await deploy("main")).code, 201);
    const old = await push("old", { "old.yaml": "a: 1\n" });
    const sha = await push("main", { "new.yaml": "a: 1\n" });
    await ask("POST", `${repo}/statuses/${sha}`, { body: { state: "pending", context: "ci" } });
    assert.is((await deploy("main")).code, 409, "a status is not there yet");
    assert.is((await deploy("main", { required_contexts: [] })).code, 201);
    assert.is((await deploy("main", { required_contexts: ["ci"] })).code, 409);
    await ask("POST", `${repo}/statuses/${sha}`, { body: { state: "success", context: "ci" } });
    assert.is((await deploy("main")).code, 201);
    assert.is((await deploy(old)).code, 201, "a commit is taken as it is");
  }));

test.run();

import * as assert from "uvu/assert";
import { suite } from "../../support/suite.ts";
import { onGithub } from "./scene.ts";

const test = suite("sim/github/rest");
const repo = "/repos/acme/fleet";

test("repository, branch, commit and permission read as GitHub writes them", () =>
  onGithub(async ({ ask }) => {
    assert.is((await ask("GET", repo)).body.full_name, "acme/fleet");
    const branch = await ask("GET", `${repo}/branches/main`);
    assert.is((await ask("GET", `${repo}/commits/main`)).body.sha, branch.body.commit.sha);
    assert.is((await ask("GET", `${repo}/git/ref/heads/main`)).body.object.sha, branch.body.commit.sha);
    assert.is((await ask("GET", `${repo}/git/commits/${branch.body.commit.sha}`)).body.message, "Begin");
    for (const [user, permission, role] of [
      ["acme", "admin", "admin"],
      ["ann", "write", "write"],
      ["cas", "write", "maintain"],
      ["dan", "read", "triage"],
      ["bob", "read", "read"],
      ["eve", "read", "read"],
    ]) {
      const told = await ask("GET", `${repo}/collaborators/${user}/permission`);
      assert.equal([told.body.permission, told.body.role_name], [permission, role], user);
    }
    assert.is((await ask("GET", `${repo}/collaborators/nobody/permission`)).code, 404);
    assert.is((await ask("GET", "/user")).body.login, "ann");
    assert.is((await ask("GET", "/rate_limit")).body.rate.limit, 5000);
  }));

test("who is not known is 401, what one may not see 404, what one may not do 403", () =>
  onGithub(async ({ ask, github }) => {
    await github.addProject({ owner: "acme", name: "secret", isPrivate: true });
    assert.is((await ask("GET", repo, { token: "nope" })).code, 401);
    assert.is((await ask("GET", "/repos/acme/secret")).code, 404);
    assert.is((await ask("GET", "/repos/acme/secret", { token: "token-of-acme" })).code, 200);
    assert.is((await ask("GET", "/repos/acme/none")).code, 404);
    const sha = (await ask("GET", `${repo}/commits/main`)).body.sha;
    assert.is(
      (await ask("POST", `${repo}/statuses/${sha}`, { token: "token-of-bob", body: { state: "success" } })).code,
      403,
    );
    assert.is((await ask("POST", `${repo}/issues`, { token: "", body: { title: "x" } })).code, 401);
    assert.is((await ask("GET", "/nothing/here")).code, 404);
    assert.is((await ask("GET", repo, { headers: { "user-agent": "x" } })).code, 200);
  }));

test("statuses: written, combined, limited", () =>
  onGithub(async ({ ask }) => {
    const sha = (await ask("GET", `${repo}/commits/main`)).body.sha;
    const write = (body: object) => ask("POST", `${repo}/statuses/${sha}`, { body });
    assert.is((await write({ state: "pending", context: "a/plan", description: "x".repeat(140) })).code, 201);
    assert.is((await ask("GET", `${repo}/commits/${sha}/status`)).body.state, "pending");
    assert.is((await write({ state: "success", context: "A/plan" })).code, 201);
    const told = await ask("GET", `${repo}/commits/${sha}/status`);
    assert.equal([told.body.state, told.body.total_count], ["success", 1]);
    await write({ state: "failure", context: "b" });
    assert.is((await ask("GET", `${repo}/commits/main/status`)).body.state, "failure");
    assert.is((await ask("GET", `${repo}/commits/${sha}/statuses`)).body.length, 3);
    for (const [body, field] of [
      [{ state: "success", description: "x".repeat(141) }, /too long/],
      [{ state: "success", description: "\u{1f4a3}" }, /4-byte/],
      [{ state: "great" }, /state/],
      [{}, /"state" wasn't supplied/],
    ] as const) {
      const refused = await write(body);
      assert.is(refused.code, 422);
      assert.match(JSON.stringify(refused.body).replaceAll('\\"', '"'), field);
    }
    assert.is((await ask("POST", `${repo}/statuses/${"0".repeat(40)}`, { body: { state: "success" } })).code, 422);
  }));

test("issues and comments: made, listed by page, changed, folded, taken away, limited", () =>
  onGithub(async ({ ask }) => {
    const issue = await ask("POST", `${repo}/issues`, { body: { title: "Drift", body: "b" } });
    assert.is(issue.code, 201);
    const at = `${repo}/issues/${issue.body.number}`;
    for (let index = 0; index < 35; index += 1)
      assert.is((await ask("POST", `${at}/comments`, { body: { body: `c${index}` } })).code, 201);
    const first = await ask("GET", `${at}/comments`);
    assert.is(first.body.length, 30);
    assert.match(first.headers.get("link") ?? "", /page=2>; rel="next"/);
    const second = await ask("GET", `${at}/comments?page=2`);
    assert.is(second.body.length, 5);
    const { id, node_id } = second.body[0];
    assert.is((await ask("PATCH", `${repo}/issues/comments/${id}`, { body: { body: "new" } })).body.body, "new");
    assert.is(
      (await ask("PATCH", `${repo}/issues/comments/${id}`, { token: "token-of-bob", body: { body: "new" } })).code,
      403,
    );
    const fold = {
      query:
        "mutation($input: MinimizeCommentInput!) { minimizeComment(input: $input) { minimizedComment { isMinimized } } }",
    };
    const folded = await ask("POST", "/graphql", {
      body: { ...fold, variables: { input: { subjectId: node_id, classifier: "OUTDATED" } } },
    });
    assert.is(folded.body.data.minimizeComment.minimizedComment.isMinimized, true);
    assert.is((await ask("GET", `${repo}/issues/comments/${id}`)).body.minimized.reason, "outdated");
    const reaction = await ask("POST", `${repo}/issues/comments/${id}/reactions`, { body: { content: "eyes" } });
    assert.is(reaction.code, 201);
    assert.is((await ask("POST", `${repo}/issues/comments/${id}/reactions`, { body: { content: "eyes" } })).code, 200);
    assert.is((await ask("DELETE", `${repo}/issues/comments/${id}/reactions/${reaction.body.id}`)).code, 204);
    assert.is((await ask("DELETE", `${repo}/issues/comments/${id}`)).code, 204);
    assert.is((await ask("GET", `${repo}/issues/comments/${id}`)).code, 404);
    assert.is((await ask("PATCH", at, { body: { state: "closed" } })).body.state, "closed");
    assert.is((await ask("GET", `${repo}/issues`)).body.length, 0);
    assert.is((await ask("GET", `${repo}/issues?state=all&creator=ann`)).body.length, 1);
    assert.is((await ask("POST", `${at}/comments`, { body: { body: "x".repeat(65_537) } })).code, 422);
    assert.is((await ask("POST", `${at}/comments`, { body: { body: "\u{1f4a3}".repeat(65_536) } })).code, 201);
    assert.is((await ask("POST", `${repo}/issues`, { body: { title: "x".repeat(257) } })).code, 422);
    assert.match((await ask("POST", `${repo}/issues`, { body: {} })).body.message, /"title" wasn't supplied/);
  }));

test("a list that has not changed answers 304 and is not counted", () =>
  onGithub(async ({ ask }) => {
    const first = await ask("GET", `${repo}/pulls`);
    const etag = first.headers.get("etag") ?? "";
    const left = Number((await ask("GET", `${repo}/pulls`)).headers.get("x-ratelimit-remaining"));
    const again = await ask("GET", `${repo}/pulls`, { headers: { "if-none-match": etag } });
    assert.is(again.code, 304);
    assert.is(Number(again.headers.get("x-ratelimit-remaining")), left);
  }));

test("limits and faults answer in GitHub's words", () =>
  onGithub(async ({ ask, github }) => {
    github.setLimits({ perHour: 0 });
    const over = await ask("GET", repo);
    assert.equal([over.code, over.headers.get("x-ratelimit-remaining")], [403, "0"]);
    github.setLimits({ contentPerMinute: 1 });
    assert.is((await ask("POST", `${repo}/issues`, { body: { title: "a" } })).code, 201);
    const second = await ask("POST", `${repo}/issues`, { body: { title: "b" } });
    assert.equal([second.code, second.headers.get("retry-after")], [403, "60"]);
    github.setLimits({});
    github.setFaults({ unavailable: 1 });
    assert.is((await ask("GET", repo)).code, 502);
    github.setFaults({ lose: 1, methods: ["POST"] });
    let lost = "";
    await ask("POST", `${repo}/issues`, { body: { title: "c" } }).catch((error: Error) => {
      lost = error.message;
    });
    assert.match(lost, /fetch failed|terminated|other side/);
    github.setFaults({});
    const titles = (await ask("GET", `${repo}/issues`)).body.map(({ title }: { title: string }) => title);
    assert.equal(titles, ["c", "a"]);
    assert.is((await ask("POST", `${repo}/issues`, { body: "no object" })).code, 400);
  }));

test.run();

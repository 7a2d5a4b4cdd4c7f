import * as assert from "uvu/assert";
import type { CheckReport, Remark } from "../../../src/forge/forge.ts";
import { suite } from "../../support/suite.ts";
import { withForge } from "./scene.ts";
import { pullItem } from "./stub-routes.ts";

const test = suite("forge/github");
const commit = "c".repeat(40);
const plan = { context: "plumbline/plan", state: "success", description: "1 to create", targetUrl: "" } as const;

test("a quiet poll of fifty pull requests costs nothing counted", () =>
  withForge(async ({ forge, stub, signal }) => {
    for (let number = 1; number <= 50; number += 1) stub.pulls.push(pullItem(number, `b${number}`));
    const first = await forge.pulls(signal);
    assert.is(first.length, 50);
    await forge.remarks("2026-01-01T00:00:00Z", signal);
    const before = stub.seen.length;
    assert.equal(await forge.pulls(signal), first);
    await forge.remarks("2026-01-01T00:00:00Z", signal);
    assert.equal(
      stub.seen.slice(before).map(({ status }) => status),
      [304, 304],
    );
  }));

test("a pull request is told as it is; a fork, also of a deleted repository, is one", () =>
  withForge(async ({ forge, stub, signal }) => {
    stub.pulls.push(
      pullItem(1, "one"),
      pullItem(2, "two", "main", commit, ""),
      pullItem(3, "x", "main", commit, "eve/r"),
    );
    stub.pulls.push({
      ...pullItem(4, "done"),
      state: "closed",
      merged_at: "2026",
      merge_commit_sha: commit,
      mergeable: null,
    });
    const [one, two, three] = await forge.pulls(signal);
    assert.equal([one?.isFork, two?.isFork, three?.isFork], [false, true, true]);
    const four = await forge.pull(4, signal);
    assert.equal([four?.state, four?.mergedCommit, four?.isMergeable], ["merged", commit, undefined]);
    assert.is(await forge.pull(9, signal), undefined);
  }));

test("a status is written when it says something new, also after a restart", () =>
  withForge(async ({ forge, stub, again, signal }) => {
    await forge.status(commit, plan, signal);
    await forge.status(commit, plan, signal);
    await again().status(commit, plan, signal);
    assert.is(stub.statuses.length, 1);
    await forge.status(commit, { ...plan, state: "failure" }, signal);
    await forge.status(commit, plan, signal);
    assert.is(stub.statuses.length, 3);
  }));

test("a description is cut to what GitHub takes, without characters of four bytes", () =>
  withForge(async ({ forge, stub, signal }) => {
    await forge.status(
      commit,
      { ...plan, description: `🚀 a\nb ${"é".repeat(200)}`, targetUrl: "javascript:x" },
      signal,
    );
    const [status] = stub.statuses;
    const description = String(status?.description);
    assert.is([...description].length, 140);
    assert.match(description, /^a b é+…$/);
    assert.is(status?.target_url, undefined);
  }));

test("an issue is opened, changed, closed and opened again", () =>
  withForge(async ({ forge, stub, again, signal }) => {
    const ticket = { key: "demo/drift", title: "Drift", body: "1", isOpen: true };
    assert.is(await forge.ticket({ ...ticket, isOpen: false }, signal), undefined);
    assert.is(await forge.ticket(ticket, signal), 1);
    assert.is(await again().ticket(ticket, signal), 1);
    assert.is(stub.writes().length, 1);
    await again().ticket({ ...ticket, body: "2", isOpen: false }, signal);
    assert.equal([stub.issues[0]?.state, stub.issues.length], ["closed", 1]);
    await forge.ticket(ticket, signal);
    assert.equal([stub.issues[0]?.state, stub.issues.length], ["open", 1]);
    stub.faults.push({ matches: /^POST .*issues$/, after: true, cut: true });
    assert.is(await forge.ticket({ ...ticket, key: "demo/other" }, signal), 2);
    assert.is(stub.issues.length, 2);
  }));

test("remarks say who wrote them and where; what was only edited is left out", () =>
  withForge(async ({ forge, stub, signal }) => {
    const by = (id: number, login: string, type: string, created_at: string, place = "pull") => ({
      ...{ id, body: "/plan", created_at, user: { login, type } },
      ...{
        issue_url: "https://api/repos/o/r/issues/7",
        html_url: `https://github.com/o/r/${place}/7#issuecomment-${id}`,
      },
    });
    stub.comments.push(
      by(2, "bob", "User", "2026-01-02T00:00:05Z"),
      by(1, "alice", "User", "2026-01-02T00:00:00Z", "issues"),
    );
    stub.comments.push(by(3, "ci[bot]", "Bot", "2026-01-02T00:00:06Z"), by(4, "plumb", "User", "2026-01-02T00:00:07Z"));
    stub.comments.push(by(5, "old", "User", "2025-01-02T00:00:06Z"));
    const remarks = await forge.remarks("2026-01-01T00:00:00Z", signal);
    assert.equal(
      remarks.map(({ author, thread, isPullRequest, isByBot }) => [author, thread, isPullRequest, isByBot]),
      [
        ["alice", 7, false, false],
        ["bob", 7, true, false],
        ["ci[bot]", 7, true, true],
        ["plumb", 7, true, true],
      ],
    );
  }));

test("a reaction says seen, then what came of it", () =>
  withForge(async ({ forge, stub, signal }) => {
    const remark: Remark = {
      ...{ id: "5", thread: 1, isPullRequest: true, author: "bob" },
      isByBot: false,
      body: "",
      writtenAt: "",
    };
    await forge.react(remark, "seen", signal);
    await forge.react(remark, "seen", signal);
    assert.equal(
      stub.reactions.map(({ content }) => content),
      ["eyes"],
    );
    await forge.react(remark, "refused", signal);
    assert.equal(
      stub.reactions.map(({ content }) => content),
      ["-1"],
    );
  }));

test("permission is what GitHub says; unknown people and impossible names may do nothing", () =>
  withForge(async ({ forge, stub, signal }) => {
    assert.is(await forge.permission("alice", signal), "write");
    stub.permission = "";
    assert.is(await forge.permission("alice", signal), "none");
    const before = stub.seen.length;
    for (const name of ["../../x", "", "a b", "-x"]) assert.is(await forge.permission(name, signal), "none");
    assert.is(stub.seen.length, before);
  }));

const report = (count: number): CheckReport => ({
  ...{
    name: "plumbline",
    externalId: "plan-1",
    conclusion: "success",
    title: "Plan",
    summary: "All good",
    targetUrl: "",
  },
  annotations: Array.from({ length: count }, (_, line) => ({
    ...{
      path: "web.yaml",
      startLine: line + 1,
      endLine: line + 1,
      level: "notice" as const,
      title: "t",
      message: `m${line}`,
    },
  })),
});

test("a check's remarks come in batches of fifty and never twice, whatever answer is lost", () =>
  withForge(async ({ forge, stub, again, signal }) => {
    const lines = () => ((stub.runs[0]?.all ?? []) as { start_line: number }[]).map(({ start_line }) => start_line);
    stub.faults.push({ matches: /^POST .*check-runs$/, after: true, cut: true });
    stub.faults.push({ matches: /^PATCH/, after: true, cut: true });
    const lost = await forge.check(commit, report(120), signal).catch((error) => error);
    assert.is(lost.next, "retry");
    await forge.check(commit, report(120), signal);
    assert.equal(
      lines(),
      Array.from({ length: 120 }, (_, index) => index + 1),
    );
    const writes = stub.writes().length;
    await again().check(commit, report(120), signal);
    assert.equal([stub.writes().length, stub.runs.length], [writes, 1]);
    await again().check(commit, { ...report(120), conclusion: "failure" }, signal);
    assert.equal([stub.runs.length, stub.runs[0]?.conclusion, lines().length], [1, "failure", 120]);
  }));

test("a proposal is made once; a declined one stays declined; somebody's commits are left alone", () =>
  withForge(async ({ forge, stub, again, signal }) => {
    stub.commits.set(commit, { sha: commit, message: "base", tree: { sha: "t" } });
    const proposal = {
      ...{ branch: "plumbline/accept/web", baseBranch: "main", baseCommit: commit, title: "Accept", body: "Why" },
      ...{ message: "Accept drift", files: [{ path: "web.yaml", content: "a: 1\n" }] },
    };
    stub.faults.push({ matches: /^POST .*pulls$/, after: true, cut: true });
    const made = await forge.propose(proposal, signal);
    assert.equal([made.number, made.headBranch, made.state], [1, "plumbline/accept/web", "open"]);
    const writes = stub.writes().length;
    assert.is((await again().propose(proposal, signal)).number, 1);
    assert.is(stub.writes().length, writes);
    const other = { ...proposal, files: [{ path: "web.yaml", content: "a: 2\n" }] };
    assert.is((await forge.propose(other, signal)).number, 1);
    (stub.pulls[0] as { state: string }).state = "closed";
    assert.is((await forge.propose(other, signal)).state, "closed");
    assert.is((await forge.propose(proposal, signal)).number, 2);
    stub.commits.set("person", { message: "my own work" });
    stub.refs.set("heads/plumbline/accept/web", "person");
    assert.is((await forge.propose(other, signal)).number, 2);
    assert.is(stub.refs.get("heads/plumbline/accept/web"), "person");
    (stub.pulls[1] as { state: string }).state = "closed";
    const refused = await forge.propose(other, signal).catch((error) => error);
    assert.equal([refused.code, refused.next], ["conflict", "person"]);
  }));

test("a deployment stands once per environment and commit, and asks GitHub for nothing", () =>
  withForge(async ({ forge, stub, again, signal }) => {
    const deployment = {
      commit,
      environment: "demo/DFW",
      state: "in_progress",
      description: "",
      targetUrl: "",
    } as const;
    await forge.deployment(deployment, signal);
    await again().deployment(deployment, signal);
    await again().deployment({ ...deployment, state: "success", description: "3 done" }, signal);
    assert.is(stub.deployments.length, 1);
    const [only] = stub.deployments;
    assert.equal([only?.auto_merge, only?.required_contexts], [false, []]);
    assert.equal(
      ((only?.states ?? []) as { state: string }[]).map(({ state }) => state),
      ["success", "in_progress"],
    );
  }));

test("a line's address is safe in Markdown whatever the path holds", () =>
  withForge(async ({ forge }) => {
    assert.is(forge.lineUrl("abc", "a b/ü).yaml", 3), "https://github.com/o/r/blob/abc/a%20b/%C3%BC%29.yaml#L3");
  }));

test.run();

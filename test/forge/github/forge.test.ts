import * as assert from "uvu/assert";
import type { CheckReport } from "../../../src/forge/forge.ts";
import { threadKey } from "../../../src/sim/github/world.ts";
import { onGithubForge } from "../../support/github-forge-world.ts";
import { suite } from "../../support/suite.ts";

const test = suite("forge/github");
const plan = { context: "plumbline/plan", state: "success", description: "1 to create", targetUrl: "" } as const;

test("a quiet poll of fifty pull requests costs nothing counted", () =>
  onGithubForge("token", async ({ forge, gate, github, openPull, signal }) => {
    const { number } = await openPull("grow");
    const { state } = github.world;
    const [one] = state.all("threads");
    assert.ok(one);
    for (let more = number + 1; more < number + 50; more += 1)
      state.put("threads", threadKey(one.project, more), { ...one, id: state.nextId(), number: more });
    const first = await forge.pulls(signal);
    assert.is(first.length, 50);
    await forge.remarks("2026-01-01T00:00:00Z", signal);
    const before = gate.seen.length;
    assert.equal(await forge.pulls(signal), first);
    await forge.remarks("2026-01-01T00:00:00Z", signal);
    assert.equal(
      gate.seen.slice(before).map(({ status }) => status),
      [304, 304],
    );
  }));

test("a description is cut to what GitHub takes, without characters of four bytes", () =>
  onGithubForge("token", async ({ forge, base, status, signal }) => {
    const description = `🚀 a\nb ${"é".repeat(200)}`;
    await forge.status(base, { ...plan, description, targetUrl: "javascript:x" }, signal);
    const stands = status(base, "plumbline/plan");
    assert.is([...(stands?.description ?? "")].length, 140);
    assert.match(stands?.description ?? "", /^a b é+…$/);
    assert.is(stands?.targetUrl, "");
  }));

test("a status that is let go of while it is written does not come after the next one", () =>
  onGithubForge("token", async ({ forge, gate, base, status, signal }) => {
    const context = "plumbline/plan";
    const mark = (state: "pending" | "error") => ({ context, state, description: state, targetUrl: "" });
    await forge.status(base, { ...mark("pending"), context: "warm" }, signal);
    let open = (): void => undefined;
    const hold = new Promise<void>((resolve) => {
      open = resolve;
    });
    gate.faults.push({ matches: /^POST .*statuses/, hold });
    const superseded = new AbortController();
    const before = gate.writes().length;
    const first = forge.status(base, mark("pending"), superseded.signal).catch(() => undefined);
    while (gate.writes().length === before) await new Promise((resolve) => setImmediate(resolve));
    superseded.abort(new Error("superseded"));
    const second = forge.status(base, mark("error"), signal);
    // Round trips of others, so that the second would have arrived by now if it did not wait.
    for (let trip = 0; trip < 5; trip += 1) await forge.pulls(signal);
    open();
    await Promise.all([first, second]);
    while (gate.seen.some(({ status: code }) => code === 0)) await new Promise((resolve) => setImmediate(resolve));
    assert.is(status(base, context)?.state, "error");
  }));

test("an issue whose answer was lost is not opened twice", () =>
  onGithubForge("token", async ({ forge, gate, tickets, signal }) => {
    const ticket = { key: "demo/drift", title: "Drift", body: "1", isOpen: true };
    gate.faults.push({ matches: /^POST .*issues$/, after: true, cut: true });
    const number = await forge.ticket(ticket, signal);
    assert.equal(
      tickets().map((one) => one.number),
      [number],
    );
  }));

test("issues that two of us opened at once become one", () =>
  onGithubForge("token", async ({ again, tickets, signal }) => {
    const ticket = { key: "demo/drift", title: "Drift", body: "1", isOpen: true };
    const numbers = await Promise.all([again(), again()].map((forge) => forge.ticket(ticket, signal)));
    assert.is(numbers[0], numbers[1]);
    assert.is(tickets().filter(({ isOpen }) => isOpen).length, 1);
  }));

test("what was only edited lately is no new remark, and other programs are programs", () =>
  onGithubForge("token", async ({ forge, github, openPull, say, signal }) => {
    const { number } = await openPull("grow");
    const { state } = github.world;
    await say(number, "ann", "/plan");
    const [old] = state.all("comments");
    assert.ok(old);
    state.put("comments", old.id, { ...old, createdAt: "2025-01-01T00:00:00Z" });
    await say(number, "ci[bot]", "/apply");
    const remarks = await forge.remarks("2026-01-01T00:00:00Z", signal);
    assert.equal(
      remarks.map(({ author, isByBot }) => [author, isByBot]),
      [["ci[bot]", true]],
    );
  }));

test("a comment that was edited after it was written says so", () =>
  onGithubForge("token", async ({ forge, github, openPull, say, signal }) => {
    const { number } = await openPull("grow");
    await say(number, "ann", "/plan");
    const edited = async () => (await forge.remarks("2020-01-01T00:00:00Z", signal)).map(({ isEdited }) => isEdited);
    assert.equal(await edited(), [false]);
    const { state } = github.world;
    const [written] = state.all("comments");
    assert.ok(written);
    state.put("comments", written.id, {
      ...written,
      createdAt: "2026-01-01T00:00:00Z",
      updatedAt: "2026-01-01T00:00:02Z",
    });
    assert.equal(await edited(), [true]);
  }));

test("impossible names are not even asked for", () =>
  onGithubForge("token", async ({ forge, gate, signal }) => {
    for (const name of ["../../x", "", "a b", "-x"]) assert.is(await forge.permission(name, signal), "none");
    assert.equal(gate.seen, []);
  }));

test("a head whose repository was deleted is a stranger's", () =>
  onGithubForge("token", async ({ forge, gate, signal }) => {
    const item = { number: 2, state: "open", head: { ref: "x", sha: "c", repo: null }, base: { ref: "main" } };
    gate.faults.push({ matches: /pulls$/, status: 200, body: [item] });
    assert.equal(
      (await forge.pulls(signal)).map(({ isFork }) => isFork),
      [true],
    );
  }));

const report = (count: number): CheckReport => ({
  ...{ name: "plumbline", externalId: "plan-1", conclusion: "success", title: "Plan", summary: "Good", targetUrl: "" },
  annotations: Array.from({ length: count }, (_, line) => ({
    ...{ path: "web.yaml", startLine: line + 1, endLine: line + 1, level: "notice" as const },
    ...{ title: "t", message: `m${line}` },
  })),
});

test("a check's remarks come in batches of fifty and never twice, whatever answer is lost", () =>
  onGithubForge("app", async ({ forge, gate, again, base, checks, signal }) => {
    gate.faults.push({ matches: /^POST .*check-runs$/, after: true, cut: true });
    gate.faults.push({ matches: /^PATCH/, after: true, cut: true });
    const lost = await forge.check(base, report(120), signal).catch((error) => error);
    assert.is(lost.next, "retry");
    await forge.check(base, report(120), signal);
    const lines = Array.from({ length: 120 }, (_, index) => index + 1);
    assert.equal(
      checks(base).map((check) => check.lines),
      [lines],
    );
    await again().check(base, { ...report(120), conclusion: "failure" }, signal);
    assert.equal(checks(base), [{ conclusion: "failure", title: "Plan", lines }]);
  }));

test("a proposal whose answer was lost is made once; somebody's commits are left alone", () =>
  onGithubForge("token", async ({ forge, gate, github, base, closePull, merge, file, openPull, signal }) => {
    const proposal = {
      ...{ branch: "plumbline/accept/web", baseBranch: "main", baseCommit: base, title: "Accept", body: "Why" },
      ...{ message: "Accept drift", files: [{ path: "web.yaml", content: "a: 1\n" }] },
    };
    gate.faults.push({ matches: /^POST .*pulls$/, after: true, cut: true });
    const made = await forge.propose(proposal, signal);
    assert.equal([made.headBranch, made.state], ["plumbline/accept/web", "open"]);
    await closePull(made.number);
    const other = { ...proposal, files: [{ path: "web.yaml", content: "a: 2\n" }] };
    const second = await forge.propose(other, signal);
    assert.is.not(second.number, made.number, "something else was not declined");
    await merge(second.number);
    assert.is((await forge.propose(other, signal)).state, "open", "what was merged may be asked for again");
    const { head } = await openPull("persons");
    const git = await github.world.git(github.world.state.all("projects")[0] as never);
    await git.setRef("refs/heads/plumbline/accept/web", head);
    const third = await forge.propose(proposal, signal);
    assert.is(third.state, "open");
    assert.match(await file("plumbline/accept/web", "persons.yaml"), /serial/, "the person's commit stands");
    await closePull(third.number);
    const refused = await forge.propose(proposal, signal).catch((error) => error);
    assert.equal([refused.code, refused.next], ["conflict", "person"]);
  }));

test("what was merged is proposed anew in the same second", () =>
  onGithubForge(
    "token",
    async ({ forge, base, merge, signal }) => {
      const proposal = {
        ...{ branch: "plumbline/accept/web", baseBranch: "main", baseCommit: base, title: "Accept", body: "Why" },
        ...{ message: "Accept drift", files: [{ path: "web.yaml", content: "a: 1\n" }] },
      };
      const first = await forge.propose(proposal, signal);
      await merge(first.number);
      const second = await forge.propose(proposal, signal);
      assert.equal([second.state, second.number !== first.number], ["open", true]);
    },
    { nowIso: () => "2026-01-01T00:00:00Z" },
  ));

test("a deployment asks GitHub to wait for nothing and merge nothing", () =>
  onGithubForge("token", async ({ forge, gate, base, deployments, signal }) => {
    const deployment = { commit: base, environment: "demo/DFW", description: "", targetUrl: "" };
    gate.faults.push({ matches: /^POST .*deployments$/, after: true, cut: true });
    await forge.deployment({ ...deployment, state: "in_progress" }, signal);
    assert.equal(deployments(), [{ environment: "demo/DFW", state: "in_progress" }]);
  }));

test("a line's address is safe in Markdown whatever the path holds", () =>
  onGithubForge("token", async ({ forge, github }) => {
    const address = `${github.url}/acme/fleet/blob/abc/a%20b/%C3%BC%29.yaml#L3`;
    assert.is(forge.lineUrl("abc", "a b/ü).yaml", 3), address);
  }));

test.run();

import { request } from "node:http";
import * as assert from "uvu/assert";
import type { FleetExhibit } from "../../src/server/pages/exhibits.ts";
import { type Exhibits, startServer } from "../../src/server/server.ts";
import { suite } from "../support/suite.ts";

const test = suite("server/pages");
const hostile = `</style><script>alert(1)</script><img src=x onerror=alert(1)> "'`;

const fleet: FleetExhibit = {
  ...{ fleet: "shop/eu", repository: "acme/fleet", branch: "main", appliedCommit: "a".repeat(40), heldBy: hostile },
  projectUrl: "https://forge.example/acme/fleet",
  rows: [
    {
      ...{
        address: "gcp/instance/default/web-0",
        provider: "gcp",
        kind: "instance",
        name: hostile,
        owner: "Workload default/web",
      },
      ...{ location: "DFW", phase: "ready", detail: "RUNNING", addresses: { internal: "10.0.0.2" }, note: hostile },
    },
  ],
  passes: [
    {
      ...{ number: 3, fleet: "shop/eu", wake: "moved", commit: "b".repeat(40), planId: "", outcome: "invalid" },
      ...{ startedAt: "2026-01-01T00:00:00Z", finishedAt: "2026-01-01T00:00:01Z" },
      details: { attempted: 0, problems: [{ message: hostile }, { message: "more" }] },
    },
  ],
  incidents: [{ address: hostile, openedAt: "2026-01-01T00:00:00Z", flaps: 2 }],
  pulls: [
    {
      ...{
        number: 7,
        title: hostile,
        author: hostile,
        headCommit: "c".repeat(40),
        verdict: "✅ fine",
        reviewedAt: "now",
      },
      marks: [{ context: "plumbline/plan", state: "success", description: hostile }],
      remarks: [{ place: "web.yaml:3", severity: "warning", message: hostile }],
      comment: `### Plan\n\n${hostile}\n\n[bad](javascript:alert(1)) [good](https://forge.example/x)\n\n<details><summary>more</summary>\n\n\`\`\`diff\n- a\n+ b\n\`\`\`\n\n</details>`,
    },
  ],
  audit: [{ id: "1", at: "now", actor: hostile, action: hostile, subject: hostile, result: hostile }],
};

const exhibits: Exhibits = {
  isReady: () => true,
  metrics: async () => ({ contentType: "text/plain", text: "" }),
  status: async () => "{}",
  fleets: async () => [fleet],
  deliver: async (_headers, body) => (body.toString() === "good" ? 202 : 401),
};

async function withServer(work: (url: string) => Promise<void>): Promise<void> {
  const server = await startServer({ host: "127.0.0.1", port: 0 }, exhibits);
  try {
    await work(server.url);
  } finally {
    await server.close();
  }
}

for (const path of ["/", "/fleets/shop%2Feu/pulls/7"])
  test(`${path} shows everything and lets no text become markup`, () =>
    withServer(async (url) => {
      const response = await fetch(url + path);
      const text = await response.text();
      assert.is(response.status, 200);
      assert.match(response.headers.get("content-security-policy") ?? "", /^default-src 'none'; style-src 'sha256-/);
      assert.not.match(text, /<script|<img|javascript:/i);
      assert.match(text, "#7");
      assert.is((text.match(/<style>/g) ?? []).length, 1);
    }));

test("a comment is shown as the forge shows it", () =>
  withServer(async (url) => {
    const text = await (await fetch(`${url}/fleets/shop%2Feu/pulls/7`)).text();
    assert.match(text, "<h3>Plan</h3>");
    assert.match(text, "<summary>more</summary>");
    assert.match(text, 'class="language-diff"');
    assert.match(text, '<a href="https://forge.example/x" rel="noopener noreferrer nofollow">good</a>');
  }));

test("a page that is read stays as it is, and a frame in it says when there is news", () =>
  withServer(async (url) => {
    const path = "/fleets/shop%2Feu/pulls/7";
    const text = await (await fetch(url + path)).text();
    assert.not.match(text, 'http-equiv="refresh"');
    const frame = /<iframe class="news" title="News" src="([^"]+)">/.exec(text)?.[1] ?? "";
    const quiet = await fetch(url + frame);
    assert.match(await quiet.text(), "Up to date");
    assert.match(quiet.headers.get("content-security-policy") ?? "", "frame-ancestors 'self'");
    assert.match(await (await fetch(`${url}${path}?news=older`)).text(), `target="_top" href="${path}?seen=`);
    assert.match(text, "https://forge.example/acme/fleet/pull/7");
  }));

for (const path of [
  "/fleets/shop%2Feu/pulls/8",
  "/fleets/other/pulls/7",
  "/fleets/shop%2Feu/pulls/7/x",
  "/../etc/passwd",
])
  test(`${path} is not there`, () => withServer(async (url) => assert.is((await fetch(url + path)).status, 404)));

test("a delivery is answered at once by what it is", () =>
  withServer(async (url) => {
    const post = (body: string) => fetch(`${url}/webhooks`, { method: "POST", body });
    assert.is((await post("good")).status, 202);
    assert.is((await post("forged")).status, 401);
    assert.is((await fetch(`${url}/webhooks`)).status, 405);
    assert.is((await fetch(`${url}/`, { method: "POST", body: "x" })).status, 405);
  }));

test("a delivery that says it is larger than any is not read", () =>
  withServer(async (url) => {
    const code = await new Promise<number>((resolve, reject) => {
      const sent = request(`${url}/webhooks`, { method: "POST", headers: { "content-length": 26 * 1024 * 1024 } });
      sent.on("response", (response) => {
        resolve(response.statusCode ?? 0);
        sent.destroy();
      });
      sent.on("error", reject);
      sent.flushHeaders();
    });
    assert.is(code, 413);
  }));

test.run();

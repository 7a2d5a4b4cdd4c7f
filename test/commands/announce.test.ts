import { createHmac } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { run } from "../../src/commands/run.ts";
import { createRedactor } from "../../src/runtime/redact.ts";
import type { Shell } from "../../src/shell.ts";
import { deleteObject } from "../../src/sim/edge/by-hand.ts";
import { startEdgeSimulator } from "../../src/sim/edge/index.ts";
import { startReceiver } from "../announce/receiver.ts";
import { inFolder } from "../support/folder.ts";
import { commitFiles, git } from "../support/git.ts";
import { suite } from "../support/suite.ts";
import { root } from "../support/worlds.ts";

const test = suite("commands/announce");
const never = new AbortController().signal;

function shellIn(folder: string, environment: Shell["environment"], stopping: AbortSignal = never) {
  let said = "";
  const write = (text: string): void => {
    said += text;
  };
  const stream = { isTerminal: false, columns: 100, write };
  const shell: Shell = {
    ...{ environment, stdout: stream, stderr: stream, homeDirectory: folder, pid: 1, packageDirectory: root },
    ...{ version: "1", redactor: createRedactor([]), stopping, signal: never },
  };
  return { shell, said: () => said };
}

const once = { name: "run", once: true, state: undefined, repository: undefined, ref: undefined, output: "text" };
const flags = { colour: "never", logLevel: "warn" } as unknown as Parameters<typeof run>[2];

const network = `apiVersion: networking.datumapis.com/v1alpha
kind: Network
metadata: {name: prod, namespace: default}
spec: {ipam: {mode: Auto}}
`;

test("a single pass tells a signed webhook, a chat and the console, and a second one tells nobody again", () =>
  inFolder(async (folder) => {
    const edge = await startEdgeSimulator({ seed: 1, readyAfterMs: 0 });
    const receiver = await startReceiver();
    try {
      const work = join(folder, "repository");
      await git(folder, "init", "-q", "-b", "main", work);
      await commitFiles(work, { "network.yaml": network }, "Add <!channel> network");
      const config = join(folder, "plumbline.yaml");
      writeFileSync(
        config,
        JSON.stringify({
          ...{ fleet: "prod", state: "state", repositories: [{ path: "repository" }] },
          providers: { edge: { endpoint: edge.url, credentials: { kind: "none" } } },
          announcers: [
            { kind: "webhook", url: receiver.url, secret: { env: "HOOK_SECRET" }, events: ["planned", "applied"] },
            { kind: "webhook", name: "chat", url: { env: "CHAT_URL" }, format: "slack" },
            { kind: "console" },
          ],
        }),
      );
      const environment = { HOOK_SECRET: "s3cret-hook", CHAT_URL: `${receiver.url}/chat` };
      const { shell, said } = shellIn(folder, environment);
      const command = { ...once, config } as Parameters<typeof run>[1];
      assert.is(await run(shell, command, flags), 0, said());
      const events = receiver.arrivals.map(({ path, headers }) => `${path} ${headers["x-plumbline-event"]}`);
      assert.equal(events.sort(), ["/hook applied", "/hook planned", "/hook/chat applied"]);
      const letter = receiver.arrivals.find(
        ({ headers }) => headers["x-plumbline-event"] === "applied" && headers["x-plumbline-signature"] !== undefined,
      );
      const signed = `${letter?.headers["x-plumbline-timestamp"]}.${letter?.body}`;
      assert.is(
        letter?.headers["x-plumbline-signature"],
        `v1=${createHmac("sha256", "s3cret-hook").update(signed).digest("hex")}`,
      );
      const { report } = JSON.parse(letter?.body ?? "{}") as { report: { outcome: string; results: unknown[] } };
      assert.equal([report.outcome, report.results.length], ["applied", 1]);
      const chat = receiver.arrivals.find(({ path }) => path === "/hook/chat");
      assert.not.match(chat?.body ?? "<!", /<!/);
      assert.match(said(), /applied: 1 created/);
      assert.not.match(said(), /s3cret-hook/);
      assert.is(await run(shell, command, flags), 0);
      assert.is(receiver.arrivals.length, 3);
    } finally {
      await receiver.close();
      await edge.close();
    }
  }));

test("a daemon tells drift while it runs, and a new one goes on where it stopped", () =>
  inFolder(async (folder) => {
    const edge = await startEdgeSimulator({ seed: 1, readyAfterMs: 0 });
    const receiver = await startReceiver();
    try {
      const work = join(folder, "repository");
      await git(folder, "init", "-q", "-b", "main", work);
      await commitFiles(work, { "network.yaml": network }, "Add a network");
      const config = join(folder, "plumbline.yaml");
      writeFileSync(
        config,
        JSON.stringify({
          ...{ fleet: "prod", state: "state", repositories: [{ path: "repository" }], server: { enabled: false } },
          providers: { edge: { endpoint: edge.url, credentials: { kind: "none" } } },
          drift: { schedule: "* * * * * *", policy: "report" },
          announcers: [{ kind: "webhook", url: receiver.url }],
        }),
      );
      const daemon = async (until: () => Promise<void>) => {
        const stopping = new AbortController();
        const { shell, said } = shellIn(folder, {}, stopping.signal);
        const command = { ...once, once: false, config } as Parameters<typeof run>[1];
        const running = run(shell, command, flags);
        await until();
        stopping.abort();
        assert.is(await running, 0, said());
      };
      await daemon(async () => {
        await receiver.arrived(1);
        await deleteObject(edge.url, "prod");
        await receiver.arrived(2);
      });
      await daemon(async () => {
        await commitFiles(work, { "network.yaml": "kind: [" }, "Break it");
        await receiver.arrived(3);
      });
      const events = receiver.arrivals.map(({ headers }) => headers["x-plumbline-event"]);
      assert.equal(events, ["applied", "drift-found", "invalid"]);
    } finally {
      await receiver.close();
      await edge.close();
    }
  }));

test.run();

import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { startGceSimulator } from "../../../src/sim/gce/index.ts";
import { suite } from "../../support/suite.ts";
import { clientOf, instanceBody } from "./client.ts";

const test = suite("gce persistence");
const zone = "/zones/us-central1-a";

async function inDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "gce-data-"));
  try {
    await body(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

test("what was made is there after a stop, what was under way goes on", () =>
  inDirectory(async (dataDirectory) => {
    let now = 1_800_000_000_000;
    const options = { dataDirectory, operationMs: [1_000, 1_000] as const, clock: () => now };
    const first = clientOf(await startGceSimulator(options));
    const operation = (await first.send("POST", `${zone}/instances`, instanceBody("one"))).body;
    await first.close();
    const second = clientOf(await startGceSimulator(options));
    assert.is((await second.get(`${zone}/operations/${operation.name}`)).status, "RUNNING");
    assert.is((await second.get(`${zone}/instances/one`)).status, "PROVISIONING");
    now += 1_001;
    assert.is((await second.get(`${zone}/operations/${operation.name}`)).status, "DONE");
    assert.is((await second.get(`${zone}/instances/one`)).status, "RUNNING");
    await second.send("DELETE", `${zone}/instances/one`);
    now += 1_001;
    await second.close();
    const third = clientOf(await startGceSimulator(options));
    assert.is((await third.send("GET", `${zone}/instances/one`)).status, 404);
    assert.is((await third.send("GET", `${zone}/disks/one`)).status, 404);
    const again = (await third.send("POST", `${zone}/instances`, instanceBody("one"))).body;
    assert.is.not(again.targetId, operation.targetId, "ids are never given twice");
    await third.close();
  }));

test("a repeated request id is one request, before and after a restart", () =>
  inDirectory(async (dataDirectory) => {
    const options = { dataDirectory, operationMs: [0, 0] as const };
    const path = `${zone}/instances?requestId=7a1c0b52-3c43-5c8f-9e35-0d8c4f3b6a11`;
    const first = clientOf(await startGceSimulator(options));
    const made = await first.send("POST", path, instanceBody("one"));
    assert.is((await first.send("POST", path, instanceBody("one"))).body.name, made.body.name);
    assert.is((await first.send("POST", `${zone}/instances?requestId=x`, instanceBody("two"))).status, 400);
    await first.close();
    const second = clientOf(await startGceSimulator(options));
    const repeated = await second.send("POST", path, instanceBody("one"));
    assert.equal([repeated.status, repeated.body.name, repeated.body.status], [200, made.body.name, "DONE"]);
    assert.is((await second.send("POST", `${zone}/instances`, instanceBody("one"))).status, 409);
    await second.close();
  }));

test("a second simulator on the same directory is refused", () =>
  inDirectory(async (dataDirectory) => {
    const first = await startGceSimulator({ dataDirectory });
    let message = "";
    await startGceSimulator({ dataDirectory }).catch((error: Error) => {
      message = error.message;
    });
    await first.close();
    assert.match(message, /in use by another simulator/);
    const second = await startGceSimulator({ dataDirectory });
    await second.close();
  }));

test("a half written last line is dropped", () =>
  inDirectory(async (dataDirectory) => {
    const first = clientOf(await startGceSimulator({ dataDirectory, operationMs: [0, 0] }));
    await first.change("POST", `${zone}/disks`, { name: "data", sizeGb: "10" });
    await first.close();
    appendFileSync(join(dataDirectory, "journal.ndjson"), '{"put":[{"path":"projects/demo');
    const second = clientOf(await startGceSimulator({ dataDirectory, operationMs: [0, 0] }));
    assert.is((await second.send("GET", `${zone}/disks/data`)).status, 200);
    await second.change("POST", `${zone}/disks`, { name: "more", sizeGb: "10" });
    await second.close();
    const third = clientOf(await startGceSimulator({ dataDirectory }));
    assert.is((await third.send("GET", `${zone}/disks/more`)).status, 200);
    await third.close();
  }));

test("a killed simulator keeps everything it answered", () =>
  inDirectory(async (dataDirectory) => {
    const child = startChild(dataDirectory);
    const gone = new Promise((resolve) => child.once("exit", resolve));
    const answered: string[] = [];
    try {
      const url = await urlOf(child);
      const base = `${url}/compute/v1/projects/demo-project${zone}/disks`;
      const writing = Promise.all(
        [0, 1, 2, 3].map(async (lane) => {
          for (let index = 0; ; index += 1) {
            const name = `disk-${lane}-${index}`;
            const response = await fetch(base, { method: "POST", body: JSON.stringify({ name, sizeGb: "10" }) });
            if (response.status === 200) answered.push(name);
            if (answered.length === 60) child.kill("SIGKILL");
          }
        }),
      ).catch(() => undefined);
      await writing;
    } finally {
      child.kill("SIGKILL");
      await gone;
    }
    assert.ok(answered.length >= 60);
    const after = clientOf(await startGceSimulator({ dataDirectory }));
    const listed = await after.get(`${zone}/disks`);
    const names = new Set(listed.items.map((disk: { name: string }) => disk.name));
    assert.equal(
      answered.filter((name) => !names.has(name)),
      [],
    );
    await after.close();
  }));

function startChild(dataDirectory: string): ChildProcess {
  const module = new URL("../../../src/sim/gce/index.ts", import.meta.url).href;
  const script = `import(${JSON.stringify(module)}).then(async ({ startGceSimulator }) => {
    const simulator = await startGceSimulator({ dataDirectory: ${JSON.stringify(dataDirectory)} });
    process.stdout.write(simulator.url + "\\n");
    process.stdin.on("end", () => process.exit()).resume();
  });`;
  return spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
    stdio: ["pipe", "pipe", "inherit"],
  });
}

function urlOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once("exit", () => reject(new Error("The simulator ended before it listened.")));
    child.stdout?.once("data", (chunk: Buffer) => resolve(chunk.toString("utf8").trim()));
  });
}

test.run();

import { join } from "node:path";
import { inFolder } from "../support/folder.ts";
import { start } from "../support/program.ts";
import { observingMany } from "./compute.ts";
import type { say as Say } from "./figures.ts";

const project = "bench-project";
const zone = "us-south1-a";
const machines = 10_000;
const atOnce = 32;
const pages = 20;

/** What the simulator holds: ten thousand instances, pages of them, and a kill. */
export async function simulatorFigures(say: typeof Say): Promise<void> {
  await inFolder(async (folder) => {
    const first = await serve(folder);
    const startedAtMs = performance.now();
    await seed(first.url);
    say(`making ${machines} instances in the simulator`, (performance.now() - startedAtMs) / 1000, 120, "s");
    await pageTimes(say, first.url);
    await observingMany(say, first.url, project);
    first.program.signal("SIGKILL");
    await first.program.ended;
    const restartedAtMs = performance.now();
    const second = await serve(folder);
    say(`starting the simulator on what kill -9 left`, (performance.now() - restartedAtMs) / 1000, 5, "s");
    say("acknowledged instances that kill -9 lost", machines - (await count(second.url)), 0, "things");
    second.program.signal("SIGINT");
    await second.program.ended;
  });
}

async function serve(folder: string) {
  const program = start(["sim", "gce", "--data", join(folder, "world")]);
  const said = await program.says(/listening (\S+)/, 60_000);
  return { program, url: said.split(" ")[1] ?? "" };
}

async function ask(url: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const answer = await fetch(`${url}/compute/v1/projects/${project}/${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text.slice(0, 300)}`);
  return JSON.parse(text) as Record<string, unknown>;
}

async function seed(url: string): Promise<void> {
  const settled = async (place: string, body: object, collection: string): Promise<void> => {
    const { name } = await ask(url, `${place}/${collection}`, body);
    while ((await ask(url, `${place}/operations/${String(name)}/wait`, {})).status !== "DONE");
  };
  await settled("global", { name: "bench", autoCreateSubnetworks: false }, "networks");
  const range = { network: "global/networks/bench", ipCidrRange: "10.0.0.0/16" };
  await settled("regions/us-south1", { name: "bench", ...range }, "subnetworks");
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < machines) {
      const name = `bench-${next}`;
      next += 1;
      await ask(url, `zones/${zone}/instances`, {
        ...{ name, machineType: `zones/${zone}/machineTypes/e2-small`, labels: { kind: "bench" } },
        disks: [
          {
            boot: true,
            autoDelete: true,
            initializeParams: { sourceImage: "projects/debian-cloud/global/images/family/debian-12" },
          },
        ],
        networkInterfaces: [{ subnetwork: "regions/us-south1/subnetworks/bench" }],
        metadata: { items: [{ key: "user-data", value: "x".repeat(800) }] },
      });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** Pages as an ordinary client asks for them: everything of each instance, compressed. */
async function pageTimes(say: typeof Say, url: string): Promise<void> {
  const times: number[] = [];
  let token = "";
  for (let page = 0; page < pages; page += 1) {
    const startedAtMs = performance.now();
    const more = token === "" ? "" : `&pageToken=${encodeURIComponent(token)}`;
    const answer = await ask(url, `aggregated/instances?maxResults=500${more}`);
    times.push(performance.now() - startedAtMs);
    token = String(answer.nextPageToken ?? "");
  }
  // Best of all: what the simulator needs, not what else the machine does.
  say(`aggregated page of 500 of ${machines} (best of ${pages})`, Math.min(...times), 50, "ms");
}

async function count(url: string): Promise<number> {
  let found = 0;
  let token = "";
  do {
    const more = token === "" ? "" : `&pageToken=${encodeURIComponent(token)}`;
    const answer = await ask(url, `zones/${zone}/instances?maxResults=500&fields=items(name),nextPageToken${more}`);
    found += (answer.items as readonly unknown[] | undefined)?.length ?? 0;
    token = String(answer.nextPageToken ?? "");
  } while (token !== "");
  return found;
}

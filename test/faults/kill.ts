import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { inFolder } from "../support/folder.ts";
import { commitFiles } from "../support/git.ts";
import { run, start } from "../support/program.ts";
import type { Chance } from "./chance.ts";

const limitMs = 60_000;
/** The network default that every project begins with has 4 rules and a subnetwork in each of 42 regions; the rest is the example's. */
const around = ["networks 2", `firewalls ${4 + 5}`, `subnetworks ${42 + 2}`];

/** Kills the built program again and again while it works, then lets one live; gives everything that is not as Git says. */
export async function killAndCheck(chance: Chance, kills: number, told: string[]): Promise<readonly string[]> {
  return await inFolder(async (state) => {
    let replicas = 2;
    for (let kill = 0; kill < kills; kill += 1) {
      const program = start(["run", "--state", state]);
      const line = 1 + chance.below(25);
      // With nothing to do there is no such line, and the kill falls into the quiet after the pass.
      await program.says(new RegExp(`\\[ ?${line}/\\d+\\]|Ctrl-C stops`), limitMs);
      await delay(chance.below(40));
      program.signal("SIGKILL");
      await program.ended;
      told.push(`killed at change ${line} with ${replicas} copies`);
      if (chance.happens(0.7)) replicas = await commitReplicas(state, chance);
    }
    const wrong: string[] = [];
    const last = await run(["run", "--once", "--state", state]);
    if (last.code !== 0) wrong.push(`the last pass ended with ${last.code}:\n${last.stdout}${last.stderr}`);
    const quiet = start(["run", "--state", state]);
    await quiet.says(/Ctrl-C stops/, limitMs);
    if (!quiet.text().includes("settled")) wrong.push(`not settled after all:\n${quiet.text()}`);
    const { counts, requests } = await lookAt(state);
    const found = Object.entries(counts).map(([key, count]) => `${key.replace(/^.*[ /]/, "")} ${count}`);
    const copies = 3 + 2 * replicas;
    for (const expected of [`instances ${copies}`, `disks ${copies}`, ...around])
      if (!found.includes(expected)) wrong.push(`there are not ${expected}, but ${found.join(", ")}`);
    if (requests.writes !== 0) wrong.push(`a quiet start wrote ${requests.writes} times`);
    quiet.signal("SIGINT");
    const code = await quiet.ended;
    if (code !== 0) wrong.push(`stopping in order ended with ${code}`);
    return wrong;
  });
}

async function commitReplicas(state: string, chance: Chance): Promise<number> {
  const repository = join(state, "repository");
  const replicas = chance.pick([1, 2, 3]);
  const text = await readFile(join(repository, "web.yaml"), "utf8");
  const changed = text.replace(/minReplicas: \d/, `minReplicas: ${replicas}`);
  if (changed !== text) await commitFiles(repository, { "web.yaml": changed }, `Want ${replicas}`);
  return replicas;
}

interface State {
  /** By project and collection; the world holds one project. */
  readonly counts: Readonly<Record<string, number>>;
  readonly requests: { readonly writes: number };
}

async function lookAt(state: string): Promise<State> {
  const { gceUrl } = JSON.parse(await readFile(join(state, "worlds.json"), "utf8")) as { gceUrl: string };
  return (await (await fetch(`${gceUrl}/_control/state`)).json()) as State;
}

import { setTimeout as delay } from "node:timers/promises";
import type { Resource } from "../../src/core/resource.ts";
import { decide } from "../../src/decide.ts";
import type { Chance } from "./chance.ts";
import { filesOf } from "./example.ts";
import { behave, fleet, type Ground, type Snapshot } from "./ground.ts";
import { type History, look } from "./history.ts";

/** Passes that putting everything right may take once the world is well again. */
const patience = 12;

/** Ends the faults, lets the daemon look until all is settled, and gives everything that is not as it must be. */
export async function settle(
  ground: Ground,
  history: History,
  chance: Chance,
  foreign: Snapshot,
): Promise<readonly string[]> {
  behave(ground);
  // A broken head must settle too, on the last good commit; only without a memory of one there is nothing to settle on.
  const isHopeless = (await history.store.fact(fleet, "good-commit")) === undefined;
  if (isHopeless || chance.happens(0.7)) ground.repository.commitFiles(filesOf(history.wish));
  const endings: string[] = [];
  for (let pass = 0; pass < patience; pass += 1) {
    endings.push(await look(ground, history.store));
    history.told.push(`  after all: ${endings.at(-1)}`);
    ground.gce.control.settle();
    await delay(25);
    if (/exists and is not ours|already being used by/.test(endings.at(-1) ?? "")) await clearUnproven(ground, history);
    if (endings.slice(-2).every((ending) => ending.endsWith("settled")) && endings.length > 1)
      return await findings(ground, history, foreign);
  }
  return [`did not settle in ${patience} passes`];
}

/** Nobody but a person may decide on what nothing proves to be ours. */
async function clearUnproven({ gce, askGce }: Ground, { stripped, told }: History): Promise<void> {
  for (const path of stripped) {
    const body = gce.control.world.get(path)?.body;
    if (body === undefined || JSON.stringify(body.labels ?? {}).includes("plumbline")) continue;
    await askGce("DELETE", path);
    told.push(`  by hand: ${path} is deleted`);
  }
}

async function findings(ground: Ground, history: History, foreign: Snapshot): Promise<readonly string[]> {
  const wrong: string[] = [];
  const before = ground.writes();
  const ending = await look(ground, history.store);
  if (!ending.endsWith("settled")) wrong.push(`the last pass was ${ending}`);
  if (ground.writes() !== before) wrong.push(`a quiet pass wrote ${ground.writes() - before} times`);

  const world = ground.worldOn(history.store);
  const good = (await history.store.fact(fleet, "good-commit")) ?? "";
  const inventory = await history.store.inventory(fleet);
  const { plan, wanted, problems } = await decide(world.judges, {
    ...{ repository: ground.repository, commit: good, inventory, onProgress: () => undefined },
    signal: AbortSignal.timeout(10_000),
  });
  if (plan === undefined) return [...wrong, `the good commit is invalid: ${problems.map(({ message }) => message)}`];
  const left = plan.changes
    .filter(({ action }) => action !== "keep")
    .map(({ action, address }) => `${action} ${address}`);
  if (left.length > 0) wrong.push(`the plan is not empty: ${left.join(", ")}`);
  const remembered = inventory.map(({ address, phase }) => `${address} ${phase}`).sort();
  const expected = wanted.map(({ address }) => `${address} applied`).sort();
  if (remembered.join() !== expected.join()) wrong.push(`remembered ${difference(remembered, expected)}`);

  const now = await ground.snapshot();
  for (const [path, text] of foreign) {
    if (now.get(path) === undefined) wrong.push(`${path} was not ours and is gone`);
    else if (now.get(path) !== text) wrong.push(`${path} was not ours and is changed: ${text} became ${now.get(path)}`);
  }
  const ours = [...now.keys()].filter((path) => !foreign.has(path)).sort();
  const things = wanted.flatMap(pathsOf).sort();
  if (ours.join() !== things.join()) wrong.push(`there is ${difference(ours, things)}`);
  const open = await history.store.openIncidents(fleet);
  if (open.length > 0) wrong.push(`incidents are open: ${open.map(({ address }) => address)}`);
  return wrong;
}

/** What a resource is in the snapshot; an instance brings its boot disk. */
function pathsOf({ provider, kind, key }: Resource): readonly string[] {
  if (provider === "edge") return [key];
  return kind === "instance" ? [key, key.replace("/instances/", "/disks/")] : [key];
}

function difference(found: readonly string[], expected: readonly string[]): string {
  const more = found.filter((one) => !expected.includes(one));
  const less = expected.filter((one) => !found.includes(one));
  return `too much: ${more.join(", ") || "nothing"}; missing: ${less.join(", ") || "nothing"}`;
}

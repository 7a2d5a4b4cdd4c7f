import { parseArgs } from "node:util";
import { chanceOf } from "./chance.ts";
import { openGround } from "./ground.ts";
import { playHistory } from "./history.ts";
import { killAndCheck } from "./kill.ts";
import { reviewAndCheck } from "./reviewing.ts";
import { settle } from "./settle.ts";

// Plays seeded random histories of commits, faults, changes by hand and deaths against both simulated worlds. When the faults
// stop, everything must come to rest as Git says, nothing twice, and nothing foreign touched. The seed of a failure is printed.
// With --kills the built program is killed as often, on disk, in each of as many seeds as --killed says.
// With --reviewed as many histories of reviews are played with the built program on a GitHub that fails.
// Usage: node --import tsx test/faults/loop.ts [--seeds N] [--from SEED] [--steps N] [--killed N] [--kills N] [--reviewed N] [--verbose]

const { values: flags } = parseArgs({
  options: {
    seeds: { type: "string", default: "40" },
    from: { type: "string", default: "1" },
    steps: { type: "string", default: "10" },
    killed: { type: "string", default: "0" },
    kills: { type: "string", default: "3" },
    reviewed: { type: "string", default: "0" },
    verbose: { type: "boolean", default: false },
  },
});

interface Ending {
  readonly wrong: readonly string[];
  readonly told: readonly string[];
}

let passed = 0;
let failed = 0;
const first = Number(flags.from);
for (let seed = first; seed < first + Number(flags.seeds); seed += 1)
  await report(`seed ${seed}`, () => playSeed(seed));
for (let seed = first; seed < first + Number(flags.killed); seed += 1)
  await report(`killed seed ${seed}`, () => killSeed(seed));
for (let seed = first; seed < first + Number(flags.reviewed); seed += 1)
  await report(`reviewed seed ${seed}`, () => reviewSeed(seed));
print(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

async function report(title: string, play: () => Promise<Ending>): Promise<void> {
  const startedAt = Date.now();
  const { wrong, told } = await play();
  if (wrong.length === 0) passed += 1;
  else failed += 1;
  if (wrong.length > 0 || flags.verbose) print([title, ...told].join("\n  "));
  const ending = wrong.length === 0 ? "good" : `WRONG\n  ${wrong.join("\n  ")}`;
  print(`${title}: ${ending} (${Date.now() - startedAt} ms)`);
}

async function killSeed(seed: number): Promise<Ending> {
  const told: string[] = [];
  try {
    return { wrong: await killAndCheck(chanceOf(seed), Number(flags.kills), told), told };
  } catch (error) {
    return { wrong: [(error as Error).stack ?? String(error)], told };
  }
}

async function reviewSeed(seed: number): Promise<Ending> {
  const told: string[] = [];
  try {
    return { wrong: await reviewAndCheck(seed, chanceOf(seed), Number(flags.steps), told), told };
  } catch (error) {
    return { wrong: [(error as Error).stack ?? String(error)], told };
  }
}

async function playSeed(seed: number): Promise<Ending> {
  const chance = chanceOf(seed);
  const ground = await openGround(seed, chance);
  const told: string[] = [];
  try {
    await ground.plant();
    const foreign = await ground.snapshot();
    const history = await playHistory(ground, chance, Number(flags.steps), told);
    return { wrong: await settle(ground, history, chance, foreign), told };
  } catch (error) {
    return { wrong: [(error as Error).stack ?? String(error)], told };
  } finally {
    await ground.close();
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

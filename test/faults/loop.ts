import { parseArgs } from "node:util";
import { chanceOf } from "./chance.ts";
import { openGround } from "./ground.ts";
import { playHistory } from "./history.ts";
import { settle } from "./settle.ts";

// Plays seeded random histories of commits, faults, changes by hand and deaths against both simulated worlds. When the faults
// stop, everything must come to rest as Git says, nothing twice, and nothing foreign touched. The seed of a failure is printed.
// Usage: node --import tsx test/faults/loop.ts [--seeds N] [--from SEED] [--steps N] [--verbose]

const { values: flags } = parseArgs({
  options: {
    seeds: { type: "string", default: "40" },
    from: { type: "string", default: "1" },
    steps: { type: "string", default: "10" },
    verbose: { type: "boolean", default: false },
  },
});

let passed = 0;
let failed = 0;
const first = Number(flags.from);
for (let seed = first; seed < first + Number(flags.seeds); seed += 1) {
  const startedAt = Date.now();
  const { wrong, told } = await playSeed(seed);
  if (wrong.length === 0) passed += 1;
  else failed += 1;
  if (wrong.length > 0 || flags.verbose) print([`seed ${seed}`, ...told].join("\n  "));
  print(
    `seed ${seed}: ${wrong.length === 0 ? "good" : `WRONG\n  ${wrong.join("\n  ")}`} (${Date.now() - startedAt} ms)`,
  );
}
print(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

async function playSeed(seed: number): Promise<{ wrong: readonly string[]; told: readonly string[] }> {
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

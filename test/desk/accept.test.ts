import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { acceptDrift } from "../../src/desk/accept.ts";
import { reconcile } from "../../src/reconcile.ts";
import { deleteInstance, setMachineType } from "../../src/sim/gce/by-hand.ts";
import { folderRepository } from "../support/folder-repository.ts";
import { memoryForge } from "../support/memory-forge.ts";
import { suite } from "../support/suite.ts";
import { root, simulatedWorld } from "../support/worlds.ts";

const test = suite("desk/accept");
const never = new AbortController().signal;

test("a machine type that was changed by hand goes into the manifest, and nothing else of it changes", async () => {
  const simulated = await simulatedWorld();
  try {
    const folder = join(root, "example-repo");
    const world = simulated.worldOn(folderRepository(folder, "Before"), { driftPolicy: "report" });
    await reconcile(world, "started", { stopping: never, signal: never });
    const forge = memoryForge(() => world.clock.now().toISOString());
    const desk = { world, forge, pageUrl: () => "" };
    assert.is((await acceptDrift(desk, [], "ann", never)).isDone, false);

    for (const name of ["cache-main-dfw-0", "cache-main-dfw-1", "cache-main-dfw-2"])
      await setMachineType(simulated.gce.url, name, "n2-standard-4");
    await deleteInstance(simulated.gce.url, "web-main-dfw-1");
    const answer = await acceptDrift(desk, [], "ann", never);
    assert.is(answer.isDone, true, answer.text);
    assert.match(answer.text, "#1 writes it");
    assert.match(answer.text, "web-main-dfw-1: it is gone");
    const [proposal] = forge.proposals;
    const before = readFileSync(join(folder, "cache.yaml"), "utf8");
    assert.equal(proposal?.files, [
      { path: "cache.yaml", content: before.replace("datumcloud/d1-standard-2", "datumcloud/d1-standard-4") },
    ]);
    const only = await acceptDrift(desk, ["gcp/instance/default/web-main-dfw-1"], "ann", never);
    assert.is(only.isDone, false);
  } finally {
    await simulated.close();
  }
});

test.run();

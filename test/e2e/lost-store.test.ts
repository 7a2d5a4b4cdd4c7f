import * as assert from "uvu/assert";
import { reconcile } from "../../src/reconcile.ts";
import { createMemoryStore } from "../../src/store/memory.ts";
import { memoryRepository } from "../support/memory-repository.ts";
import { never } from "../support/memory-scene.ts";
import { suite } from "../support/suite.ts";
import { simulatedWorld } from "../support/worlds.ts";

const test = suite("e2e/lost store");

function networkIn(namespace: string, annotations = "{}"): string {
  return `apiVersion: networking.datumapis.com/v1alpha
kind: Network
metadata: {name: prod, namespace: ${namespace}, annotations: ${annotations}}
spec: {ipam: {mode: Auto}}
`;
}

test("edge objects of a lost store are found in any namespace: leftovers go, protected ones refuse the plan", async () => {
  const simulated = await simulatedWorld();
  try {
    const repository = memoryRepository(100_000);
    const look = async () => {
      const world = { ...simulated.worldOn(repository), store: createMemoryStore() };
      const [outcome] = await reconcile(world, "command", { stopping: never, signal: never });
      return [outcome?.kind, ...(outcome?.refusals ?? []).map(({ rule, changes }) => `${rule} ${changes.join()}`)];
    };
    const protecting = '{plumbline.dev/protect: "true"}';
    repository.commitFiles({ "a.yaml": networkIn("default"), "b.yaml": networkIn("old", protecting) });
    assert.equal(await look(), ["applied"]);
    repository.commitFiles({ "a.yaml": networkIn("default") });
    assert.equal(await look(), ["refused", "limits/protected edge/network/old/prod"]);
    repository.commitFiles({ "a.yaml": networkIn("default"), "b.yaml": networkIn("old") });
    assert.equal(await look(), ["applied"]);
    repository.commitFiles({ "a.yaml": networkIn("default") });
    assert.equal(await look(), ["applied"]);
    assert.equal(await look(), ["settled"]);
  } finally {
    await simulated.close();
  }
});

test.run();

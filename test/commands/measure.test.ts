import * as assert from "uvu/assert";
import { createMeasure } from "../../src/commands/measure.ts";
import { ProviderError } from "../../src/providers/provider.ts";
import { reconcile } from "../../src/reconcile.ts";
import { createMetrics } from "../../src/runtime/metrics.ts";
import { never, openScene } from "../support/memory-scene.ts";
import { suite } from "../support/suite.ts";

const test = suite("commands/measure");

test("what a pass did, owns and called is counted; what is gone stands at zero", async () => {
  const scene = openScene();
  const metrics = createMetrics("1");
  const measure = createMeasure(metrics, () => scene.clock.now().getTime());
  const world = measure.world(scene.world());
  const pass = async (): Promise<string> => {
    for (const outcome of await reconcile(world, "moved", { stopping: never, signal: never }))
      measure.pass(outcome, "moved", 10);
    return await metrics.text();
  };
  scene.commit("instance/web size=1", "disk/data size=1");
  await pass();
  const first = await pass();
  const wanted = [
    'plumbline_owned_resources{fleet="test",provider="memory",kind="instance"} 1',
    'plumbline_owned_resources{fleet="test",provider="memory",kind="disk"} 1',
    'plumbline_provider_calls_total{provider="memory",operation="create",code="ok"} 2',
    'plumbline_last_settled_timestamp_seconds{fleet="test"} 1767225600',
  ];
  for (const line of wanted) assert.ok(first.split("\n").includes(line), `${line}\n${first}`);

  scene.commit("instance/web size=1");
  await pass();
  scene.first.onApply = () => {
    throw new ProviderError("no room", { code: "stock-out", next: "person" });
  };
  scene.commit("instance/web size=1", "instance/new size=1");
  const second = await pass();
  assert.match(second, 'plumbline_owned_resources{fleet="test",provider="memory",kind="disk"} 0');
  assert.match(second, 'plumbline_provider_calls_total{provider="memory",operation="create",code="stock-out"} 1');
});

test.run();

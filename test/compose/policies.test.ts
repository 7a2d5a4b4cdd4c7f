import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { isUsable, loadPolicies } from "../../src/compose/policies.ts";
import { createPolicyEngine } from "../../src/policy/door.ts";
import { reconcile } from "../../src/reconcile.ts";
import { inFolder } from "../support/folder.ts";
import { folderRepository } from "../support/folder-repository.ts";
import { suite } from "../support/suite.ts";
import { root, simulatedWorld } from "../support/worlds.ts";

const test = suite("compose/policies");
const signals = { stopping: new AbortController().signal, signal: new AbortController().signal };

/** One pass over the example under the given policies. */
async function passUnder(files: Readonly<Record<string, string>>) {
  return await inFolder(async (folder) => {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    const loaded = await loadPolicies([folder]);
    assert.ok(isUsable(loaded), JSON.stringify(loaded.problems));
    const engine = createPolicyEngine(loaded.set);
    const simulated = await simulatedWorld({ policies: engine, now: () => "2026-02-27T12:00:00Z" });
    try {
      const repository = folderRepository(join(root, "example-repo"), "Under policies");
      const [outcome] = await reconcile(simulated.worldOn(repository), "started", signals);
      return { outcome, writes: simulated.gce.control.requests().writes };
    } finally {
      await engine.close();
      await simulated.close();
    }
  });
}

const few = `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: few-copies}
spec:
  matchConstraints:
    resourceRules:
      - {apiGroups: [compute.datumapis.com], apiVersions: ["*"], operations: [CREATE, UPDATE], resources: [workloads]}
  validations:
    - expression: object.spec.placements.all(p, p.scaleSettings.minReplicas <= 2)
      message: At most two copies.
`;

test("a policy that denies makes the commit invalid, on the manifest's line, and nothing is applied", async () => {
  const { outcome, writes } = await passUnder({ "few.yaml": few });
  assert.is(outcome?.kind, "invalid");
  assert.equal(
    outcome?.problems.map(({ rule, file, message }) => [rule, file, message]),
    [["policy/few-copies", "cache.yaml", "At most two copies."]],
  );
  assert.is(writes, 0);
});

test("a policy over the plan refuses it", async () => {
  const calm = `apiVersion: plumbline.dev/v1
kind: PlanPolicy
metadata: {name: calm}
spec:
  validations:
    - expression: plan.counts.create <= 3
      message: At most three new things at once.
`;
  const { outcome, writes } = await passUnder({ "calm.yaml": calm });
  assert.is(outcome?.kind, "refused");
  assert.equal(
    outcome?.refusals.map(({ rule, message }) => [rule, message]),
    [["policy/calm", "At most three new things at once."]],
  );
  assert.is(writes, 0);
});

test("a policy that cannot be understood keeps the daemon from starting", () =>
  inFolder(async (folder) => {
    await writeFile(join(folder, "bad.yaml"), few.replace("p.scaleSettings.minReplicas <= 2", "p.scaleSettings.("));
    const loaded = await loadPolicies([folder]);
    assert.not(isUsable(loaded));
    assert.match(loaded.problems[0]?.file ?? "", "bad.yaml");
  }));

test.run();

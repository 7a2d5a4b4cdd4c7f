import * as assert from "uvu/assert";
import { openBranchPolicies } from "../src/branch-policies.ts";
import { emptyPolicySet } from "../src/policy/policy-set.ts";
import { openRepository } from "../src/repo/index.ts";
import { manifestsOf } from "./policy/documents.ts";
import { commitFiles, git, removeFolder, scratchFolder } from "./support/git.ts";
import { never, openScene } from "./support/memory-scene.ts";
import { suite } from "./support/suite.ts";

const test = suite("policies of a real branch");

const policy = (most: number): string => `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: replicas }
spec:
  matchConstraints: { resourceRules: [{ apiGroups: [""], apiVersions: [v1], operations: ["*"], resources: [things] }] }
  validations:
    - expression: object.spec.replicas <= ${most}
      messageExpression: "'at most ${most}, not ' + string(object.spec.replicas)"
`;

const [thing] = manifestsOf("apiVersion: v1\nkind: Thing\nmetadata: { name: a }\nspec: { replicas: 5 }\n");

for (const path of ["policies/team", "policies/team/replicas.yaml"]) {
  test(`${path} of a commit judges, as it stands there and as it stood before`, async () => {
    const folder = await scratchFolder();
    await git(folder, "init", "--quiet");
    const first = await commitFiles(folder, { "policies/team/replicas.yaml": policy(3), "policies/other.yaml": "[" });
    const second = await commitFiles(folder, { "policies/team/replicas.yaml": policy(9) });
    const third = await commitFiles(folder, { "policies/team/replicas.yaml": "kind: [" });
    const fourth = await commitFiles(folder, { "policies/team/replicas.yaml": undefined });
    const repository = await openRepository({
      ...{ location: folder, stateDirectory: folder, pollIntervalMs: 60_000, pollJitter: 0 },
    });
    const policies = openBranchPolicies(path, emptyPolicySet);
    const { judges } = openScene();
    const judge = async (commit: string, before?: string): Promise<readonly string[]> => {
      const seated = await policies.seat(judges, { repository, commit, before, signal: never });
      const found = (await seated.judges.policies?.checkManifests(thing === undefined ? [] : [thing])) ?? [];
      return found.map(({ severity, rule, file, message }) => `${severity} ${rule} ${file} ${message.split(":")[0]}`);
    };
    try {
      const denied = "error policy/replicas manifests.yaml at most 3, not 5";
      assert.equal(await judge(first), [denied]);
      assert.equal(await judge(second, first), [denied]);
      assert.equal(await judge(second, second), []);
      const broken = (await judge(third, first)).map((text) => text.split(" ").slice(0, 3).join(" "));
      assert.is(broken[0], "error policy/replicas manifests.yaml");
      assert.match(broken[1] ?? "", /^warning yaml\/\S+ policies\/team\/replicas.yaml$/);
      const missing = `warning policy/missing ${path} The branch has no policies at ${path}, where it should.`;
      assert.equal(await judge(fourth, first), [denied, missing]);
      assert.equal(await judge(fourth, fourth), [missing]);
      assert.equal(await judge(fourth, "0".repeat(40)), [missing], "history that is gone judges nothing");
    } finally {
      await policies.close();
      await repository.close();
      await removeFolder(folder);
    }
  });
}

test.run();

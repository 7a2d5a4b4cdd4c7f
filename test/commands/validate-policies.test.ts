import { join } from "node:path";
import * as assert from "uvu/assert";
import { inFolder } from "../support/folder.ts";
import { writeFiles } from "../support/git.ts";
import { run } from "../support/program.ts";
import { suite } from "../support/suite.ts";

const test = suite("commands/validate with policies");

const network = (annotation: string): string => `apiVersion: networking.datumapis.com/v1alpha
kind: Network
metadata:
  name: main
  annotations: { team: a${annotation} }
spec: { ipam: { mode: Auto } }
`;

const policies = `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: owned
  annotations: { plumbline.dev/reason: Somebody must be called at night. }
spec:
  matchConstraints: { resourceRules: [{ apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*"] }] }
  validations:
    - expression: "'owner' in object.metadata.?labels.orValue({})"
      messageExpression: "object.metadata.name + ' has no owner'"
`;

test("policies judge on the command line as in the daemon, with their reasons as pages", () =>
  inFolder(async (folder) => {
    await writeFiles(folder, { "fleet/network.yaml": network(""), "policies/owned.yaml": policies });
    const judged = ["validate", join(folder, "fleet"), "-p", join(folder, "policies")];
    const told = await run(judged);
    assert.is(told.code, 1);
    assert.match(told.stdout, /error .*network\.yaml:3:1 {2}policy\/owned\n {2}metadata: main has no owner\n {2}2 \|/);
    const sarif = JSON.parse((await run([...judged, "-o", "sarif"])).stdout);
    assert.is(sarif.runs[0].tool.driver.rules[0].fullDescription.text, "Somebody must be called at night.");
    const config =
      "apiVersion: plumbline.dev/v1\nfleet: prod\nrepositories: [{ path: . }]\nproviders: { edge: { endpoint: 'http://127.0.0.1:1' } }\npolicies: [policies]\n";
    await writeFiles(folder, { "plumbline.yaml": config });
    const configured = await run(["validate", join(folder, "fleet"), "-c", join(folder, "plumbline.yaml")]);
    assert.match(configured.stdout, "policy/owned");
  }));

test("an exception is counted and shown in every format", () =>
  inFolder(async (folder) => {
    const excused = network(', plumbline.dev/policy-exception: "owned: moves on Monday"');
    await writeFiles(folder, { "fleet/network.yaml": excused, "policies/owned.yaml": policies });
    const judged = ["validate", join(folder, "fleet"), "-p", join(folder, "policies")];
    const said = /Excused from owned \(moves on\s+Monday\): main\s+has no owner/;
    for (const [format, count] of [
      ["text", /\n1 exception from policies is granted\.\n/],
      ["json", /"exceptions": 1/],
      ["markdown", /\*\*1 exception from policies is granted\.\*\*/],
      ["sarif", /"policyExceptions": 1/],
    ] as const) {
      const { code, stdout } = await run([...judged, "-o", format]);
      assert.is(code, 0, format);
      assert.match(stdout, said, format);
      assert.match(stdout, count, format);
    }
  }));

test("a policy that cannot be read is told on its line, and the others judge", () =>
  inFolder(async (folder) => {
    const broken = policies.replace("name: owned", "name: broken").replace("in object", "in (object");
    await writeFiles(folder, { "fleet/network.yaml": network(""), "p/a.yaml": `${policies}---\n${broken}` });
    const { code, stdout } = await run(["validate", join(folder, "fleet"), "-p", join(folder, "p")]);
    assert.is(code, 1);
    assert.match(stdout, /p\/a\.yaml:20:\d+ {2}policy\/expression/);
    assert.match(stdout, "policy/owned");
  }));

test.run();

import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { gcpNames, loadCatalogs } from "../../src/compose/catalogs.ts";
import { CatalogError } from "../../src/compose/refusals.ts";
import { loadRules } from "../../src/compose/rules.ts";
import { parseConfig } from "../../src/config.ts";
import { inFolder } from "../support/folder.ts";
import { writeFiles } from "../support/git.ts";
import { run } from "../support/program.ts";
import { suite } from "../support/suite.ts";
import { root } from "../support/worlds.ts";

const test = suite("compose/catalogs");

const base = "fleet: f\nrepositories: [{path: .}]\n";
const large = `apiVersion: compute.datumapis.com/v1alpha
kind: Workload
metadata: { name: large }
spec:
  placements: [{ name: us, cityCodes: [OSL], scaleSettings: { minReplicas: 1 } }]
  template:
    spec:
      runtime:
        resources: { instanceType: acme/large }
        sandbox: { containers: [{ name: a, image: example.org/a:1 }] }
      networkInterfaces: [{ network: { name: main } }]
---
apiVersion: networking.datumapis.com/v1alpha
kind: Network
metadata: { name: main }
spec: { ipam: { mode: Auto } }
---
apiVersion: networking.datumapis.com/v1alpha
kind: Location
metadata: { name: oslo }
spec:
  locationClassName: self-managed
  topology: { topology.datum.net/city-code: OSL }
  provider: { gcp: { projectId: p, region: europe-north1, zone: europe-north1-a } }
`;

async function catalogsOf(folder: string, text: string) {
  const rules = await loadRules(root, "1");
  const { config, problems } = parseConfig(text, join(folder, "plumbline.yaml"), rules.configSchema);
  assert.equal(problems, []);
  assert.ok(config);
  return await loadCatalogs(rules, config);
}

test("the later word wins: shipped, files in their order, configuration, provider", () =>
  inFolder(async (folder) => {
    await writeFiles(folder, {
      "a.yaml": "instanceTypes: {a: {gcp: from-a}, b: {gcp: from-a}}",
      "b.yaml": "instanceTypes: {b: {gcp: from-b}, c: {gcp: from-b, description: C}}",
    });
    const catalogs = await catalogsOf(
      folder,
      `${base}providers: {gcp: {machineTypes: {d: from-gcp}}}\ncatalogs: {files: [a.yaml, b.yaml], instanceTypes: {c: {gcp: own}}}\n`,
    );
    assert.equal(gcpNames(catalogs, "instance-types"), {
      "datumcloud/d1-standard-2": "n2-standard-2",
      ...{ a: "from-a", b: "from-b", c: "own", d: "from-gcp" },
    });
    assert.ok(gcpNames(catalogs, "images")["datumcloud/ubuntu-2204-lts"]);
  }));

test("a file that is absent or wrong is an error with its place", () =>
  inFolder(async (folder) => {
    await writeFiles(folder, { "bad.yaml": "images:\n  x: {gpc: y}\n" });
    for (const [file, said] of [
      ["none.yaml", /There is no such file/],
      ["bad.yaml", /are not valid/],
    ] as const) {
      try {
        await catalogsOf(folder, `${base}providers: {gcp: {}}\ncatalogs: {files: [${file}]}\n`);
        assert.unreachable();
      } catch (error) {
        assert.instance(error, CatalogError);
        assert.match((error as CatalogError).message, said);
        if (file === "bad.yaml") assert.is((error as CatalogError).problems[0]?.line, 2);
      }
    }
  }));

test("validate takes the operator's catalogs from the configuration, and tells what is wrong in them", () =>
  inFolder(async (folder) => {
    await writeFiles(folder, {
      "fleet/large.yaml": large,
      "plumbline.yaml": `${base}providers: {gcp: {}}\ncatalogs: {files: [own.yaml]}\n`,
      "own.yaml": "instanceTypes: {acme/large: {gcp: n2-standard-8}}\ncityCodes: {OSL: Oslo}\n",
    });
    const fleet = join(folder, "fleet");
    const without = await run(["validate", fleet]);
    assert.match(without.stdout, /workload\/instance-type/);
    assert.match(without.stdout, /location\/city-unknown/);
    const configured = ["validate", fleet, "--config", join(folder, "plumbline.yaml")];
    const { code, stdout, stderr } = await run(configured);
    assert.is(code, 0, stdout + stderr);
    assert.match(stdout, /3 manifests: no problems/);
    await writeFiles(folder, { "own.yaml": "instanceTypes:\n  acme/large: {gpc: n2-standard-8}\n" });
    const broken = await run(configured);
    assert.is(broken.code, 1);
    assert.match(broken.stderr, /own\.yaml:2:16 {2}config\/unknown-key[\s\S]*Did you mean gcp\?/);
  }));

test("every name of the shipped catalogs is known to Compute Engine", () => {
  for (const name of ["images", "instance-types"] as const) {
    const shipped = JSON.parse(readFileSync(join(root, "policies", "catalogs", `${name}.json`), "utf8"));
    assert.equal(Object.keys(gcpNames({ [name]: shipped }, name)), Object.keys(shipped));
  }
});

test.run();

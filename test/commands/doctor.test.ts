import { join } from "node:path";
import * as assert from "uvu/assert";
import { startEdgeSimulator } from "../../src/sim/edge/index.ts";
import { startGceSimulator } from "../../src/sim/gce/index.ts";
import { inFolder } from "../support/folder.ts";
import { git, writeFiles } from "../support/git.ts";
import { run } from "../support/program.ts";
import { suite } from "../support/suite.ts";

const test = suite("commands/doctor");

const manifests = `apiVersion: networking.datumapis.com/v1alpha
kind: Location
metadata: { name: dallas }
spec:
  locationClassName: self-managed
  topology: { topology.datum.net/city-code: DFW }
  provider: { gcp: { projectId: acme-fleet, region: us-south1, zone: us-south1-a } }
`;

async function commit(folder: string, text: string): Promise<void> {
  await writeFiles(folder, { "fleet.yaml": text });
  await git(folder, "add", "-A");
  await git(folder, "commit", "-qm", "change");
}

test("what must be mended is told in a table with the commands, and in JSON", () =>
  inFolder(async (folder) => {
    const simulator = await startGceSimulator();
    try {
      const repository = join(folder, "repository");
      await writeFiles(repository, {});
      await git(folder, "init", "-q", repository);
      await commit(repository, manifests);
      const gcp = `gcp: {endpoint: "${simulator.url}", credentials: {kind: none}}`;
      const text = `fleet: acme\nrepositories: [{path: repository}]\nproviders: {${gcp}}\n`;
      await writeFiles(folder, { "plumbline.yaml": text, "wrong.yaml": text.replace("fleet", "flet") });
      const doctor = (...more: readonly string[]) => {
        const place = ["--config", join(folder, "plumbline.yaml"), "--state", join(folder, "state")];
        return run(["doctor", ...place, ...more]);
      };
      const healthy = await doctor();
      assert.is(healthy.code, 0, healthy.stdout);
      assert.match(healthy.stdout, /^✓ configuration .*plumbline.yaml\n✓ store .*\n✓ repository .* main is at/);
      assert.match(healthy.stdout, /\nReady\.\n$/);
      simulator.control.setAccess({ denied: ["compute.instances.create"] });
      const ill = await doctor();
      assert.is(ill.code, 1);
      assert.match(ill.stdout, /✗ gcp: permissions in acme-fleet +1 of \d+ are missing: compute.instances.create/);
      assert.match(ill.stdout, /\n +\$ gcloud projects add-iam-policy-binding acme-fleet --member=\S+ --role=\S+\n/);
      assert.match(ill.stdout, /\n1 thing must be mended\.\n$/);
      const json = JSON.parse((await doctor("-o", "json")).stdout);
      assert.is(json.ready, false);
      const faults = json.findings.filter(({ verdict }: { verdict: string }) => verdict === "bad");
      assert.equal(
        faults.map(({ subject }: { subject: string }) => subject),
        ["gcp: permissions in acme-fleet"],
      );
      await commit(repository, manifests.replace("projectId", "projectid"));
      assert.match((await doctor("-o", "markdown")).stdout, /\| ✗ \| manifests of main \| \d+ errors/);
      const unknown = await doctor("--ref", "gone");
      assert.match(unknown.stdout, /✗ repository .*[\s\S]*Push the branch gone/);
      const wrong = await run(["doctor", "--config", join(folder, "wrong.yaml")]);
      assert.is(wrong.code, 1);
      assert.match(wrong.stdout, /✗ configuration[\s\S]*Unknown key "flet"/);
    } finally {
      await simulator.close();
    }
  }));

test("a hub is looked at as well", () =>
  inFolder(async (folder) => {
    const gce = await startGceSimulator();
    const hub = await startEdgeSimulator();
    try {
      const repository = join(folder, "repository");
      await writeFiles(repository, {});
      await git(folder, "init", "-q", repository);
      await commit(repository, manifests);
      const gcp = `gcp: {endpoint: "${gce.url}", credentials: {kind: none}}`;
      const text = `fleet: acme\nrepositories: [{path: repository}]\nproviders: {${gcp}}\nhub: {endpoint: "${hub.url}"}\n`;
      await writeFiles(folder, { "plumbline.yaml": text });
      const doctor = () =>
        run(["doctor", "--config", join(folder, "plumbline.yaml"), "--state", join(folder, "state")]);
      const healthy = await doctor();
      assert.match(healthy.stdout, /✓ hub: endpoint +http.* answers\n/);
      assert.match(healthy.stdout, /✓ hub: kinds +Workload and Network are served\n/);
      await hub.close();
      const dead = await doctor();
      assert.is(dead.code, 1);
      assert.match(
        dead.stdout,
        /✗ hub: endpoint +discover kinds: nobody listens at[\s\S]*ECONNREFUSED[\s\S]*proxy in hub\./,
      );
    } finally {
      await hub.close();
      await gce.close();
    }
  }));

test.run();

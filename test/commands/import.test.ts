import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { JsonObject } from "../../src/core/json.ts";
import { type GceSimulator, startGceSimulator } from "../../src/sim/gce/index.ts";
import { inFolder } from "../support/folder.ts";
import { git, writeFiles } from "../support/git.ts";
import { run } from "../support/program.ts";
import { suite } from "../support/suite.ts";

const test = suite("commands/import");
const project = "projects/acme-old";
const image = "projects/debian-cloud/global/images/family/debian-12";

/** A world that somebody else made. */
async function seed(simulator: GceSimulator): Promise<void> {
  const make = async (path: string, body: JsonObject): Promise<void> => {
    const answer = await fetch(`${simulator.url}/compute/v1/${project}/${path}`, {
      ...{ method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) },
    });
    assert.is(answer.status, 200, `${path}: ${await answer.text()}`);
    simulator.control.settle();
  };
  await make("global/networks", { name: "prod", autoCreateSubnetworks: false, mtu: 1500 });
  const subnetwork = (name: string, ipCidrRange: string) => ({ name, ipCidrRange, network: "global/networks/prod" });
  await make("regions/us-south1/subnetworks", subnetwork("prod-south", "10.1.0.0/20"));
  await make("regions/europe-west2/subnetworks", subnetwork("prod-spare", "10.2.0.0/20"));
  await make("global/firewalls", {
    ...{ name: "allow-web", network: "global/networks/prod", targetTags: ["web"] },
    allowed: [{ IPProtocol: "tcp", ports: ["80"] }],
  });
  await make("global/firewalls", {
    ...{ name: "allow-db", network: "global/networks/prod", targetTags: ["db"], sourceRanges: ["10.1.0.0/20"] },
    allowed: [{ IPProtocol: "tcp", ports: ["5432-5433", "22"] }, { IPProtocol: "udp" }],
  });
  const machine = (zone: string, name: string, more: JsonObject = {}) =>
    make(`zones/${zone}/instances`, {
      ...{ name, machineType: `zones/${zone}/machineTypes/e2-medium`, tags: { items: ["web"] } },
      metadata: { items: [{ key: "startup-script", value: "#!/bin/sh\necho secret" }] },
      labels: { team: "web" },
      disks: [{ boot: true, autoDelete: true, deviceName: name, initializeParams: { sourceImage: image } }],
      networkInterfaces: [
        { subnetwork: "regions/us-south1/subnetworks/prod-south", accessConfigs: [{ type: "ONE_TO_ONE_NAT" }] },
      ],
      ...more,
    });
  for (const number of ["01", "02", "03"]) await machine("us-south1-a", `web-${number}`);
  await machine("us-south1-b", "web-04");
  await machine("us-south1-a", "db", { deletionProtection: true, canIpForward: true, tags: { items: ["db"] } });
  await machine("us-south1-a", "stopped");
  await make("zones/us-south1-a/instances/stopped/stop", {});
}

test(
  "what somebody made is taken over by the manifests, and by nothing but its marker",
  () =>
    inFolder(async (folder) => {
      const simulator = await startGceSimulator({ defaultNetwork: false, operationMs: [1, 5] });
      try {
        await seed(simulator);
        const before = stateOf(simulator);
        const repository = join(folder, "repository");
        await writeFiles(repository, { "README.md": "fleet" });
        await git(folder, "init", "-q", repository);
        await git(repository, "add", "-A");
        await git(repository, "commit", "-qm", "begin");
        const gcp = `gcp: {endpoint: "${simulator.url}", credentials: {kind: none}}`;
        const text = `fleet: acme\nrepositories: [{path: repository}]\nproviders: {${gcp}}\n`;
        const catalogs = "catalogs: {files: [repository/fleet/.catalogs.yaml]}\n";
        await writeFiles(folder, { "plumbline.yaml": text, "later.yaml": text + catalogs });
        const call = (name: string, config: string, ...more: readonly string[]) =>
          run([name, "--config", join(folder, config), "--state", join(folder, "state"), ...more]);
        const from = ["--from", "gcp", "--project", "acme-old"];
        const out = join(repository, "fleet");
        const done = await call("import", "plumbline.yaml", ...from, "--out", out);
        assert.is(done.code, 0, done.stderr);
        assert.match(done.stdout, /instance acme-old\/us-south1-a\/stopped: it is TERMINATED/);
        assert.match(done.stdout, /firewall acme-old\/allow-web: it stays as it is \(allows tcp:80/);
        assert.not.match(done.stdout, /echo secret/);
        const web = await readFile(join(out, "workloads", "web.yaml"), "utf8");
        assert.match(web, /existing-names: web-\{01\}/);
        assert.match(web, /^# {3}metadata startup-script$/m);
        assert.not.match(web, /echo secret/);
        assert.is((await call("import", "plumbline.yaml", ...from, "--out", out)).code, 1, "nothing is written over");
        await git(repository, "add", "-A");
        await git(repository, "commit", "-qm", "take over");
        const planned = await call("plan", "later.yaml", "-o", "json");
        const plan = JSON.parse(planned.stdout);
        assert.equal(plan.problems, [], planned.stdout);
        const steps = plan.changes.map(
          ({ action, kind, fields }: { action: string; kind: string; fields: unknown[] }) =>
            [action, kind, ...fields.map((field) => JSON.stringify(field))].join(" "),
        );
        assert.equal([...new Set(steps)].sort(), [
          "adopt firewall",
          "adopt instance",
          "adopt network",
          "adopt subnetwork",
        ]);
        assert.is(steps.filter((step: string) => step === "adopt instance").length, 5);
        assert.is(steps.filter((step: string) => step === "adopt firewall").length, 1, "what aims at several stays");
        const applied = await call("apply", "later.yaml");
        assert.is(applied.code, 0, applied.stdout + applied.stderr);
        assert.equal(stateOf(simulator), before, "nothing but markers was written");
        const again = await call("plan", "later.yaml");
        assert.is(again.code, 0, again.stdout);
        const rest = await call("import", "later.yaml", ...from);
        assert.match(rest.stdout, /^Nothing to take over\./);
      } finally {
        await simulator.close();
      }
    }),
  90_000,
);

/** Everything that runs or carries traffic, without what marks it as ours. */
function stateOf(simulator: GceSimulator): readonly unknown[] {
  const kinds = ["networks", "subnetworks", "firewalls", "instances", "disks"];
  return kinds.flatMap((kind) =>
    simulator.control.world.all("acme-old", kind).map(({ body }) => {
      const { name, tags, metadata, labels, status, machineType, networkInterfaces, description, ipCidrRange } = body;
      const { items = [] } = (metadata ?? {}) as { items?: readonly { key: string }[] };
      const others = Object.keys((labels ?? {}) as object).filter((key) => !key.startsWith("plumbline-"));
      const own = items.filter(({ key }) => !key.startsWith("plumbline-"));
      const { items: tagged } = (tags ?? {}) as { items?: unknown };
      const nics = JSON.parse(JSON.stringify(networkInterfaces ?? []));
      const theirs = (Array.isArray(tagged) ? tagged : []).filter(
        (tag) => !/^(workload|deployment)-[0-9a-f]{12}$/.test(tag),
      );
      const { targetTags, allowed, sourceRanges, priority } = body;
      const about = kind === "firewalls" ? { targetTags, allowed, sourceRanges, priority } : { description };
      return { name, theirs, own, others, status, machineType, nics, ipCidrRange, ...about };
    }),
  );
}

test.run();

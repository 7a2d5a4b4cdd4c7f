import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { JsonObject } from "../../src/core/json.ts";
import { startEdgeSimulator } from "../../src/sim/edge/index.ts";
import { startGceSimulator } from "../../src/sim/gce/index.ts";
import { inFolder } from "../support/folder.ts";
import { commitFiles, git } from "../support/git.ts";
import { run } from "../support/program.ts";
import { suite } from "../support/suite.ts";

const test = suite("e2e/hub");

const location = `apiVersion: networking.datumapis.com/v1alpha
kind: Location
metadata: {name: dallas}
spec:
  locationClassName: self-managed
  topology: {topology.datum.net/city-code: DFW}
  provider: {gcp: {projectId: test-project, region: us-south1, zone: us-south1-a}}
`;
const network = {
  apiVersion: "networking.datumapis.com/v1alpha",
  kind: "Network",
  metadata: { name: "main", namespace: "default" },
  spec: { ipam: { mode: "Auto" } },
};
const workload = {
  ...{ apiVersion: "compute.datumapis.com/v1alpha", kind: "Workload", metadata: { name: "web", namespace: "default" } },
  spec: {
    placements: [{ name: "main", cityCodes: ["DFW"], scaleSettings: { minReplicas: 2 } }],
    template: {
      spec: {
        runtime: {
          resources: { instanceType: "datumcloud/d1-standard-2" },
          sandbox: { containers: [{ name: "web", image: "docker.io/library/nginx:1.27" }] },
        },
        networkInterfaces: [{ network: { name: "main" } }],
      },
    },
  },
};
const places = {
  workloads: "/apis/compute.datumapis.com/v1alpha/namespaces/default/workloads",
  networks: "/apis/networking.datumapis.com/v1alpha/namespaces/default/networks",
};

interface Shown {
  readonly metadata: { readonly resourceVersion: string; readonly managedFields: readonly JsonObject[] };
  readonly status: Record<string, unknown> & { readonly conditions: readonly Record<string, string>[] };
}

test(
  "workloads and networks show on the hub what came of them, and nothing is written when nothing changed",
  () =>
    inFolder(async (folder) => {
      const gce = await startGceSimulator({ operationMs: [1, 5], defaultNetwork: false });
      // Nobody else has anything to say there.
      let hub = await startEdgeSimulator({ readyAfterMs: 3_600_000 });
      const repository = join(folder, "repository");
      const config = join(folder, "plumbline.yaml");
      try {
        await mkdir(repository);
        await git(repository, "init", "--quiet");
        await writeFile(
          config,
          `fleet: test
state: state
repositories: [{path: repository}]
server: {enabled: false}
hub: {endpoint: "${hub.url}"}
providers: {gcp: {endpoint: "${gce.url}", credentials: {kind: none}}}
`,
        );
        const post = async (path: string, body: object) => {
          const headers = { "content-type": "application/json" };
          const answer = await fetch(hub.url + path, { method: "POST", headers, body: JSON.stringify(body) });
          assert.is(answer.status, 201, await answer.text());
        };
        const shown = async (path: string, name: string) =>
          (await (await fetch(`${hub.url}${path}/${name}`)).json()) as Shown;
        await post(places.workloads, workload);
        await post(places.networks, network);
        const files = { "l.yaml": location, "n.yaml": JSON.stringify(network), "w.yaml": JSON.stringify(workload) };
        await commitFiles(repository, files, "Fleet");
        const apply = () => run(["apply", "--config", config]);
        const first = await apply();
        assert.is(first.code, 0, first.stdout + first.stderr);

        const web = await shown(places.workloads, "web");
        const { replicas, readyReplicas, desiredReplicas, deployments, conditions } = web.status;
        assert.equal([replicas, readyReplicas, desiredReplicas, deployments], [2, 2, 2, 1]);
        assert.equal(
          conditions.map(({ type, status }) => `${type} ${status}`),
          ["Available True", "Ready True", "Drifted False"],
        );
        assert.match(conditions[1]?.message ?? "", /^dallas 2\/2 \(10\.128\.0\.2, \S+, 10\.128\.0\.3, \S+\)$/);
        const ours = web.metadata.managedFields.filter(({ manager }) => manager === "plumbline");
        assert.equal(
          ours.map(({ operation, subresource }) => [operation, subresource]),
          [["Apply", "status"]],
        );
        const main = await shown(places.networks, "main");
        assert.match(
          main.status.conditions.find(({ type }) => type === "Ready")?.message ?? "",
          /dallas 1\/1 \(10\.128\.0\.0\/20\)/,
        );

        assert.is((await apply()).code, 0);
        assert.is((await shown(places.workloads, "web")).metadata.resourceVersion, web.metadata.resourceVersion);
        assert.is((await shown(places.networks, "main")).metadata.resourceVersion, main.metadata.resourceVersion);

        const three = JSON.parse(JSON.stringify(workload).replace('"minReplicas":2', '"minReplicas":3'));
        await hub.close();
        await commitFiles(repository, { "w.yaml": JSON.stringify(three) }, "Three");
        const alone = await apply();
        assert.is(alone.code, 0, alone.stdout);
        assert.match(alone.stderr, /the hub could not be told/);
        assert.is(gce.control.world.all("test-project", "instances").length, 3);
        hub = await startEdgeSimulator({ port: Number(new URL(hub.url).port) });
        await post(places.workloads, workload);
        assert.is((await apply()).code, 0);
        assert.is((await shown(places.workloads, "web")).status.readyReplicas, 3);
      } finally {
        await Promise.all([gce.close(), hub.close()]);
      }
    }),
  120_000,
);

test.run();

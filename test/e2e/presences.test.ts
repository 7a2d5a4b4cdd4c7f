import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { type EdgeSimulatorOptions, startEdgeSimulator } from "../../src/sim/edge/index.ts";
import { startGceSimulator } from "../../src/sim/gce/index.ts";
import { inFolder } from "../support/folder.ts";
import { commitFiles, git } from "../support/git.ts";
import { run } from "../support/program.ts";
import { suite } from "../support/suite.ts";

const test = suite("e2e/presences");

const world = `apiVersion: networking.datumapis.com/v1alpha
kind: Location
metadata: {name: dallas}
spec:
  locationClassName: self-managed
  topology: {topology.datum.net/city-code: DFW}
  provider: {gcp: {projectId: test-project, region: us-south1, zone: us-south1-a}}
---
apiVersion: networking.datumapis.com/v1alpha
kind: Location
metadata: {name: london, annotations: {plumbline.dev/control-plane: lhr}}
spec:
  locationClassName: self-managed
  topology: {topology.datum.net/city-code: LHR}
  provider: {gcp: {projectId: test-project, region: europe-west2, zone: europe-west2-b}}
---
apiVersion: networking.datumapis.com/v1alpha
kind: Location
metadata: {name: frankfurt}
spec: {locationClassName: datum-managed, topology: {topology.datum.net/city-code: FRA}, provider: {}}
---
apiVersion: networking.datumapis.com/v1alpha
kind: Network
metadata: {name: wide}
spec: {ipam: {mode: Auto}}
`;

const workload = (name: string, cities: string) => `apiVersion: compute.datumapis.com/v1alpha
kind: Workload
metadata: {name: ${name}}
spec:
  placements: [{name: main, cityCodes: [${cities}], scaleSettings: {minReplicas: 1}}]
  template:
    spec:
      runtime:
        resources: {instanceType: datumcloud/d1-standard-2}
        sandbox: {containers: [{name: web, image: docker.io/library/nginx:1.27}]}
      networkInterfaces: [{network: {name: wide}}]
`;

interface Attachment {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly interface: { readonly addresses: readonly string[] };
    readonly routes: readonly { readonly destination: string; readonly via?: string }[];
  };
}
type Named = { readonly metadata: { readonly name: string } };

async function scene(
  body: (scene: {
    commit(
      ...texts: readonly string[]
    ): Promise<{ readonly code: number | string; readonly stdout: string; readonly stderr: string }>;
    plumbline(...words: readonly string[]): ReturnType<typeof run>;
    /** Names of a kind on a plane. */
    on(plane: "dfw" | "lhr", plural: string): Promise<readonly string[]>;
    /** Attachments on the default plane: name, address, routes. */
    fabric(): Promise<readonly string[]>;
    /** Routes over addresses on Compute Engine. */
    routes(): readonly string[];
    /** Names of a collection of Compute Engine. */
    gce(collection: string): readonly string[];
  }) => Promise<void>,
  options: EdgeSimulatorOptions = {},
): Promise<void> {
  await inFolder(async (folder) => {
    const gce = await startGceSimulator({ operationMs: [1, 5], defaultNetwork: false });
    const planes = {
      dfw: await startEdgeSimulator({ readyAfterMs: 10 }),
      lhr: await startEdgeSimulator({ readyAfterMs: 10, ...options }),
    };
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
apply: {attempts: 1}
limits: {maxDeletes: 100, maxDeletePercent: 100}
providers:
  gcp: {endpoint: "${gce.url}", credentials: {kind: none}}
  edge:
    controlPlanes:
      - {name: dfw, endpoint: "${planes.dfw.url}", readyTimeout: 3s}
      - {name: lhr, endpoint: "${planes.lhr.url}", readyTimeout: 3s, kinds: [Location.networking.datumapis.com]}
`,
      );
      const plumbline = (...words: readonly string[]) => run([...words, "--config", config]);
      await body({
        plumbline,
        async commit(...texts) {
          await commitFiles(repository, { "fleet.yaml": texts.join("---\n") }, "Change");
          return await plumbline("apply");
        },
        async on(plane, plural) {
          const answer = await fetch(`${planes[plane].url}/apis/networking.datumapis.com/v1alpha/${plural}`);
          return ((await answer.json()) as { items: Named[] }).items.map(({ metadata }) => metadata.name).sort();
        },
        async fabric() {
          const answer = await fetch(`${planes.dfw.url}/apis/cloud.datumapis.com/v1alpha1/vpcattachments`);
          const { items } = (await answer.json()) as { items: readonly Attachment[] };
          return items
            .map(({ metadata, spec }) => {
              const ways = spec.routes.map(
                ({ destination, via }) => `${destination}${via === undefined ? "" : ` via ${via}`}`,
              );
              return `${metadata.name} ${spec.interface.addresses.join()} → ${ways.join()}`;
            })
            .sort();
        },
        routes: () =>
          gce.control.world
            .all("test-project", "routes")
            .flatMap(({ body: { destRange, nextHopIp } }) =>
              nextHopIp === undefined ? [] : [`${destRange} ${nextHopIp}`],
            ),
        gce: (collection) =>
          gce.control.world
            .all("test-project", collection)
            .map(({ body: { name } }) => String(name))
            .sort(),
      });
    } finally {
      await Promise.all([gce.close(), planes.dfw.close(), planes.lhr.close()]);
    }
  });
}

test(
  "a network is present where interfaces need it, on Compute Engine, on the edge and on both, and nowhere else",
  () =>
    scene(async ({ commit, on, gce, plumbline }) => {
      const first = await commit(world, workload("web", "DFW, LHR, FRA"));
      assert.is(first.code, 0, first.stdout + first.stderr);
      assert.match(
        first.stdout,
        /location\/unserved[\s\S]*Nobody makes instances in frankfurt: 1 copy of web-main-fra/,
      );
      assert.equal(gce("subnetworks"), ["test-wide-dallas", "test-wide-london"]);
      assert.equal(await on("dfw", "networkbindings"), ["web-main-fra-net-0"]);
      assert.equal(await on("lhr", "networkbindings"), ["web-main-lhr-net-0"]);
      assert.equal(await on("lhr", "subnetclaims"), ["wide-default-london-0"]);
      assert.equal(await on("dfw", "networkcontexts"), ["wide-default-frankfurt"]);
      assert.equal(gce("instances"), ["web-main-dfw-0", "web-main-lhr-0"]);

      const shown = (await plumbline("network", "wide")).stdout;
      assert.match(
        shown,
        /london +LHR +10\.132\.0\.0\/20 .*gcp, lhr +ready|london +LHR +10\.132\.0\.0\/20 .*lhr, gcp +ready/,
      );
      assert.match(shown, /frankfurt +FRA +10\.134\.0\.0\/20 .*dfw +ready/);
      assert.is((await plumbline("plan")).code, 0);

      assert.is(shown.includes("10.134.0.0/20 at lhr"), false);
      const second = await commit(world, workload("web", "DFW"), workload("api", "LHR"));
      assert.is(second.code, 0, second.stdout + second.stderr);
      assert.equal(await on("lhr", "networkbindings"), ["api-main-lhr-net-0"]);
      assert.equal(await on("lhr", "networkcontexts"), ["wide-default-london"]);
      assert.equal(await on("dfw", "networkbindings"), []);
      assert.equal(await on("dfw", "networkcontexts"), []);
      assert.equal(await on("dfw", "subnetclaims"), []);
      assert.equal(await on("dfw", "subnets"), []);

      const third = await commit(world, workload("web", "DFW"));
      assert.is(third.code, 0, third.stdout + third.stderr);
      assert.equal(gce("subnetworks"), ["test-wide-dallas"]);
      for (const plural of ["networkbindings", "networkcontexts", "subnetclaims", "subnets"])
        assert.equal(await on("lhr", plural), [], plural);
      assert.equal(await on("dfw", "networks"), ["wide"]);
    }),
  180_000,
);

test(
  "a fabric connects the edge with Compute Engine over the gateway that is named, and what nothing connects is said",
  () =>
    scene(async ({ commit, fabric, gce, routes }) => {
      const apart = await commit(world, workload("web", "DFW, FRA"));
      assert.is(apart.code, 0, apart.stdout + apart.stderr);
      assert.match(
        apart.stdout,
        /network\/unconnected[\s\S]*Nothing connects frankfurt \(control\s+plane\s+dfw\)\s+with\s+dallas \(Compute Engine, project\s+test-project\)/,
      );
      assert.equal(await fabric(), ["wide-default-frankfurt 10.134.0.1/20 → 10.128.0.0/20"]);
      const gateway = world.replace(
        "{name: wide}",
        "{name: wide, annotations: {plumbline.dev/fabric-gateway: 10.128.0.9}}",
      );
      const joined = await commit(gateway, workload("web", "DFW, FRA"));
      assert.is(joined.code, 0, joined.stdout + joined.stderr);
      assert.not.match(joined.stdout, /network\/unconnected/);
      assert.equal(await fabric(), [
        "wide-default-frankfurt 10.134.0.1/20 → 10.128.0.0/20",
        "wide-gateway 10.128.0.9/32 → 10.128.0.0/20 via 10.128.0.9",
      ]);
      assert.equal(routes(), ["10.134.0.0/20 10.128.0.9"]);
      const alone = await commit(world, workload("web", "DFW"));
      assert.is(alone.code, 0, alone.stdout + alone.stderr);
      assert.equal([await fabric(), routes(), gce("subnetworks")], [[], [], ["test-wide-dallas"]]);
    }),
  180_000,
);

test(
  "no instance stands before each presence it needs is ready, and the outcome says what it waits for",
  () =>
    scene(
      async ({ commit, gce, on, plumbline }) => {
        const first = await commit(world, workload("web", "DFW, LHR"));
        assert.is(first.code, 1, first.stdout);
        assert.equal(gce("instances"), ["web-main-dfw-0"]);
        const waiting =
          /gcp\/instance +web-main-lhr-0 +skipped: lhr\/network\/default\/wide was not done: Network default\/wide is not ready after 3 s: condition Ready is Unknown \(Pending: /;
        assert.match(first.stderr, waiting);
        const second = await plumbline("apply");
        assert.is(second.code, 1);
        assert.equal(gce("instances"), ["web-main-dfw-0"]);
        assert.match(
          second.stdout,
          /gcp\/instance +web-main-lhr-0\n +waits for lhr\/network\/default\/wide: network default\/wide on lhr is pending \(condition Ready is\n +Unknown \(Pending: /,
        );
        assert.equal(await on("lhr", "networkbindings"), []);
      },
      { readyAfterMs: 3_600_000 },
    ),
  180_000,
);

test.run();

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { type EdgeSimulator, type EdgeSimulatorOptions, startEdgeSimulator } from "../../src/sim/edge/index.ts";
import { inFolder } from "../support/folder.ts";
import { commitFiles, git } from "../support/git.ts";
import { run } from "../support/program.ts";
import { suite } from "../support/suite.ts";

const test = suite("e2e/control planes");

function manifests(mtu: number): string {
  return `apiVersion: networking.datumapis.com/v1alpha
kind: Location
metadata: {name: london, annotations: {plumbline.dev/control-plane: lhr}}
spec: {locationClassName: edge, topology: {topology.datum.net/city-code: LHR}, provider: {}}
---
apiVersion: networking.datumapis.com/v1alpha
kind: Network
metadata: {name: wide}
spec: {ipam: {mode: Auto}, mtu: ${mtu}}
---
apiVersion: networking.datumapis.com/v1alpha
kind: NetworkBinding
metadata: {name: wide-london}
spec: {network: {name: wide}, location: {name: london, namespace: default}}
`;
}

/** `name mtu` of each network on a server. */
async function networksOn(url: string): Promise<readonly string[]> {
  const answer = await fetch(`${url}/apis/networking.datumapis.com/v1alpha/networks`);
  const { items } = (await answer.json()) as { items: { metadata: { name: string }; spec: { mtu: number } }[] };
  return items.map(({ metadata, spec }) => `${metadata.name} ${spec.mtu}`);
}

const running = new Set<EdgeSimulator>();

async function started(options: EdgeSimulatorOptions = {}): Promise<EdgeSimulator> {
  const simulator = await startEdgeSimulator(options);
  running.add(simulator);
  return simulator;
}

async function stop(simulator: EdgeSimulator): Promise<void> {
  running.delete(simulator);
  await simulator.close();
}

test.after(() => Promise.all([...running].map(stop)));

test(
  "a network stands on two control planes; one that is down delays its own part alone and is said so",
  () =>
    inFolder(async (folder) => {
      const repository = join(folder, "repository");
      await mkdir(repository);
      await git(repository, "init", "--quiet");
      const data = { dataDirectory: join(folder, "lhr") };
      const dfw = await started();
      const lhr = await started(data);
      const config = join(folder, "plumbline.yaml");
      await writeFile(
        config,
        `fleet: test
state: state
repositories: [{path: repository}]
server: {enabled: false}
apply: {attempts: 1}
providers:
  edge:
    controlPlanes:
      - {name: dfw, endpoint: "${dfw.url}"}
      - {name: lhr, endpoint: "${lhr.url}", kinds: [Location.networking.datumapis.com]}
`,
      );
      await commitFiles(repository, { "net.yaml": manifests(1400) }, "Both");
      const first = await run(["apply", "--config", config]);
      assert.is(first.code, 0, first.stdout + first.stderr);
      assert.equal(await networksOn(dfw.url), ["wide 1400"]);
      assert.equal(await networksOn(lhr.url), ["wide 1400"]);

      await stop(lhr);
      await commitFiles(repository, { "net.yaml": manifests(1500) }, "Wider");
      const half = await run(["apply", "--config", config]);
      assert.is(half.code, 1);
      assert.match(half.stdout, /lhr: .*nobody listens at 127\.0\.0\.1:/);
      assert.not.match(half.stdout, /dfw: /);
      assert.equal(await networksOn(dfw.url), ["wide 1500"]);

      const back = await started({ ...data, port: Number(new URL(lhr.url).port) });
      const rest = await run(["apply", "--config", config]);
      assert.is(rest.code, 0, rest.stdout + rest.stderr);
      assert.equal(await networksOn(back.url), ["wide 1500"]);
      const settled = await run(["plan", "--config", config]);
      assert.is(settled.code, 0, settled.stdout);
    }),
  60_000,
);

test.run();

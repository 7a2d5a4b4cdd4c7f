import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { JsonObject } from "../../src/core/json.ts";
import { type EdgeSimulator, startEdgeSimulator } from "../../src/sim/edge/index.ts";
import { inFolder } from "../support/folder.ts";
import { git, writeFiles } from "../support/git.ts";
import { run } from "../support/program.ts";
import { suite } from "../support/suite.ts";

const test = suite("commands/import edge");
const networks = "/apis/networking.datumapis.com/v1alpha/namespaces/prod/networks";
const zones = "/apis/dns.networking.miloapis.com/v1alpha1/namespaces/default/dnszones";

/** Makes an object as somebody with another tool would. */
async function make(simulator: EdgeSimulator, path: string, object: JsonObject): Promise<string> {
  const answer = await fetch(`${simulator.url}${path}?fieldManager=kubectl-create`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(object),
  });
  const text = await answer.text();
  assert.is(answer.status, 201, `${path}: ${text}`);
  return JSON.parse(text).metadata.uid;
}

function network(name: string, metadata: JsonObject = {}, spec: JsonObject = { ipam: { mode: "Auto" } }): JsonObject {
  return { apiVersion: "networking.datumapis.com/v1alpha", kind: "Network", metadata: { name, ...metadata }, spec };
}

test(
  "what lives on a control plane becomes manifests that change nothing but whose it is",
  () =>
    inFolder(async (folder) => {
      const simulator = await startEdgeSimulator({ readyAfterMs: 5 });
      try {
        const uid = await make(
          simulator,
          networks,
          network("wide", { labels: { team: "net" } }, { ipam: { mode: "Auto" }, mtu: 1500 }),
        );
        await make(simulator, networks, network("theirs", { labels: { "plumbline.dev/fleet": "other" } }));
        const owner = { apiVersion: "networking.datumapis.com/v1alpha", kind: "Network", name: "wide", uid };
        await make(simulator, networks, network("made", { ownerReferences: [owner] }));
        await make(simulator, zones, {
          ...{ apiVersion: "dns.networking.miloapis.com/v1alpha1", kind: "DNSZone", metadata: { name: "example" } },
          spec: { domainName: "example.com", dnsZoneClassName: "public" },
        });
        const repository = join(folder, "repository");
        await writeFiles(repository, { "README.md": "fleet" });
        const commit = async (): Promise<void> => {
          await git(repository, "add", "-A");
          await git(repository, "commit", "-qm", "change");
        };
        await git(folder, "init", "-q", repository);
        await commit();
        const edge = `edge: {endpoint: "${simulator.url}"}`;
        await writeFiles(folder, {
          "plumbline.yaml": `fleet: acme\nrepositories: [{path: repository}]\nproviders: {${edge}}\n`,
        });
        const program = (...words: readonly string[]) =>
          run([...words, "--config", join(folder, "plumbline.yaml"), "--state", join(folder, "state")]);

        const out = join(repository, "imported");
        const imported = await program("import", "--from", "edge", "--out", out);
        assert.is(imported.code, 0, imported.stderr);
        const text = await readFile(join(out, "networks.yaml"), "utf8");
        assert.match(
          text,
          /name: wide\n {2}namespace: prod\n {2}labels:\n {4}team: net\n {2}annotations:\n {4}plumbline.dev\/adopt: "true"/,
        );
        assert.not.match(text, /uid|resourceVersion|managedFields|status|theirs|made/);
        const left = await readFile(join(out, "left-out.md"), "utf8");
        assert.match(left, /theirs[\s\S]*belongs to the fleet other/);
        assert.match(left, /made[\s\S]*made for Network wide/);

        await commit();
        const planned = JSON.parse((await program("plan", "-o", "json")).stdout);
        const counts = Object.entries(planned.counts).filter(([, count]) => count !== 0);
        assert.equal(counts, [["adopt", 2]], JSON.stringify(planned));
        assert.is((await program("apply")).code, 0);
        const settled = await program("plan");
        assert.is(settled.code, 0, settled.stdout);
        const again = await program("import", "--from", "edge");
        assert.not.match(again.stdout, /name: wide/);
      } finally {
        await simulator.close();
      }
    }),
  120_000,
);

test(
  "what stands on another than the default plane says so, and what no commit could hold is left out",
  () =>
    inFolder(async (folder) => {
      const [first, second] = await Promise.all([startEdgeSimulator(), startEdgeSimulator({ readyAfterMs: 5 })]);
      try {
        await make(second, networks, network("wide"));
        const gateways = "/apis/gateway.networking.k8s.io/v1/namespaces/prod/gateways";
        await make(second, gateways, {
          ...{ apiVersion: "gateway.networking.k8s.io/v1", kind: "Gateway", metadata: { name: "bare" } },
          spec: {
            gatewayClassName: "datum-external-global-proxy",
            listeners: [{ name: "web", port: 80, protocol: "HTTP" }],
          },
        });
        const repository = join(folder, "repository");
        await writeFiles(repository, { "README.md": "fleet" });
        await git(folder, "init", "-q", repository);
        const commit = async (): Promise<void> => {
          await git(repository, "add", "-A");
          await git(repository, "commit", "-qm", "change");
        };
        await commit();
        const planes = `[{name: one, endpoint: "${first.url}"}, {name: two, endpoint: "${second.url}"}]`;
        await writeFiles(folder, {
          "plumbline.yaml": `fleet: acme\nrepositories: [{path: repository}]\nproviders: {edge: {controlPlanes: ${planes}}}\n`,
        });
        const program = (...words: readonly string[]) =>
          run([...words, "--config", join(folder, "plumbline.yaml"), "--state", join(folder, "state")]);
        const out = join(repository, "imported");
        const imported = await program("import", "--from", "two", "--out", out);
        assert.is(imported.code, 0, imported.stderr);
        assert.match(await readFile(join(out, "networks.yaml"), "utf8"), /plumbline\.dev\/control-plane: two/);
        const left = await readFile(join(out, "left-out.md"), "utf8");
        assert.match(left, /Gateway prod\/bare \| .*listeners.*: The listener says no hostname\./);
        await commit();
        const planned = JSON.parse((await program("plan", "-o", "json")).stdout);
        const counts = Object.entries(planned.counts).filter(([, count]) => count !== 0);
        assert.equal(counts, [["adopt", 1]], JSON.stringify(planned));
      } finally {
        await Promise.all([first.close(), second.close()]);
      }
    }),
  60_000,
);

test.run();

import * as assert from "uvu/assert";
import type { Outcome } from "../src/core/outcome.ts";
import { reconcile } from "../src/reconcile.ts";
import { driftText } from "../src/report/drift.ts";
import { driftDocument } from "../src/report/json.ts";
import { driftMarkdown } from "../src/report/markdown.ts";
import { plainPalette } from "../src/report/palette.ts";
import { ticketMarkdown } from "../src/report/ticket.ts";
import { locationsText, networkText } from "./providers/gcp/manifests.ts";
import { memoryRepository } from "./support/memory-repository.ts";
import { never } from "./support/memory-scene.ts";
import { suite } from "./support/suite.ts";
import { simulatedWorld } from "./support/worlds.ts";

const test = suite("strangers");

const workload = `apiVersion: compute.datumapis.com/v1alpha
kind: Workload
metadata: { name: shop }
spec:
  placements: [{ name: main, cityCodes: [DFW], scaleSettings: { minReplicas: 1 } }]
  template:
    spec:
      runtime:
        resources: { instanceType: datumcloud/d1-standard-2 }
        sandbox: { containers: [{ name: app, image: docker.io/library/redis:7 }] }
      networkInterfaces: [{ network: { name: main } }]
`;

test("what nobody manages but stands in our networks is listed, and never touched", async () => {
  const simulated = await simulatedWorld();
  try {
    const repository = memoryRepository(100_000);
    repository.commitFiles({ "fleet.yaml": [locationsText, networkText, workload].join("\n---\n") });
    const look = async () =>
      (await reconcile(simulated.worldOn(repository), "x", { stopping: never, signal: never }))[0];
    const first = await look();
    assert.is(first?.kind, "applied", JSON.stringify(first?.problems));
    assert.equal((await look())?.strangers, [], "our own things and what networks bring along are none");
    const subnetwork = ours(first, "subnetwork");
    const network = ours(first, "network");
    const project = network.split("/")[1] ?? "";
    const region = subnetwork.split("/")[3] ?? "";
    const raw = async (path: string, body: object) => {
      const url = `${simulated.gce.url}/compute/v1/projects/${project}/${path}`;
      const answer = await fetch(url, { method: "POST", body: JSON.stringify(body) });
      assert.is(answer.status, 200, await answer.text());
      simulated.gce.control.settle();
    };
    const allowed = [{ IPProtocol: "tcp", ports: ["22"] }];
    await raw("global/firewalls", { name: "by-hand", network, sourceRanges: ["10.0.0.0/8"], allowed });
    const disks = [
      { boot: true, initializeParams: { sourceImage: "projects/debian-cloud/global/images/family/debian-12" } },
    ];
    await raw(`zones/${region}-a/instances`, {
      ...{ name: "squatter", machineType: `zones/${region}-a/machineTypes/e2-small`, disks },
      networkInterfaces: [{ subnetwork }],
    });
    await raw("global/networks", { name: "elsewhere", autoCreateSubnetworks: false });
    await raw("global/firewalls", { name: "far", network: `projects/${project}/global/networks/elsewhere`, allowed });
    const outcome = await look();
    assert.is(outcome?.kind, "settled");
    const found = outcome?.strangers ?? [];
    assert.equal(
      found.map(({ kind, key, within }) => [kind, key.split("/").at(-1), within.split("/")[1]]),
      [
        ["firewall", "by-hand", "network"],
        ["instance", "squatter", "subnetwork"],
      ],
    );
    assert.is(found[1]?.detail, "RUNNING");
    const told = { ...(outcome as Outcome) };
    for (const text of [
      driftText(told, { palette: plainPalette, width: 100 }),
      driftMarkdown(told),
      JSON.stringify(driftDocument(told)),
    ])
      assert.match(text, /squatter/);
    const remembered = JSON.parse((await simulated.store.fact("golden", "strangers")) ?? "[]") as typeof found;
    const incident = { address: "gcp/instance/default/x", openedAt: "2026-01-01", flaps: 0, details: {} };
    assert.match(ticketMarkdown("golden", [incident], remembered), /2 things in our networks that nobody manages/);
    assert.is((await look())?.results.length, 0);
  } finally {
    await simulated.close();
  }
});

function ours(outcome: Outcome | undefined, kind: string): string {
  const change = outcome?.plan?.changes.find((one) => one.provider === "gcp" && one.kind === kind);
  return change?.resource?.key ?? "";
}

test.run();

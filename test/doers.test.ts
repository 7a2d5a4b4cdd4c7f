import * as assert from "uvu/assert";
import type { Doer } from "../src/core/drift.ts";
import { decide } from "../src/decide.ts";
import { doersOf } from "../src/doers.ts";
import { type Provider, ProviderError } from "../src/providers/provider.ts";
import { reconcile } from "../src/reconcile.ts";
import { driftText } from "../src/report/drift.ts";
import { driftDocument } from "../src/report/json.ts";
import { driftMarkdown } from "../src/report/markdown.ts";
import { plainPalette } from "../src/report/palette.ts";
import { ticketMarkdown } from "../src/report/ticket.ts";
import { deleteInstance, stopInstance } from "../src/sim/gce/by-hand.ts";
import { locationsText, networkText } from "./providers/gcp/manifests.ts";
import { memoryRepository } from "./support/memory-repository.ts";
import { never, openScene } from "./support/memory-scene.ts";
import { suite } from "./support/suite.ts";
import { simulatedWorld } from "./support/worlds.ts";

const test = suite("doers");
const look = { palette: plainPalette, width: 100 };

/** A scene whose world keeps a record; `asked` are the keys it was asked about. */
function recordingScene(record: NonNullable<Provider["whoChanged"]>) {
  const asked: string[][] = [];
  const scene = openScene({ driftPolicy: "report" });
  scene.judges.providers = scene.judges.providers.map((provider) => ({
    ...provider,
    whoChanged(keys, since, signal) {
      asked.push([...keys]);
      return record(keys, since, signal);
    },
  }));
  return { scene, asked };
}

const ada: Doer = { by: "ada@example.com", at: "2026-01-01T00:00:30.000Z", what: "delete" };

test("a world is asked once for each thing that drifted, and what it told is kept", async () => {
  const { scene, asked } = recordingScene(async (keys) => new Map(keys.map((key) => [key, ada])));
  scene.commit("network/a", "network/b");
  await scene.pass();
  await scene.pass();
  assert.equal(asked, [], "while nothing drifts nobody is asked");
  scene.first.remove("network/a");
  const [outcome] = await scene.look();
  assert.equal([...(outcome?.doers ?? [])], [["memory/network/default/a", ada]]);
  await scene.look();
  scene.first.remove("network/b");
  const [later] = await scene.look();
  assert.equal(asked, [["network/a"], ["network/b"]]);
  assert.is(later?.doers?.size, 2);
  const incidents = await scene.store.openIncidents(scene.judges.fleet);
  assert.match(ticketMarkdown(scene.judges.fleet, incidents), /changed by `ada@example\.com`/);
});

test("a world that cannot be asked, or does not know, delays nothing", async () => {
  const failing = recordingScene(async () => {
    throw new ProviderError("no right", { code: "permission", next: "person" });
  });
  const knowing = recordingScene(async () => new Map());
  for (const { scene, asked } of [failing, knowing]) {
    scene.commit("network/a");
    await scene.pass();
    scene.first.remove("network/a");
    const [outcome] = await scene.look();
    assert.equal([outcome?.kind, outcome?.doers, asked.length], ["settled", undefined, 1]);
  }
});

test("without a pass before, nobody can be told from ourselves", async () => {
  const { scene, asked } = recordingScene(async () => new Map());
  const commit = scene.commit("network/a");
  const question = { repository: scene.repository, commit, inventory: [], signal: never, onProgress: () => undefined };
  await doersOf(scene.judges, scene.store, await decide(scene.judges, question), never);
  assert.equal(asked, []);
});

const workload = `apiVersion: compute.datumapis.com/v1alpha
kind: Workload
metadata: { name: shop }
spec:
  placements: [{ name: main, cityCodes: [DFW], scaleSettings: { minReplicas: 2 } }]
  template:
    spec:
      runtime:
        resources: { instanceType: datumcloud/d1-standard-2 }
        sandbox: { containers: [{ name: app, image: docker.io/library/redis:7 }] }
      networkInterfaces: [{ network: { name: main } }]
`;

test("Compute Engine tells who deleted and who stopped, and never ourselves", async () => {
  const simulated = await simulatedWorld({ driftPolicy: "report" });
  try {
    const repository = memoryRepository(100_000);
    repository.commitFiles({ "fleet.yaml": [locationsText, networkText, workload].join("\n---\n") });
    const pass = async () =>
      (await reconcile(simulated.worldOn(repository), "x", { stopping: never, signal: never }))[0];
    const first = await pass();
    assert.is(first?.kind, "applied", JSON.stringify(first?.problems));
    const names = (first?.plan?.changes ?? []).flatMap(({ kind, resource }) =>
      kind === "instance" && resource?.provider === "gcp" ? [resource.key.split("/").at(-1) ?? ""] : [],
    );
    const [gone = "", stopped = ""] = names;
    await deleteInstance(simulated.gce.url, gone);
    await stopInstance(simulated.gce.url, stopped);
    const outcome = await pass();
    if (outcome === undefined) throw new Error("a pass has an outcome");
    const told = [...(outcome.doers ?? [])].map(([address, { by, what }]) => [address.split("/").at(-1), by, what]);
    assert.equal(told.sort(), [
      [gone, "operator@example.com", "delete"],
      [stopped, "operator@example.com", "stop"],
    ]);
    for (const text of [driftText(outcome, look), driftMarkdown(outcome), JSON.stringify(driftDocument(outcome))])
      assert.match(text, /operator@example\.com/);
  } finally {
    await simulated.close();
  }
});

test.run();

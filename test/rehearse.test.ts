import * as assert from "uvu/assert";
import type { Problem } from "../src/core/problem.ts";
import { type Order, ProviderError } from "../src/providers/provider.ts";
import { reconcile } from "../src/reconcile.ts";
import { memoryRepository } from "./support/memory-repository.ts";
import { never, openScene, type Scene } from "./support/memory-scene.ts";
import { suite } from "./support/suite.ts";
import { simulatedWorld } from "./support/worlds.ts";

const test = suite("rehearse");

/** A scene whose world is asked about each plan and says what the test says. */
function rehearsing(say: (order: Order) => readonly Problem[]) {
  const scene = openScene();
  const asked: string[][] = [];
  scene.judges.providers = [
    {
      ...scene.first.provider,
      rehearse: async (orders) => {
        asked.push(orders.map(({ change }) => `${change.action} ${change.address.split("/").at(-1)}`));
        return orders.flatMap(say);
      },
    },
  ];
  return { scene, asked };
}

function problemOn({ change }: Order, severity: Problem["severity"]): Problem {
  const source = change.resource?.source ?? { file: "", line: 1, column: 1 };
  return { ...source, severity, rule: "edge/invalid", path: "size", message: "The server refuses it.", hint: "" };
}

async function told(scene: Scene): Promise<readonly string[]> {
  const [first] = await scene.look();
  return [first?.kind ?? "", ...(first?.problems ?? []).map(({ severity, line }) => `${severity} ${line}`)];
}

test("only creates and updates are asked about; a settled pass asks nothing", async () => {
  const { scene, asked } = rehearsing(() => []);
  scene.commit("network/a", "network/b size=1");
  assert.equal(await told(scene), ["applied"]);
  scene.commit("network/b size=2", "network/c");
  assert.equal(await told(scene), ["applied"]);
  assert.equal(await told(scene), ["settled"]);
  assert.equal(asked, [
    ["create a", "create b"],
    ["update b", "create c"],
  ]);
});

test("what a world refuses makes the commit invalid, nothing of it is applied, and the last good one stands", async () => {
  const { scene } = rehearsing((order) => (order.change.address.endsWith("/bad") ? [problemOn(order, "error")] : []));
  scene.commit("network/a");
  assert.is(await scene.pass(), "applied");
  scene.commit("network/good", "network/bad");
  const [first, second] = await scene.look();
  assert.is(first?.kind, "invalid");
  assert.equal(
    first?.problems.map(({ severity, line }) => `${severity} ${line}`),
    ["error 2"],
  );
  assert.is(second?.kind, "settled");
  assert.equal(scene.keys().length, 1);
});

test("a warning is only told", async () => {
  const { scene } = rehearsing((order) => [problemOn(order, "warning")]);
  scene.commit("network/a");
  assert.equal(await told(scene), ["applied", "warning 1"]);
});

test("a world that cannot be asked stops nothing; a broken program does", async () => {
  const { scene } = rehearsing(() => {
    throw new ProviderError("It does not answer.", { code: "unavailable", next: "retry" });
  });
  scene.commit("network/a");
  assert.is(await scene.pass(), "applied");
  const words = scene.events.map((event) => (event.kind === "step" ? event.message : ""));
  assert.ok(words.some((text) => text.includes("could not be asked")));
  const broken = rehearsing(() => {
    throw new TypeError("broken");
  }).scene;
  broken.commit("network/a");
  const thrown = await broken.pass().catch((error: unknown) => error);
  assert.instance(thrown, TypeError);
});

function networkWith(mtu: number): string {
  return `apiVersion: networking.datumapis.com/v1alpha
kind: Network
metadata:
  name: prod
spec:
  ipam:
    mode: Auto
  mtu: ${mtu}
`;
}

test("at the edge, another manager's field stops the commit that wants it on its line, and no earlier one", async () => {
  const simulated = await simulatedWorld();
  const repository = memoryRepository(100_000);
  const look = () => reconcile(simulated.worldOn(repository), "command", { stopping: never, signal: never });
  repository.commitFiles({ "net.yaml": networkWith(1400) });
  assert.is((await look())[0]?.kind, "applied");
  const path = "/apis/networking.datumapis.com/v1alpha/namespaces/default/networks/prod?fieldManager=them";
  await fetch(simulated.edge.url + path, {
    method: "PATCH",
    headers: { "content-type": "application/merge-patch+json" },
    body: JSON.stringify({ spec: { mtu: 1300 } }),
  });
  repository.commitFiles({ "net.yaml": networkWith(1500) });
  const [head, fallback] = await look();
  assert.is(head?.kind, "invalid");
  assert.equal(
    head?.problems.map(({ rule, severity, file, line }) => `${severity} ${rule} ${file}:${line}`),
    ["error edge/conflict net.yaml:8"],
  );
  assert.match(head?.problems[0]?.message ?? "", 'spec.mtu belongs to "them"');
  assert.is(fallback?.kind, "failed", "the last good commit has only drifted: its own change is tried and told");
  assert.equal(
    fallback?.problems.map(({ rule, severity }) => `${severity} ${rule}`),
    ["warning edge/conflict"],
  );
  await simulated.close();
});

test.run();

import * as assert from "uvu/assert";
import { deleteObject, listObjects, setField } from "../../../src/sim/edge/by-hand.ts";
import { startEdgeSimulator } from "../../../src/sim/edge/index.ts";
import { suite } from "../../support/suite.ts";

const test = suite("sim/edge by hand");
const networking = "/apis/networking.datumapis.com/v1alpha/namespaces/default";

async function world(work: (url: string) => Promise<void>): Promise<void> {
  const simulator = await startEdgeSimulator({ readyAfterMs: 1 });
  const post = async (path: string, kind: string, name: string, spec: object) => {
    const body = JSON.stringify({ apiVersion: "networking.datumapis.com/v1alpha", kind, metadata: { name }, spec });
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${simulator.url}${path}`, { method: "POST", headers, body });
    assert.is(answer.status, 201, await answer.text());
  };
  try {
    await post(`${networking}/networks`, "Network", "main", { ipam: { mode: "Auto" } });
    await post(`${networking}/domains`, "Domain", "site", { domainName: "example.com" });
    await work(simulator.url);
  } finally {
    await simulator.close();
  }
}

async function failureOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => "",
    (error: unknown) => (error as Error).message,
  );
}

test("objects of every kind are listed, but for what nobody makes by hand", () =>
  world(async (url) => {
    const found = await listObjects(url);
    assert.equal(
      found.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`),
      ["Domain default/site", "Network default/main"],
    );
  }));

test("an object is named by its kind, with or without namespace; without a kind it is a network", () =>
  world(async (url) => {
    await setField(url, "network/main", "spec.mtu=1400");
    await setField(url, "default/main", "spec.mtu=1401");
    await setField(url, "Network/default/main", "spec.mtu=1402");
    await setField(url, "networks.networking.datumapis.com/main", "metadata.labels.a=b");
    await deleteObject(url, "domain/site");
    await deleteObject(url, "main");
    assert.is((await listObjects(url)).filter(({ kind }) => kind === "Domain").length, 0);
  }));

test("what is not there or not of the right form is said", () =>
  world(async (url) => {
    assert.match(await failureOf(deleteObject(url, "domain/gone")), /domains\S* "gone" not found/);
    assert.match(await failureOf(deleteObject(url, "gadget/default/x")), /^The world serves no kind gadget\./);
    assert.match(await failureOf(setField(url, "main", "spec.mtu")), /not of the form field=value/);
  }));

test.run();

import { createRequire } from "node:module";
import { PassThroughClient } from "google-auth-library";
import * as assert from "uvu/assert";
import { suite } from "../../support/suite.ts";
import { type Body, type Client, instanceBody, startClient } from "./client.ts";

const test = suite("gce and the official client");
const require = createRequire(import.meta.url);
let client: Client;
let instances: Body;
let operations: Body;

test.before(async () => {
  client = await startClient({ operationMs: [5, 20] });
  const options = {
    apiEndpoint: "127.0.0.1",
    port: Number(new URL(client.url).port),
    protocol: "http",
    fallback: true,
    authClient: new PassThroughClient(),
    projectId: "demo-project",
  };
  const v1 = "@google-cloud/compute/build/src/v1";
  instances = new (require(`${v1}/instances_client.js`).InstancesClient)(options);
  operations = new (require(`${v1}/zone_operations_client.js`).ZoneOperationsClient)(options);
});
test.after(async () => {
  await instances.close();
  await operations.close();
  await client.close();
});

const at = { project: "demo-project", zone: "us-central1-a" };

async function wait(answer: readonly Body[]): Promise<Body> {
  const name = answer[0].latestResponse.name;
  const [done] = await operations.wait({ ...at, operation: name });
  return done;
}

test("inserts, waits, reads, lists by pages, changes and deletes", async () => {
  for (const name of ["one", "two", "three"]) {
    const done = await wait(
      await instances.insert({ ...at, instanceResource: instanceBody(name, { labels: { a: "b" } }) }),
    );
    assert.is(done.status, "DONE");
    assert.not(done.error);
  }
  const [one] = await instances.get({ ...at, instance: "one" });
  assert.is(one.status, "RUNNING");
  assert.is(one.networkInterfaces[0].networkIP, "10.128.0.2");
  const seen: string[] = [];
  for await (const [, scoped] of instances.aggregatedListAsync({ project: at.project, maxResults: 2 })) {
    seen.push(...scoped.instances.map((instance: Body) => instance.name));
  }
  assert.equal(seen.sort(), ["one", "three", "two"]);
  await wait(
    await instances.setLabels({
      ...at,
      instance: "one",
      instancesSetLabelsRequestResource: { labels: { a: "c" }, labelFingerprint: one.labelFingerprint },
    }),
  );
  assert.equal((await instances.get({ ...at, instance: "one" }))[0].labels, { a: "c" });
  await wait(await instances.stop({ ...at, instance: "one" }));
  assert.is((await instances.get({ ...at, instance: "one" }))[0].status, "TERMINATED");
  await wait(await instances.delete({ ...at, instance: "one", requestId: "7a1c0b52-3c43-5c8f-9e35-0d8c4f3b6a12" }));
  const failure = await instances.get({ ...at, instance: "one" }).catch((error: Body) => error);
  assert.is(failure.code, 404);
  assert.match(failure.message, /notFound/);
});

test.run();

import * as assert from "uvu/assert";
import { routeWishes } from "../../../src/datum/routing.ts";
import { type GcpLoop, steps, withGcpLoop } from "../../support/gcp-world.ts";
import { suite } from "../../support/suite.ts";
import { locationsText, machineText } from "./manifests.ts";

const test = suite("gcp routing");

const network = (annotations = "{}") => `apiVersion: networking.datumapis.com/v1alpha
kind: Network
metadata: { name: main, annotations: ${annotations} }
spec: { ipam: { mode: Auto } }
`;
const machine = machineText
  .replace("minReplicas: 2", "minReplicas: 1")
  .replace("cityCodes: [DFW]", "cityCodes: [DFW, LHR]")
  .replace("name: web }", 'name: web, annotations: { plumbline.dev/external-addresses: "none" } }');
const commit = (loop: GcpLoop, annotations?: string) => loop.commit(locationsText, network(annotations), machine);
const nats = (loop: GcpLoop) =>
  loop.live("routers").map(({ nats: list }) => (list as Record<string, unknown>[])[0] ?? {});
const ours = (loop: GcpLoop) => loop.live("routes").filter(({ name }) => !String(name).startsWith("default-route-"));

test("translation stands in each region before the machines that need it", () =>
  withGcpLoop(async (loop) => {
    const outcome = await commit(loop, '{ plumbline.dev/nat: "true" }');
    assert.is(outcome.kind, "applied", JSON.stringify(outcome.results));
    assert.equal(
      loop
        .live("routers")
        .map(({ region, name }) => `${String(region).split("/").at(-1)} ${name}`)
        .sort(),
      ["europe-west2 test-main", "us-south1 test-main"],
    );
    const done = outcome.results.map(({ address }) => address.split("/")[1]);
    assert.ok(done.lastIndexOf("router") < done.indexOf("instance"), done.join());
    assert.equal(steps(await loop.look()), []);
  }));

test("translation changes in place, is put right after a change by hand, and goes with its annotation", () =>
  withGcpLoop(async (loop) => {
    await commit(loop, '{ plumbline.dev/nat: "true" }');
    const ids = loop.live("routers").map(({ id }) => id);
    const wider = await commit(loop, '{ plumbline.dev/nat: "ports=256,log=errors" }');
    assert.equal(steps(wider).length, 2);
    assert.ok(
      steps(wider).every((step) => /^update gcp\/router\/default\/main-\S+ nats$/.test(step)),
      steps(wider).join(),
    );
    assert.is(nats(loop)[0]?.minPortsPerVm, 256);
    assert.equal(nats(loop)[0]?.logConfig, { enable: true, filter: "ERRORS_ONLY" });
    const path = "projects/test-project/regions/us-south1/routers/test-main";
    await fetch(`${loop.simulator.url}/compute/v1/${path}`, {
      ...{ method: "PATCH", headers: { "content-type": "application/json" } },
      body: JSON.stringify({ nats: [{ ...nats(loop)[1], minPortsPerVm: 32 }] }),
    });
    loop.simulator.control.settle();
    assert.equal(steps(await loop.look()), ["update gcp/router/default/main-us-south1 nats"]);
    assert.equal(steps(await loop.look()), []);
    assert.equal(
      loop.live("routers").map(({ id }) => id),
      ids,
    );
    assert.is((await commit(loop)).kind, "applied");
    assert.equal(loop.live("routers"), []);
  }));

test("routes go over addresses, the internet and instances; a changed one is made anew", () =>
  withGcpLoop(async (loop) => {
    const list =
      "10.9.0.0/16 via 10.128.0.5; 10.8.0.0/16 via instance web-main-dfw-0; 8.8.8.0/24 via internet priority 900";
    const outcome = await commit(loop, `{ plumbline.dev/routes: "${list}" }`);
    assert.is(outcome.kind, "applied", JSON.stringify(outcome.results));
    assert.equal(
      ours(loop)
        .map(({ destRange, priority, nextHopIp, nextHopInstance, nextHopGateway }) =>
          [
            destRange,
            priority,
            nextHopIp ??
              String(nextHopInstance ?? nextHopGateway)
                .split("/")
                .at(-1),
          ].join(" "),
        )
        .sort(),
      ["10.8.0.0/16 1000 web-main-dfw-0", "10.9.0.0/16 1000 10.128.0.5", "8.8.8.0/24 900 default-internet-gateway"],
    );
    assert.equal(steps(await loop.look()), []);
    const moved = await commit(loop, `{ plumbline.dev/routes: "${list.replace("0.5", "0.6")}" }`);
    assert.equal(steps(moved), ["replace gcp/route/default/main-10.9.0.0_16-1000 nextHopIp"]);
    assert.is((await commit(loop)).kind, "applied");
    assert.equal(ours(loop), []);
  }));

test("nothing of routing is listed where nobody wants any", () =>
  withGcpLoop(async (loop) => {
    await commit(loop);
    loop.simulator.control.clearRequests();
    await loop.look();
    assert.is(loop.simulator.control.requests().reads, 5);
    loop.loseStore();
    loop.simulator.control.clearRequests();
    await loop.look();
    assert.ok(loop.simulator.control.requests().reads >= 7, "with nothing remembered everything is looked for");
  }));

test("routers and routes are found again without any memory, and deleted with their network", () =>
  withGcpLoop(async (loop) => {
    await commit(loop, '{ plumbline.dev/nat: "true", plumbline.dev/routes: "10.9.0.0/16 via 10.128.0.5" }');
    loop.loseStore();
    assert.equal([...steps(await commit(loop))].sort(), [
      "delete gcp/route/default/main-10.9.0.0_16-1000",
      "delete gcp/router/default/main-europe-west2",
      "delete gcp/router/default/main-us-south1",
    ]);
    await commit(loop, '{ plumbline.dev/nat: "true", plumbline.dev/routes: "10.9.0.0/16 via 10.128.0.5" }');
    const outcome = await loop.commit(locationsText);
    assert.is(outcome.kind, "applied", JSON.stringify(outcome.results));
    assert.equal([loop.live("networks"), loop.live("routers"), ours(loop)], [[], [], []]);
  }));

test("what is no route is none", () => {
  const bad = [
    "10.9.0.0/16",
    "10.9.0.1/16 via internet",
    "10.9.0.0/16 via 10.0.0.300",
    "::/0 via 10.0.0.1",
    "10.9.0.0/16 via internet priority 99999",
  ];
  for (const text of bad) assert.is(routeWishes(text), undefined, text);
  assert.is(routeWishes("10.9.0.0/16 via internet;\n::/0 via internet;")?.length, 2);
});

test("a route over an unknown instance is told on its line", () =>
  withGcpLoop(async (loop) => {
    const outcome = await commit(loop, '{ plumbline.dev/routes: "10.8.0.0/16 via instance web-9" }');
    assert.equal(
      outcome.problems.map(({ rule }) => rule),
      ["gcp/route-hop"],
    );
  }));

test.run();

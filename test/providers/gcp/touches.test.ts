import * as assert from "uvu/assert";
import { steps, withGcpLoop } from "../../support/gcp-world.ts";
import { suite } from "../../support/suite.ts";
import { locationsText, machineText, networkText, sandboxText } from "./manifests.ts";

const test = suite("gcp one-field changes");
const all = [locationsText, networkText, machineText, sandboxText].join("\n---\n");
const web = "gcp/instance/default/web-main-dfw";
const cache = "gcp/instance/default/cache-main-dfw-0";
const rule = "gcp/firewall/default/web-main-dfw-net-0-0";

/** What is written instead of what → everything that a pass then does. */
const rows: readonly (readonly [string, string, string, readonly string[]])[] = [
  ["a setting of one workload", 'limit: "512mb"', 'limit: "1gb"', [`restart ${cache} metadata.user-data`]],
  ["a file of one workload", "maxmemory 512mb", "maxmemory 1gb", [`restart ${cache} metadata.user-data`]],
  ["an image of one container", "probe:1", "probe:2", [`restart ${cache} metadata.user-data`]],
  [
    "a key that may log in",
    "ops@example.com",
    "dev@example.com",
    [`update ${web}-1 metadata.ssh-keys`, `update ${web}-0 metadata.ssh-keys`],
  ],
  [
    "a port of a policy",
    "port: 443, endPort: 444",
    "port: 8443",
    [`update ${rule} allowed`, `update ${rule}-deny denied`],
  ],
  ["an exception of a policy", "except: [10.1.0.0/16]", "except: [10.2.0.0/16]", [`update ${rule}-deny sourceRanges`]],
  [
    "the size of a volume",
    "storage: 20Gi",
    "storage: 30Gi",
    ["update gcp/disk/default/web-main-dfw-0-data sizeGib", "update gcp/disk/default/web-main-dfw-1-data sizeGib"],
  ],
  [
    "the MTU of the network",
    "ipam: { mode: Auto }",
    "ipam: { mode: Auto }, mtu: 1500",
    ["update gcp/network/default/main mtu"],
  ],
  ["a place nobody stands in", "zone: europe-west2-b", "zone: europe-west2-c", []],
  [
    "one copy more",
    "minReplicas: 2",
    "minReplicas: 3",
    ["create gcp/disk/default/web-main-dfw-2-data", `create ${web}-2`],
  ],
];

test("a pass after a change of one field touches what depends on it and nothing else", () =>
  withGcpLoop(async (loop) => {
    let text = all;
    assert.is((await loop.commit(text)).kind, "applied");
    for (const [name, before, after, expected] of rows) {
      assert.ok(text.includes(before), name);
      text = text.replace(before, after);
      loop.simulator.control.clearRequests();
      const outcome = await loop.commit(text);
      assert.equal(steps(outcome).toSorted(), expected.toSorted(), name);
      assert.equal(
        outcome.results.map(({ state }) => state),
        expected.map(() => "done"),
        name,
      );
      if (expected.length === 0) assert.is(loop.simulator.control.requests().writes, 0, name);
    }
    assert.equal(steps(await loop.look()), []);
  }));

test.run();

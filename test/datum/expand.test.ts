import * as assert from "uvu/assert";
import { expandFleet } from "../../src/datum/expand.ts";
import type { Fleet } from "../../src/datum/fleet.ts";
import { suite } from "../support/suite.ts";
import { checkFiles, sandbox, surroundings, virtualMachine } from "./support.ts";

const test = suite("expand");
const spec = "spec.template.spec";
const nic = `${spec}.networkInterfaces.0`;

function expand(files: Readonly<Record<string, string>>, allocations: ReadonlyMap<string, string> = new Map()): Fleet {
  return expandFleet(checkFiles({ "base.yaml": surroundings, ...files }).documents, { fleet: "example", allocations });
}

const names = (list: readonly { readonly name: string }[]): readonly string[] => list.map(({ name }) => name);

test("names join workload, placement, city and ordinal", () => {
  const fleet = expand({ "vm.yaml": virtualMachine() });
  assert.equal(names(fleet.deployments), ["vm-us-dfw", "vm-us-lhr"]);
  assert.equal(names(fleet.instances), ["vm-us-dfw-0", "vm-us-dfw-1", "vm-us-lhr-0", "vm-us-lhr-1"]);
  assert.equal(
    fleet.presences.map(({ key, block }) => `${key} ${block}`),
    ["default/default@default/dfw 10.128.0.0/20", "default/default@default/lhr 10.132.0.0/20"],
  );
  assert.equal(fleet.problems, []);
});

test("two placements in one city are two deployments with one presence", () => {
  const fleet = expand({
    "w.yaml": sandbox(["spec.placements.1", { name: "eu", cityCodes: ["DFW"], scaleSettings: { minReplicas: 2 } }]),
  });
  assert.equal(names(fleet.deployments), ["web-us-dfw", "web-eu-dfw"]);
  assert.is(fleet.presences.length, 1);
  assert.is(fleet.instances.length, 3);
});

test("the first location by name serves a city", () => {
  const second = `${surroundings.split("---")[1]}`.replace("name: dfw", "name: a-dfw");
  const fleet = expand({ "w.yaml": sandbox(), "z.yaml": second });
  assert.equal(
    fleet.deployments.map(({ location }) => location.name),
    ["a-dfw"],
  );
});

test("a standing allocation is kept", () => {
  const standing = new Map([["default/default@default/dfw", "10.200.0.0/20"]]);
  assert.is(expand({ "w.yaml": sandbox() }, standing).presences[0]?.block, "10.200.0.0/20");
});

test("policies resolve named ports, ranges, exceptions", () => {
  const [firewall] = expand({ "w.yaml": sandbox() }).firewalls;
  assert.equal(firewall?.ports, [
    { protocol: "tcp", from: 8080, to: 8080 },
    { protocol: "udp", from: 5000, to: 5010 },
  ]);
  assert.equal(firewall?.sourceRanges, ["10.0.0.0/8"]);
  assert.equal(firewall?.exceptRanges, ["10.1.0.0/16"]);
  assert.is(firewall?.source.file, "w.yaml");
});

test("a rule without sources and ports lets in everybody", () => {
  const [firewall] = expand({ "w.yaml": sandbox([`${nic}.networkPolicy.ingress`, [{}]]) }).firewalls;
  assert.equal([firewall?.ports, firewall?.sourceRanges, firewall?.exceptRanges], [[], ["0.0.0.0/0"], []]);
});

test("the protocol of a named port counts where the rule says none", () => {
  const udp = sandbox([`${spec}.runtime.sandbox.containers.0.ports.0.protocol`, "UDP"]);
  assert.is(expand({ "w.yaml": udp }).firewalls[0]?.ports[0]?.protocol, "udp");
});

test("disks keep their order, names and sizes", () => {
  const [deployment] = expand({ "vm.yaml": virtualMachine() }).deployments;
  const facts = deployment?.disks.map(({ volume, deviceName, type, sizeGib, image, boot }) => ({
    volume,
    deviceName,
    type,
    sizeGib,
    image,
    boot,
  }));
  assert.equal(facts, [
    {
      volume: "boot",
      deviceName: "persistent-disk-0",
      type: "pd-standard",
      sizeGib: undefined,
      image: "datumcloud/ubuntu-2204-lts",
      boot: true,
    },
    {
      volume: "extra",
      deviceName: "persistent-disk-1",
      type: "pd-standard",
      sizeGib: 20,
      image: undefined,
      boot: false,
    },
  ]);
});

for (const [width, wanted] of [
  ["3", 3],
  ["25%", 3],
  ["1%", 1],
  [undefined, 1],
] as const) {
  test(`a rollout of width ${width} of 10 copies goes ${wanted} at a time`, () => {
    const text = sandbox(
      ["spec.placements.0.scaleSettings.minReplicas", 10],
      ...(width === undefined ? [] : [["metadata.annotations", { "plumbline.dev/rollout-width": width }] as const]),
    );
    assert.is(expand({ "w.yaml": text }).deployments[0]?.rolloutWidth, wanted);
  });
}

test("what a template refers to comes with it", () => {
  const text = sandbox(
    [`${spec}.volumes.0`, { name: "data", configMap: { name: "files" } }],
    [
      `${spec}.runtime.sandbox.containers.0.env.0`,
      { name: "A", valueFrom: { secretKeyRef: { name: "keys", key: "k" } } },
    ],
    [`${spec}.runtime.sandbox.imagePullSecrets`, [{ name: "pull" }]],
  );
  const objects = ["ConfigMap files", "ConfigMap other", "Secret keys", "Secret pull"].map((line) => {
    const [kind, name] = line.split(" ");
    return `apiVersion: v1\nkind: ${kind}\nmetadata: { name: ${name} }\n`;
  });
  const [deployment] = expand({ "w.yaml": text, "o.yaml": objects.join("---\n") }).deployments;
  assert.equal(Object.keys(deployment?.configMaps ?? {}), ["files"]);
  assert.equal(Object.keys(deployment?.secrets ?? {}), ["keys", "pull"]);
});

test("the order of files changes nothing", () => {
  const files = { "a.yaml": sandbox(), "b.yaml": virtualMachine(), "base.yaml": surroundings };
  const flat = (fleet: Fleet) =>
    JSON.stringify([
      names(fleet.deployments),
      names(fleet.instances),
      fleet.presences.map(({ key, block }) => [key, block]),
      fleet.firewalls.map(({ deployment, sourceRanges }) => [deployment.name, sourceRanges]),
    ]);
  const forth = checkFiles(files).documents;
  const options = { fleet: "example", allocations: new Map() };
  assert.is(flat(expandFleet([...forth].reverse(), options)), flat(expandFleet(forth, options)));
});

test("names that clash are told", () => {
  const other = sandbox(["metadata.name", "web-us"], ["spec.placements.0.name", "x"]);
  const first = sandbox(["spec.placements.0.name", "us-x"]);
  const { problems } = expand({ "a.yaml": first, "b.yaml": other });
  assert.equal(
    problems.map(({ rule, severity }) => `${rule} ${severity}`),
    ["names/collision error"],
  );
});

test("names that are too long are told", () => {
  const { problems } = expand({ "w.yaml": sandbox(["metadata.name", "x".repeat(60)]) });
  assert.equal(
    problems.map(({ rule, line }) => `${rule}@${line}`),
    ["names/too-long@4"],
  );
});

test("a range that is too small for a location is told at the range", () => {
  const small = surroundings.replace("mode: Auto }", "mode: Auto, ipv4Range: 10.0.0.0/29 }");
  const { problems } = expand({
    "base.yaml": small,
    "w.yaml": sandbox(["spec.placements.0.scaleSettings.minReplicas", 9]),
  });
  assert.equal(
    problems.map(({ rule, file, line, path }) => `${rule} ${file}:${line} ${path}`),
    ["network/exhausted base.yaml:5 spec.ipam.ipv4Range"],
  );
});

test("what no rule has let pass expands without an end", () => {
  const text = sandbox(["spec.placements.0.scaleSettings.minReplicas", 2_000_000_000]);
  assert.is(expand({ "w.yaml": text }).instances.length, 1000);
});

test.run();

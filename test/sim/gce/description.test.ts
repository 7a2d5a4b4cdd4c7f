import * as assert from "uvu/assert";
import { loadDescription, makeDescription } from "../../../src/providers/gcp/description/load.ts";
import { readableBody, validateBody } from "../../../src/providers/gcp/description/validate.ts";
import { handlers } from "../../../src/sim/gce/handlers.ts";
import { suite } from "../../support/suite.ts";

const test = suite("the published description of Compute Engine");
const description = loadDescription();

test("has the routes, messages and values of the installed package", () => {
  assert.is(description.routes.length, 988);
  assert.is(description.messages.Allowed?.IPProtocol, "s");
  assert.is(description.messages.Instance?.status, "e:Instance.Status!");
  assert.ok(description.enums["Instance.Status"]?.includes("SUSPENDED"));
  assert.is(description.patterns["Instance.name"], "[a-z]([-a-z0-9]*[a-z0-9])?");
});

test("is the same when it is made anew", () => {
  assert.is(JSON.stringify(makeDescription()), JSON.stringify(description));
});

test("knows every request that the simulator answers", () => {
  const known = new Set(description.routes.map((route) => route[2]));
  const invented = [...handlers.keys()].filter((rpc) => !known.has(rpc));
  // Kinds without labels or patches have no such route; nothing else may be invented.
  assert.equal(
    invented.filter((rpc) => !/\.(?:SetLabels|AggregatedList|Update|Patch|List)$/.test(rpc)),
    [],
  );
});

const bodies: readonly (readonly [unknown, readonly string[]])[] = [
  [{ name: "a", labels: { a: "b" }, canIpForward: true, disks: [{ diskSizeGb: "10", boot: true }] }, []],
  [{ nmae: "a" }, ["unknown  nmae"]],
  [{ disks: [{ autoDelete: "yes" }] }, ["type disks[0].autoDelete boolean"]],
  [{ labels: { a: 1 } }, ["type labels.a text"]],
  [{ disks: { boot: true } }, ["type disks list"]],
  [{ disks: [{ diskSizeGb: 1.5 }] }, ["type disks[0].diskSizeGb long"]],
  [{ disks: [{ diskSizeGb: 10 }] }, []],
  [{ networkInterfaces: [{ stackType: "BOTH" }] }, ["enum networkInterfaces[0].stackType"]],
  [{ scheduling: { onHostMaintenance: "MIGRATE", extra: 1 } }, ["unknown scheduling extra"]],
  [{ description: null }, []],
  ["text", ["type  Instance"]],
];

for (const [index, [body, expected]] of bodies.entries()) {
  test(`finds what is wrong, case ${index}`, () => {
    const found = validateBody(description, "Instance", body as never).map(
      ({ rule, path, detail }) => `${rule} ${path}${rule === "enum" ? "" : ` ${detail}`}`,
    );
    assert.equal(found, expected);
  });
}

test("the body of every implemented route is described", () => {
  const blind = description.routes.filter(
    ([, , rpc, body]) => handlers.has(rpc) && body !== "" && description.messages[body] === undefined,
  );
  assert.equal(
    blind.map(([, , rpc]) => rpc),
    [],
  );
});

test("what only the server sets is not read", () => {
  const body = {
    name: "a",
    id: "5",
    status: "RUNNING",
    description: null,
    disks: [{ boot: true, index: 3, kind: "x" }],
  };
  const read = readableBody(description, "Instance", body);
  assert.is(read.id, undefined);
  assert.is(read.status, undefined);
  assert.not("description" in read);
});

test("an empty value of an enumeration is none", () => {
  const body = { scheduling: { onHostMaintenance: "", preemptible: true } };
  assert.equal(validateBody(description, "Instance", body), []);
  assert.equal(readableBody(description, "Instance", body), { scheduling: { preemptible: true } });
});

test("numbers are read in the form in which they are answered", () => {
  const body = { guestAccelerators: [{ acceleratorCount: "2" }], disks: [{ diskSizeGb: 20 }] };
  const read = readableBody(description, "Instance", body);
  assert.equal(read, { guestAccelerators: [{ acceleratorCount: 2 }], disks: [{ diskSizeGb: "20" }] });
});

test.run();

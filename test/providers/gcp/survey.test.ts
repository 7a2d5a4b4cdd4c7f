import * as fc from "fast-check";
import * as assert from "uvu/assert";
import type { JsonObject } from "../../../src/core/json.ts";
import { existingNames } from "../../../src/datum/existing.ts";
import type { Ground } from "../../../src/providers/gcp/survey/ground.ts";
import { groupsOf, namesText } from "../../../src/providers/gcp/survey/groups.ts";
import type { Machine, Traits } from "../../../src/providers/gcp/survey/machine.ts";
import { surveyOf } from "../../../src/providers/gcp/survey/survey.ts";
import type { Surveyed } from "../../../src/providers/provider.ts";
import { shippedNames } from "../../support/names.ts";
import { suite } from "../../support/suite.ts";

const test = suite("gcp survey");
const project = "p";
const link = (rest: string): string => `https://www.googleapis.com/compute/v1/projects/${project}/${rest}`;

const traits: Traits = {
  ...{ project, zone: "us-south1-a", machineType: "e2-small", image: "projects/d/global/images/i" },
  ...{ diskType: "pd-standard", sizeGib: 30, nics: [], deletionProtection: false, leave: ["tags"] },
};

test("every machine is in one group, under a name that leads back to it", () => {
  const stems = fc.constantFrom("web-", "web", "db", "a1b-");
  const named = fc.tuple(
    stems,
    fc.nat(120),
    fc.integer({ min: 0, max: 3 }),
    fc.constantFrom("us-south1-a", "us-east1-b"),
  );
  fc.assert(
    fc.property(fc.array(named, { maxLength: 60 }), (drafts) => {
      const machines = new Map<string, Machine>();
      for (const [stem, number, width, zone] of drafts) {
        const name = `${stem}${String(number).padStart(width, "0")}`;
        machines.set(`${zone}/${name}`, { name, traits: { ...traits, zone }, kept: [] });
      }
      const groups = groupsOf([...machines.values()]);
      const found = groups.flatMap((group) => {
        const names = existingNames(group.names);
        assert.ok(names, group.names);
        return group.machines.map(({ name }, ordinal) => {
          assert.is(names?.copy(ordinal), name, group.names);
          return `${group.traits.zone}/${name}`;
        });
      });
      assert.equal(found.sort(), [...machines.keys()].sort());
      assert.is(new Set(groups.map(({ name }) => name)).size, groups.length);
      for (const { name } of groups) assert.match(name, /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/);
    }),
  );
});

for (const [names, text] of [
  [["web-1", "web-2", "web-3"], "web-{1}"],
  [["web-1", "web-3", "web-4"], "web-1; web-{3}"],
  [["web-09", "web-10"], "web-{09}"],
  [["web-9", "web-10"], "web-{9}"],
  [["db"], "db"],
] as const) {
  test(`names are written shortly: ${text}`, () => {
    assert.is(namesText(names), text);
  });
}

const machine = (more: JsonObject = {}): JsonObject => ({
  ...{ name: "web-1", zone: link("zones/us-south1-a"), status: "RUNNING", canIpForward: true },
  machineType: link("zones/us-south1-a/machineTypes/n2-standard-2"),
  disks: [
    { boot: true, deviceName: "persistent-disk-0", source: link("zones/us-south1-a/disks/web-1"), diskSizeGb: "30" },
  ],
  networkInterfaces: [{ network: link("global/networks/n"), subnetwork: link("regions/us-south1/subnetworks/s") }],
  ...more,
});

function look(
  instances: readonly JsonObject[],
  more: Partial<Ground> = {},
  survey: { readonly places?: readonly string[]; readonly known?: readonly string[] } = {},
): Surveyed {
  const ground: Ground = {
    project,
    network: [{ name: "n", autoCreateSubnetworks: false }],
    subnetwork: [
      { name: "s", region: link("regions/us-south1"), network: link("global/networks/n"), ipCidrRange: "10.1.0.0/20" },
    ],
    ...{ firewall: [], router: [], instance: instances },
    disk: [
      {
        name: "web-1",
        zone: link("zones/us-south1-a"),
        type: link("zones/us-south1-a/diskTypes/pd-standard"),
        sourceImage: link("global/images/mine"),
      },
    ],
    ...more,
  };
  const wishes = { fleet: "f", places: survey.places ?? [], known: new Set(survey.known ?? []) };
  return surveyOf([ground], wishes, { ...shippedNames, locationClass: "self-managed" });
}

const kinds = ({ manifests }: Surveyed): readonly string[] =>
  manifests.map(({ content }) => `${content.kind} ${(content.metadata as JsonObject).name}`);

test("a machine, its network and its place; what catalogs know keeps its name", () => {
  const surveyed = look([machine()]);
  assert.equal(kinds(surveyed), ["Location us-south1-a", "Network n", "Workload web-1"]);
  assert.equal(surveyed.leftOut, []);
  assert.equal(Object.keys(surveyed.catalogs), ["images", "cityCodes"]);
  assert.match(JSON.stringify(surveyed.manifests), /datumcloud\/d1-standard-2/);
});

const created = {
  metadata: { items: [{ key: "created-by", value: "projects/1/zones/z/instanceGroupManagers/pool" }] },
};
const twoNics = {
  networkInterfaces: [
    ...(machine().networkInterfaces as JsonObject[]),
    ...(machine().networkInterfaces as JsonObject[]),
  ],
};
const foreign = {
  networkInterfaces: [
    { network: "projects/host/global/networks/n", subnetwork: "projects/host/regions/us-south1/subnetworks/s" },
  ],
};
for (const [what, more, reason] of [
  ["stopped", { status: "TERMINATED" }, /it is TERMINATED/],
  ["of an instance group", created, /the group pool makes it/],
  ["a node of Kubernetes", { labels: { "goog-gke-node": "" } }, /Kubernetes/],
  [
    "of another fleet",
    {
      labels: {
        "plumbline-fleet": "other",
        "plumbline-uid": "1",
        "plumbline-namespace": "default",
        "plumbline-name": "x",
      },
    },
    /the fleet other/,
  ],
  ["twice in a network", twoNics, /in one network/],
  ["in a shared network", foreign, /of another project/],
  ["without a boot disk of its own", { disks: [] }, /no boot disk/],
] as const) {
  test(`left out with the reason: ${what}`, () => {
    const { leftOut, manifests } = look([machine(more)]);
    assert.is(manifests.filter(({ content }) => content.kind === "Workload").length, 0);
    assert.match(leftOut.find(({ subject }) => subject === "instance p/us-south1-a/web-1")?.reason ?? "", reason);
  });
}

test("nothing that was found is in neither list", () => {
  const { leftOut } = look([machine()], {
    network: [{ name: "n" }, { name: "empty" }],
    firewall: [
      {
        name: "ssh",
        network: link("global/networks/n"),
        direction: "INGRESS",
        allowed: [{ IPProtocol: "tcp", ports: ["22"] }],
        sourceRanges: ["0.0.0.0/0"],
      },
    ],
    router: [{ name: "nat", region: link("regions/us-south1"), network: link("global/networks/n") }],
  });
  assert.equal(
    leftOut.map(({ subject }) => subject),
    ["firewall p/ssh", "network projects/p/global/networks/empty", "router p/us-south1/nat"],
  );
});

test("a place that is not asked for, and what manifests ask for already, is passed over", () => {
  const key = "projects/p/zones/us-south1-a/instances/web-1";
  assert.equal(kinds(look([machine()], {}, { places: ["europe-west2"] })), []);
  assert.equal(
    kinds(look([machine()], {}, { known: [key] })),
    ["Location us-south1-a", "Network n", "NetworkBinding n-us-south1-a"].map((word) =>
      word.replaceAll("us-south1-a", "us-south1-b"),
    ),
  );
});

test("two subnetworks of one network in one zone are two locations", () => {
  const second = machine({
    name: "db-1",
    networkInterfaces: [{ network: link("global/networks/n"), subnetwork: link("regions/us-south1/subnetworks/t") }],
  });
  const subnetwork = ["s", "t"].map((name, index) => ({
    name,
    region: link("regions/us-south1"),
    network: link("global/networks/n"),
    ipCidrRange: `10.${index}.0.0/20`,
  }));
  const found = kinds(look([machine(), second], { subnetwork }));
  assert.equal(
    found.filter((word) => word.startsWith("Location")),
    ["Location us-south1-a", "Location us-south1-a-2"],
  );
});

test.run();

import * as assert from "uvu/assert";
import type { JsonObject } from "../../../src/core/json.ts";
import type { Resource } from "../../../src/core/resource.ts";
import { createGcpProvider } from "../../../src/providers/gcp/index.ts";
import { legalName } from "../../../src/providers/gcp/names.ts";
import { protocolsOf } from "../../../src/providers/gcp/translate/firewall.ts";
import { shippedNames } from "../../support/names.ts";
import { suite } from "../../support/suite.ts";
import { fleetOf, locationsText, machineText, networkText, sandboxText, wholeFleet } from "./manifests.ts";
import { byName } from "./scene.ts";

const test = suite("gcp translation");
const provider = createGcpProvider({ ...shippedNames, name: "gcp", credentials: { kind: "none" } });

function metadataOf(resource: Resource): Readonly<Record<string, string>> {
  return resource.spec.metadata as Readonly<Record<string, string>>;
}

test("a fleet becomes networks, subnetworks, firewalls, disks and instances", () => {
  const resources = provider.translate(wholeFleet());
  assert.equal(
    resources.map(({ address, key }) => `${address} ${key.replace("projects/test-project/", "")}`),
    [
      "gcp/disk/default/web-main-dfw-0-data zones/us-south1-a/disks/web-main-dfw-0-data",
      "gcp/disk/default/web-main-dfw-1-data zones/us-south1-a/disks/web-main-dfw-1-data",
      "gcp/firewall/default/cache-main-dfw-net-0-0 global/firewalls/test-cache-main-dfw-net-0-0",
      "gcp/firewall/default/web-main-dfw-net-0-0 global/firewalls/test-web-main-dfw-net-0-0",
      "gcp/firewall/default/web-main-dfw-net-0-0-deny global/firewalls/test-web-main-dfw-net-0-0-deny",
      "gcp/instance/default/cache-main-dfw-0 zones/us-south1-a/instances/cache-main-dfw-0",
      "gcp/instance/default/web-main-dfw-0 zones/us-south1-a/instances/web-main-dfw-0",
      "gcp/instance/default/web-main-dfw-1 zones/us-south1-a/instances/web-main-dfw-1",
      "gcp/network/default/main global/networks/test-main",
      "gcp/service-account/default/cache serviceAccounts/cache-d3cefee25370@test-project.iam.gserviceaccount.com",
      "gcp/subnetwork/default/main-dallas regions/us-south1/subnetworks/test-main-dallas",
    ],
  );
  // The probe's image is held by a registry of Google's, which lets accounts in.
  assert.equal(provider.realms(wholeFleet()), ["test-project", "test-project/secrets"]);
  assert.equal(provider.realms(fleetOf(locationsText)), ["test-project"], "what ran there before must be found again");
  assert.equal(provider.problems?.(wholeFleet()), []);
});

test("an instance waits for its networks and their presences, and belongs to its deployment's rollout", () => {
  const [first, second] = ["web-main-dfw-0", "web-main-dfw-1"].map((name) =>
    byName(provider.translate(wholeFleet()), name),
  );
  assert.equal(first?.needs, ["network default/main", "presence default/main@default/dallas"]);
  assert.equal(first?.group, { name: "default/web-main-dfw", ordinal: 0, width: 1 });
  assert.is(second?.group?.ordinal, 1);
  const subnetwork = byName(provider.translate(wholeFleet()), "test-main-dallas");
  assert.equal(subnetwork.provides, ["presence default/main@default/dallas"]);
  assert.is(first?.fieldSources.machineType?.line, 15);
});

test("what a rule leaves out is denied one step earlier, for the deployment's instances alone", () => {
  const resources = provider.translate(wholeFleet());
  const [allow, deny] = ["test-web-main-dfw-net-0-0", "test-web-main-dfw-net-0-0-deny"].map((name) =>
    byName(resources, name),
  );
  const tags = byName(resources, "web-main-dfw-0").spec.tags as readonly string[];
  assert.equal(
    [allow?.spec.priority, allow?.spec.sourceRanges, allow?.spec.allowed, allow?.spec.denied],
    [65534, ["0.0.0.0/0"], [{ IPProtocol: "tcp", ports: ["80", "443-444"] }], undefined],
  );
  assert.equal(
    [deny?.spec.priority, deny?.spec.sourceRanges, deny?.spec.denied, deny?.spec.allowed],
    [65533, ["10.1.0.0/16"], [{ IPProtocol: "tcp", ports: ["80", "443-444"] }], undefined],
  );
  const [target = ""] = (allow?.spec.targetTags ?? []) as readonly string[];
  assert.ok(tags.includes(target));
  assert.not.ok((byName(resources, "cache-main-dfw-0").spec.tags as readonly string[]).includes(target));
});

test("ports gather under their protocol; none at all are all", () => {
  assert.equal(protocolsOf([]), [{ IPProtocol: "all" }]);
  assert.equal(
    protocolsOf([
      { protocol: "udp", from: 53, to: 53 },
      { protocol: "tcp", from: 1000, to: 2000 },
      { protocol: "tcp", from: 80 },
      { protocol: "tcp", from: 80 },
    ]),
    [
      { IPProtocol: "tcp", ports: ["80", "1000-2000"] },
      { IPProtocol: "udp", ports: ["53"] },
    ],
  );
  assert.equal(protocolsOf([{ protocol: "tcp", from: 80 }, { protocol: "tcp" }]), [{ IPProtocol: "tcp" }]);
});

test("containers become units on a container image, the same bytes every time", () => {
  const resource = byName(provider.translate(wholeFleet()), "cache-main-dfw-0");
  const text = metadataOf(resource)["user-data"] ?? "";
  assert.ok(text.startsWith("#cloud-config\nwrite_files:\n"));
  assert.match(text, /path: "\/etc\/plumbline\/volumes\/settings\/redis\.conf"/);
  assert.match(text, /docker run --rm --name=redis --network=host --env=LIMIT=512mb/);
  assert.match(text, /\\"--env=MODE=50%% \$\$HOME\\"/);
  assert.match(text, /--volume=\/etc\/plumbline\/volumes\/settings:\/etc\/redis:ro docker\.io\/library\/redis:7\.4/);
  assert.match(text, /docker-credential-gcr configure-docker --registries=us-docker\.pkg\.dev/);
  assert.not.match(text, /kubelet/);
  assert.equal(provider.translate(wholeFleet()), provider.translate(wholeFleet()));
  const shuffled = fleetOf(sandboxText, machineText, networkText, locationsText);
  assert.is(metadataOf(byName(provider.translate(shuffled), "cache-main-dfw-0"))["user-data"], text);
  assert.match(metadataOf(resource)["plumbline-boot"] ?? "", /^pd-standard projects\/cos-cloud\//);
});

test("a machine formats, mounts and links at every boot, and lets its people in", () => {
  const metadata = metadataOf(byName(provider.translate(wholeFleet()), "web-main-dfw-0"));
  const text = metadata["user-data"] ?? "";
  assert.ok(text.startsWith("#cloud-config\nbootcmd:\n"));
  assert.match(text, /mkfs\.ext4 -q -m 0 \/dev\/disk\/by-id\/google-persistent-disk-1/);
  assert.match(text, /mount -o discard,defaults \/dev\/disk\/by-id\/google-persistent-disk-1 \/srv\/data/);
  assert.match(text, /ln -sfn \/etc\/plumbline\/volumes\/settings \/etc\/web/);
  assert.match(metadata["ssh-keys"] ?? "", /^ops:ssh-ed25519 /);
});

test("what Compute Engine has no word for is a problem on its line, and nothing is made of it", () => {
  const strict = createGcpProvider({
    ...shippedNames,
    name: "gcp",
    credentials: { kind: "none" },
    images: {},
    machineTypes: {},
  });
  const fleet = wholeFleet();
  assert.equal(
    strict.problems?.(fleet).map(({ rule, file, line, severity }) => [rule, file, line, severity]),
    [
      ["gcp/unknown-instance-type", "2.yaml", 15, "error"],
      ["gcp/unknown-image", "2.yaml", 24, "error"],
      ["gcp/unknown-instance-type", "3.yaml", 12, "error"],
      ["gcp/unknown-image", "3.yaml", 13, "error"],
    ],
  );
  assert.equal(
    strict.translate(fleet).filter(({ kind }) => kind === "instance"),
    [],
  );
});

test("only locations of the configured class are served", () => {
  const other = createGcpProvider({
    ...shippedNames,
    name: "gcp",
    credentials: { kind: "none" },
    locationClass: "datum-managed",
  });
  assert.equal(other.translate(wholeFleet()), []);
  assert.equal(other.realms(wholeFleet()), []);
});

test("the manifest's wishes reach the resources", () => {
  const wishful = machineText.replace(
    "{ name: web }",
    '{ name: web, annotations: { plumbline.dev/protect: "true", plumbline.dev/adopt: "true" } }',
  );
  const instance = byName(provider.translate(fleetOf(locationsText, networkText, wishful)), "web-main-dfw-0");
  assert.equal([instance.protected, instance.adopt, instance.spec.deletionProtection], [true, true, true]);
});

test("interfaces get external addresses as the annotation says", () => {
  const noted = (wish: string) => {
    const fleet = fleetOf(locationsText, networkText, machineText);
    const [first] = fleet.deployments;
    if (first === undefined) throw new Error("no deployment");
    const deployment = { ...first, annotations: { ...first.annotations, "plumbline.dev/external-addresses": wish } };
    const instances = fleet.instances.map((instance) => ({ ...instance, deployment }));
    return { ...fleet, deployments: [deployment], instances };
  };
  for (const [wish, expected] of [
    ["all", true],
    ["none", false],
    ["0", true],
    ["1, 2", false],
  ] as const) {
    const [nic] = byName(provider.translate(noted(wish)), "web-main-dfw-0").spec
      .networkInterfaces as readonly JsonObject[];
    assert.is(nic?.externalAddress, expected, wish);
    assert.equal(provider.problems?.(noted(wish)), []);
  }
  assert.equal(
    provider.problems?.(noted("some")).map(({ rule, line }) => [rule, line]),
    [["gcp/external-addresses", 3]],
  );
});

test("one network in two projects is one VPC in each", () => {
  const text = locationsText.replace(
    "projectId: test-project, region: europe",
    "projectId: other-project, region: europe",
  );
  const both = machineText.replace("cityCodes: [DFW]", "cityCodes: [DFW, LHR]");
  const fleet = fleetOf(text, networkText, both);
  const networks = provider.translate(fleet).filter(({ kind }) => kind === "network");
  assert.equal(
    networks.map(({ address, key, realm }) => [address, key, realm]),
    [
      ["gcp/network/default/main@other-project", "projects/other-project/global/networks/test-main", "other-project"],
      ["gcp/network/default/main@test-project", "projects/test-project/global/networks/test-main", "test-project"],
    ],
  );
  const alone = provider.translate(wholeFleet()).find(({ kind }) => kind === "network");
  assert.is(alone?.uid, networks[1]?.uid, "the identity does not change when a second project comes");
  assert.equal(provider.realms(fleet), ["other-project", "test-project"]);
});

test("names are legal, readable where they can be, and never meet", () => {
  assert.is(legalName(["web", "", "dfw-0"], "0123456789ab"), "web-dfw-0");
  const names = [
    ["1web"],
    ["a.b"],
    ["a_b"],
    ["Web"],
    [`${"long-".repeat(20)}a`],
    [`${"long-".repeat(20)}b`],
    ["ends-"],
  ].map((parts, index) => legalName(parts, `${index}123456789ab`));
  for (const name of names) assert.match(name, /^[a-z]([-a-z0-9]{0,61}[a-z0-9])$/);
  assert.is(new Set(names).size, names.length);
});

test("no secret of a manifest gets into a spec", () => {
  const secret = `apiVersion: v1
kind: Secret
metadata: { name: login }
stringData: { password: hunter2 }
`;
  const text = sandboxText
    .replace(
      "        - name: settings\n",
      "        - name: login\n          secret: { secretName: login }\n        - name: settings\n",
    )
    .replace(
      "{ name: settings, mountPath: /etc/redis }",
      "{ name: settings, mountPath: /etc/redis }, { name: login, mountPath: /run/login }",
    );
  const fleet = fleetOf(locationsText, networkText, text, secret);
  const all = JSON.stringify(provider.translate(fleet) as unknown as JsonObject);
  assert.not.match(all, /hunter2|aHVudGVyMg/);
});

test.run();

import * as assert from "uvu/assert";
import { type GcpLoop, steps, withGcpLoop } from "../../support/gcp-world.ts";
import { suite } from "../../support/suite.ts";
import { locationsText, machineText } from "./manifests.ts";

const test = suite("gcp address families");

const network = (families: string, more = "", annotations = "{}") => `apiVersion: networking.datumapis.com/v1alpha
kind: Network
metadata: { name: main, annotations: ${annotations} }
spec: { ipam: { mode: Auto ${more} }, ipFamilies: [${families}] }
`;
const machine = machineText.replace("minReplicas: 2", "minReplicas: 1");
const open = machine.replace(/from:\n.*\n/, "from: []\n");
const commit = (loop: GcpLoop, ...texts: readonly string[]) => loop.commit(locationsText, ...texts);
const nic = (loop: GcpLoop) =>
  ((loop.live("instances")[0]?.networkInterfaces ?? []) as Record<string, unknown>[])[0] ?? {};
const said = async (loop: GcpLoop, ...texts: readonly string[]) =>
  (await commit(loop, ...texts)).problems
    .filter(({ severity }) => severity === "error")
    .map(({ rule, message }) => `${rule}: ${message}`);

test("a network of both families is private on both, its range its own, and stays as it is", () =>
  withGcpLoop(async (loop) => {
    const outcome = await commit(loop, network("IPv4, IPv6", ", ipv6Range: 'fd20:ab:cd::/48'"), open);
    assert.is(outcome.kind, "applied", JSON.stringify(outcome.results));
    const [vpc] = loop.live("networks");
    assert.equal([vpc?.enableUlaInternalIpv6, vpc?.internalIpv6Range], [true, "fd20:ab:cd::/48"]);
    const [subnetwork] = loop.live("subnetworks");
    assert.equal([subnetwork?.stackType, subnetwork?.ipv6AccessType], ["IPV4_IPV6", "INTERNAL"]);
    assert.is(nic(loop).stackType, "IPV4_IPV6");
    assert.equal(steps(await loop.look()), []);
    const row = (await loop.look()).table.find(({ kind }) => kind === "instance");
    assert.match(row?.addresses.ipv6 ?? "", /^fd20:ab:cd:/);
    assert.match(
      (await loop.look()).table.find(({ kind }) => kind === "subnetwork")?.addresses.ipv6Range ?? "",
      /\/64$/,
    );
  }));

test("a rule without sources opens to both families, each in a rule of its own", () =>
  withGcpLoop(async (loop) => {
    await commit(loop, network("IPv4, IPv6"), open);
    assert.equal(
      loop.live("firewalls").map(({ name, sourceRanges }) => [name, sourceRanges]),
      [
        ["test-web-main-dfw-net-0-0", ["0.0.0.0/0"]],
        ["test-web-main-dfw-net-0-0-ipv6", ["::/0"]],
      ],
    );
  }));

test("public IPv6 gives the interface an external range and is told as exposure", () =>
  withGcpLoop(async (loop) => {
    const outcome = await commit(loop, network("IPv4, IPv6", "", "{ plumbline.dev/ipv6-access: external }"), open);
    assert.is(outcome.kind, "applied", JSON.stringify(outcome.results));
    assert.is(loop.live("subnetworks")[0]?.ipv6AccessType, "EXTERNAL");
    assert.is((nic(loop).ipv6AccessConfigs as readonly unknown[]).length, 1);
    const made = outcome.plan?.changes.find(({ kind }) => kind === "instance");
    assert.equal(made?.exposure?.gained, ["external address", "external IPv6 address"]);
    assert.match(outcome.table.find(({ kind }) => kind === "instance")?.addresses.externalIpv6 ?? "", /^2600:/);
    assert.equal(steps(await loop.look()), []);
  }));

test("IPv6 comes to a living fleet and leaves it again without a replacement", () =>
  withGcpLoop(async (loop) => {
    await commit(loop, network("IPv4"), open);
    const [id] = loop.live("instances").map((one) => one.id);
    const wider = await commit(loop, network("IPv4, IPv6"), open);
    assert.is(wider.kind, "applied", JSON.stringify(wider.results));
    assert.is(nic(loop).stackType, "IPV4_IPV6");
    assert.equal(steps(await loop.look()), []);
    assert.is((await commit(loop, network("IPv4"), open)).kind, "applied");
    const later = await loop.look();
    assert.is(later.kind, "applied", "the subnetwork follows when nobody holds IPv6 any more");
    const causes = later.plan?.changes.filter(({ action }) => action !== "keep").map(({ cause }) => cause);
    assert.equal(causes, ["commit"], "nobody changed it behind our back");
    assert.equal([nic(loop).stackType, loop.live("subnetworks")[0]?.stackType], ["IPV4_ONLY", "IPV4_ONLY"]);
    assert.equal(steps(await loop.look()), []);
    assert.is(loop.live("instances")[0]?.id, id);
  }));

test("IPv6 alone has no IPv4 anywhere", () =>
  withGcpLoop(async (loop) => {
    const outcome = await commit(loop, network("IPv6"), open);
    assert.is(outcome.kind, "applied", JSON.stringify(outcome.results));
    assert.equal(
      [nic(loop).stackType, nic(loop).networkIP, nic(loop).accessConfigs],
      ["IPV6_ONLY", undefined, undefined],
    );
    assert.equal(
      loop.live("firewalls").map(({ sourceRanges }) => sourceRanges),
      [["::/0"]],
    );
    assert.equal(steps(await loop.look()), []);
  }));

test("an interface may carry fewer families than its network, not more", () =>
  withGcpLoop(async (loop) => {
    const only = open.replace("- network: { name: main }", "- network: { name: main }\n          ipFamilies: [IPv4]");
    await commit(loop, network("IPv4, IPv6"), only);
    assert.is(nic(loop).stackType, "IPV4_ONLY");
    assert.equal(await said(loop, network("IPv4"), only.replace("[IPv4]", "[IPv4, IPv6]")), [
      "gcp/address-family: Interface 0 wants IPv6, which network main does not carry.",
    ]);
  }));

test("ranges that Compute Engine does not have, and public addresses nobody wants, are refused", () =>
  withGcpLoop(async (loop) => {
    assert.equal(await said(loop, network("IPv6", ", ipv6Range: 'fd30::/48'"), open), [
      "gcp/ipv6-range: fd30::/48 is no /48 of fd20::/20.",
    ]);
    const external = "{ plumbline.dev/ipv6-access: external }";
    assert.equal(await said(loop, network("IPv6", ", ipv6Range: 'fd20::/48'", external), open), [
      "gcp/ipv6-range: Compute Engine chooses public IPv6 ranges itself.",
    ]);
    const closed = open.replace(
      "name: web }",
      'name: web, annotations: { plumbline.dev/external-addresses: "none" } }',
    );
    assert.equal(await said(loop, network("IPv4, IPv6", "", external), closed), [
      "gcp/external-addresses: Interface 0 may have no external address, but IPv6 of network main is external.",
    ]);
  }));

test.run();

import * as assert from "uvu/assert";
import type { Resource } from "../../src/core/resource.ts";
import { expandFleet } from "../../src/datum/expand.ts";
import { gatewayAddress, gatewaySite, linkProblems, linkToken, sitesOf } from "../../src/datum/links.ts";
import { suite } from "../support/suite.ts";
import { checkFiles, sandbox } from "./support.ts";

const test = suite("links");

const location = (name: string, city: string, rest: string, plane = "") => `apiVersion: networking.datumapis.com/v1alpha
kind: Location
metadata: {name: ${name}${plane === "" ? "" : `, annotations: {plumbline.dev/control-plane: ${plane}}`}}
spec: {locationClassName: self-managed, topology: {topology.datum.net/city-code: ${city}}, provider: {${rest}}}
---
`;
const gcp = (project: string) => `gcp: {projectId: ${project}, region: us-south1, zone: us-south1-a}`;

function fleetOf(annotations: string, ...locations: readonly string[]) {
  const network = `apiVersion: networking.datumapis.com/v1alpha
kind: Network
metadata: {name: default, annotations: {${annotations}}}
spec: {ipam: {mode: Auto}}
`;
  const cities = locations.map((text) => /city-code: (\w+)/.exec(text)?.[1] ?? "");
  const workload = sandbox(["spec.placements.0.cityCodes", cities]);
  const { documents } = checkFiles({ "a.yaml": `${locations.join("")}${network}`, "w.yaml": workload });
  return expandFleet(documents, { fleet: "f", allocations: new Map() });
}

const told = (fleet: ReturnType<typeof fleetOf>, ...tokens: readonly string[]) =>
  linkProblems(fleet, [{ provides: tokens } as unknown as Resource]).map(
    ({ message }) => message.split(" in network")[0],
  );

test("places of one project, or of one control plane, are one site", () => {
  const fleet = fleetOf("", location("a", "DFW", gcp("p")), location("b", "LHR", gcp("p")));
  assert.equal(told(fleet), []);
  const edge = fleetOf("", location("a", "DFW", "", "lhr"), location("b", "LHR", "", "lhr"));
  assert.equal(told(edge), []);
});

test("each pair of sites that nothing connects is told, on the network's line", () => {
  const fleet = fleetOf(
    "",
    location("a", "DFW", gcp("p")),
    location("b", "LHR", gcp("q")),
    location("c", "FRA", "", "fra"),
  );
  assert.equal(told(fleet), [
    "Nothing connects c (control plane fra) with a (Compute Engine, project p)",
    "Nothing connects c (control plane fra) with b (Compute Engine, project q)",
    "Nothing connects a (Compute Engine, project p) with b (Compute Engine, project q)",
  ]);
  const [problem] = linkProblems(fleet, []);
  assert.equal([problem?.rule, problem?.severity, problem?.file], ["network/unconnected", "warning", "a.yaml"]);
});

test("what names the default control plane and what names none are one site", () => {
  const fleet = fleetOf("", location("a", "DFW", "", "dfw"), location("b", "FRA", ""), location("c", "AMS", "", "lhr"));
  const planes = { byDefault: "dfw", unseen: new Set<string>() };
  assert.equal(
    linkProblems(fleet, [], planes).map(({ message }) => message.split(" in network")[0]),
    ["Nothing connects a, b (control plane dfw) with c (control plane lhr)"],
  );
});

test("of a control plane that cannot be seen nobody knows what it connects", () => {
  const fleet = fleetOf("", location("a", "DFW", gcp("p")), location("c", "AMS", "", "lhr"));
  assert.is(linkProblems(fleet, [], { byDefault: "dfw", unseen: new Set(["lhr"]) }).length, 0);
  assert.is(linkProblems(fleet, [], { byDefault: "dfw", unseen: new Set(["dfw"]) }).length, 1);
});

test("the hint says what would help these two", () => {
  const hints = (annotations: string, ...places: readonly string[]) =>
    linkProblems(fleetOf(annotations, ...places), []).map(({ hint }) => hint);
  const edge = [location("a", "DFW", "", "dfw"), location("c", "AMS", "", "lhr")];
  assert.match(hints("", ...edge)[0] ?? "", /^Let one control plane serve both/);
  const mixed = [location("a", "DFW", gcp("p")), location("c", "AMS", "", "lhr")];
  assert.match(hints("", ...mixed)[0] ?? "", /^Name a gateway with plumbline\.dev\/fabric-gateway/);
  assert.match(
    hints("plumbline.dev/fabric-gateway: 192.0.2.1", ...mixed)[0] ?? "",
    /^The gateway 192\.0\.2\.1 is in no block/,
  );
  assert.match(hints("plumbline.dev/fabric-gateway: 10.128.0.9", ...mixed)[0] ?? "", /offers no VPCs/);
  const projects = [location("a", "DFW", gcp("p")), location("b", "LHR", gcp("q"))];
  assert.match(hints("", ...projects)[0] ?? "", /^Use one project/);
});

test("what connects them, or routes of the manifest, are no more told", () => {
  const places = [location("a", "DFW", gcp("p")), location("c", "FRA", "")];
  const token = linkToken({ namespace: "default", name: "default" }, "gcp p", "");
  assert.equal(told(fleetOf("", ...places), token), []);
  assert.is(told(fleetOf("", ...places)).length, 1);
  assert.equal(told(fleetOf('plumbline.dev/routes: "10.128.0.0/9 via 10.128.0.5"', ...places)), []);
  assert.is(told(fleetOf('plumbline.dev/routes: "10.128.0.0/9 via internet"', ...places)).length, 1);
  assert.is(told(fleetOf('plumbline.dev/routes: "10.200.0.0/20 via 10.128.0.5"', ...places)).length, 1);
});

test("a gateway belongs to the project whose block holds its address", () => {
  const fleet = fleetOf("", location("a", "DFW", gcp("p")), location("b", "LHR", gcp("q")));
  const sites = sitesOf(fleet, fleet.networks[0] as NonNullable<(typeof fleet.networks)[0]>);
  assert.is(gatewaySite("10.132.0.9", sites)?.name, "gcp q");
  assert.is(gatewaySite("10.128.15.255", sites)?.name, "gcp p");
  assert.is(gatewaySite("10.140.0.1", sites), undefined);
  assert.is(gatewaySite("", sites), undefined);
  assert.equal(["10.0.0.1", "10.0.0", "gate"].map(gatewayAddress), ["10.0.0.1", undefined, undefined]);
});

test.run();

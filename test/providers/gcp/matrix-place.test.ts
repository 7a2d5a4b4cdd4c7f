import * as assert from "uvu/assert";
import type { Json, JsonObject } from "../../../src/core/json.ts";
import { type GcpLoop, steps, withGcpLoop } from "../../support/gcp-world.ts";
import { suite } from "../../support/suite.ts";
import { locationsText, machineText, networkText } from "./manifests.ts";

const test = suite("gcp update matrix of places and networks, in the world");
const volume = machineText.slice(
  machineText.indexOf("        - name: data\n"),
  machineText.indexOf("        - name: settings"),
);
/** Two copies without anything that a replacement could lose. */
const machine = machineText.replace(volume, "").replace("            - { name: data, mountPath: /srv/data }\n", "");
const otherNetwork = networkText.replace("name: main", "name: other");
const end = (value: unknown): string => String(value).split("/").at(-1) ?? "";

const standing = (loop: GcpLoop) =>
  loop.live("instances").map(({ name, id, zone, networkInterfaces, status }) => {
    const [first] = networkInterfaces as readonly { readonly network: string }[];
    return {
      name: String(name),
      id: String(id),
      zone: end(zone),
      network: end(first?.network),
      status: String(status),
    };
  });

test("machines of a location whose zone changes are made anew there, the highest ordinal first", () =>
  withGcpLoop(async (loop) => {
    await loop.commit(locationsText, networkText, machine);
    const before = standing(loop);
    const outcome = await loop.commit(locationsText.replace("us-south1-a", "us-south1-b"), networkText, machine);
    assert.is(outcome.kind, "applied", JSON.stringify([outcome.refusals, outcome.results]));
    assert.equal(
      steps(outcome).filter((step) => step.includes("instance")),
      ["replace gcp/instance/default/web-main-dfw-1 zone", "replace gcp/instance/default/web-main-dfw-0 zone"],
    );
    const after = standing(loop);
    assert.equal(
      after.map(({ name, zone, status }) => [name, zone, status]),
      [
        ["web-main-dfw-0", "us-south1-b", "RUNNING"],
        ["web-main-dfw-1", "us-south1-b", "RUNNING"],
      ],
    );
    assert.ok(after.every(({ id }) => before.every((one) => one.id !== id)));
    assert.equal(steps(await loop.look()), []);
  }));

test("an interface that goes to another network makes its machines anew", () =>
  withGcpLoop(async (loop) => {
    await loop.commit(locationsText, networkText, otherNetwork, machine);
    const before = standing(loop);
    const moved = machine.replace("network: { name: main }", "network: { name: other }");
    const outcome = await loop.commit(locationsText, networkText, otherNetwork, moved);
    assert.is(outcome.kind, "applied", JSON.stringify([outcome.refusals, outcome.results]));
    const replaced = outcome.plan?.changes.filter(({ action, kind }) => action === "replace" && kind === "instance");
    assert.equal(
      replaced?.map(({ fields }) => fields.find(({ forces }) => forces === "replace")?.source?.line),
      [59, 59],
    );
    const after = standing(loop);
    assert.equal(
      after.map(({ network, status }) => [network, status]),
      [
        ["test-other", "RUNNING"],
        ["test-other", "RUNNING"],
      ],
    );
    assert.ok(after.every(({ id }) => before.every((one) => one.id !== id)));
    assert.equal(steps(await loop.look()), []);
  }));

test("a firewall rule that somebody turned round is made anew", () =>
  withGcpLoop(async (loop) => {
    await loop.commit(locationsText, networkText, machine);
    const [rule] = loop.live("firewalls").filter(({ denied }) => denied === undefined);
    const { name, network, description, targetTags } = rule as Readonly<Record<string, Json>>;
    const ask = async (method: string, path: string, body?: JsonObject): Promise<void> => {
      const answer = await fetch(`${loop.simulator.url}/compute/v1/projects/test-project/global/firewalls${path}`, {
        ...{ method, headers: { "content-type": "application/json" } },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      assert.is(answer.status, 200, await answer.text());
      loop.simulator.control.settle();
    };
    await ask("DELETE", `/${name}`);
    const turned = { direction: "EGRESS", destinationRanges: ["10.0.0.0/8"], allowed: [{ IPProtocol: "all" }] };
    await ask("POST", "", { name, network, description, targetTags, ...turned } as JsonObject);
    const outcome = await loop.look();
    assert.match(steps(outcome).join(), /^replace gcp\/firewall\/\S+ .*direction/);
    const after = loop.live("firewalls").find((one) => one.name === name);
    assert.equal(
      [after?.direction, after?.sourceRanges, after?.allowed],
      ["INGRESS", rule?.sourceRanges, rule?.allowed],
    );
    assert.equal(steps(await loop.look()), []);
  }));

test.run();

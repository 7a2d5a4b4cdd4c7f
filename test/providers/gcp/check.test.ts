import * as assert from "uvu/assert";
import type { Call } from "../../../src/providers/gcp/client/call.ts";
import { checkCall } from "../../../src/providers/gcp/client/check.ts";
import { ProviderError } from "../../../src/providers/provider.ts";
import { suite } from "../../support/suite.ts";

const test = suite("gcp writes before they are sent");

const place = { project: "p", zone: "z", instance: "i" };

/** service, method, request → what is wrong with it; empty: it may be sent. */
const rows: readonly (readonly [Call["service"], string, object, string])[] = [
  ["Instances", "stop", place, ""],
  ["Instances", "setTags", { ...place, tagsResource: { items: ["a"], fingerprint: "x" } }, ""],
  ["Instances", "setTags", { ...place, tagsResource: { itmes: ["a"] } }, "the API has no Tags.itmes"],
  ["Instances", "setTags", { ...place, tagsResource: { items: "a" } }, "the API has no Tags.items of this value"],
  [
    "Instances",
    "setLabels",
    { ...place, instancesSetLabelsRequestResource: { labels: { a: 1 } } },
    "the API has no InstancesSetLabelsRequest.labels",
  ],
  ["Instances", "setMachineType", { ...place, instancesSetMachineTypeRequestResource: { machineType: "m" } }, ""],
  [
    "Instances",
    "setMachineType",
    { ...place, instancesSetMachineTypeRequestResource: { machinetype: "m" } },
    "the API has no InstancesSetMachineTypeRequest.machinetype",
  ],
  ["Instances", "stop", { ...place, body: {} }, "Instances.stop has no body"],
  ["Instances", "stop", { project: "p", zone: "z" }, "Instances.stop is missing instance"],
  ["Instances", "halt", place, "the API has no method Instances.halt"],
  ["Instances", "insert", { project: "p", zone: "z", instanceResource: { name: "i", requestId: "r" } }, "requestId"],
  ["Disks", "resize", { project: "p", zone: "z", disk: "d", disksResizeRequestResource: { sizeGb: "20" } }, ""],
  ["Disks", "resize", { project: "p", zone: "z", disk: "d", disksResizeRequestResource: { sizeGb: 20.5 } }, "sizeGb"],
  [
    "Subnetworks",
    "patch",
    { project: "p", region: "r", subnetwork: "s", subnetworkResource: { stackType: "IPV5" } },
    "stackType",
  ],
  [
    "Routers",
    "patch",
    { project: "p", region: "r", router: "x", routerResource: { nats: [{ nam: "n" }] } },
    "nats[0].nam",
  ],
];

test("a write that the published description does not know word for word is not sent", () => {
  for (const [service, method, request, wrong] of rows) {
    const call = { service, method, request, doing: "try it", resource: "key" };
    if (wrong === "") {
      checkCall(call);
      continue;
    }
    try {
      checkCall(call);
      assert.unreachable(wrong);
    } catch (error) {
      assert.instance(error, ProviderError);
      const { message, code, next, resource } = error as ProviderError;
      assert.equal([code, next, resource], ["invalid", "person", "key"]);
      assert.ok(
        message.startsWith("try it: ") && message.includes(wrong) && message.endsWith("Nothing was sent."),
        message,
      );
    }
  }
});

test.run();

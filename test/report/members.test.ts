import * as assert from "uvu/assert";
import type { MemberPlace, MemberStatus } from "../../src/core/members.ts";
import { membersText } from "../../src/report/members.ts";
import { plainLook } from "../../src/report/palette.ts";
import { suite } from "../support/suite.ts";

const test = suite("report members");

function told(place: Partial<MemberPlace>): string {
  const whole = {
    location: "sydney",
    wanted: 1,
    ready: 0,
    drifted: 0,
    at: ["gcp"],
    addresses: [],
    waits: "",
    ...place,
  };
  const status = { apiVersion: "", kind: "Location", namespace: "default", name: "sydney", places: [whole] };
  return membersText([status as unknown as MemberStatus], plainLook).split("\n")[1] ?? "";
}

test("a place where nothing is wanted is not called ready", () => {
  assert.match(told({ wanted: 0, at: [] }), /^sydney +0\/0 +- +nothing is wanted there$/);
  assert.match(told({ ready: 1 }), /^sydney +1\/1 +gcp +ready$/);
});

test("the condition that is waited for is told whole", () => {
  const condition = "condition Ready is False (NoCapacity: No capacity left in this point of presence.)";
  const waits = `dfw/networkcontext/default/spare-default-sydney was not done: it is not ready after 120 s: ${condition}`;
  assert.ok(told({ waits }).includes(condition));
});

test.run();

import { setImmediate } from "node:timers/promises";
import * as assert from "uvu/assert";
import { suite } from "../../support/suite.ts";
import { fleetOf, networkOf, networksPath, only, withScene } from "./scene.ts";

const test = suite("providers/edge/doers");
const { signal } = new AbortController();

test("the program that wrote an object last is told; we and those who write its status are not", () =>
  withScene(async ({ provider, apply, api }) => {
    const resource = only(provider.translate(fleetOf(networkOf("main"))));
    await apply(resource);
    const start = "2000-01-01T00:00:00Z";
    const who = async (since = start, keys: readonly string[] = [resource.key]) =>
      [...((await provider.whoChanged?.(keys, since, signal)) ?? [])].map(([key, { by, what }]) => [key, by, what]);
    assert.equal(await who(), []);
    const patch = { spec: { mtu: 1400 } };
    await api("PATCH", `${networksPath}/main?fieldManager=kubectl-edit`, patch, "application/merge-patch+json");
    assert.equal(await who(), [[resource.key, "kubectl-edit", "Update"]]);
    const { managedFields } = (await api("GET", `${networksPath}/main`)).metadata as {
      managedFields: readonly { manager: string; time: string }[];
    };
    const at = managedFields.find(({ manager }) => manager === "kubectl-edit")?.time ?? "";
    const sameSecond = at.replace("Z", ".999Z");
    assert.equal((await who(sameSecond)).length, 1, "the server keeps whole seconds");
    assert.equal(await who("2999-01-01T00:00:00Z"), [], "only since then");
    const others = [resource.key.replace("/main", "/none"), "Nothing.example.com/default/x", "nonsense"];
    assert.equal(await who(start, others), []);
    await api("DELETE", `${networksPath}/main`);
    // A controller lets go of it a moment later.
    while ((await api("GET", `${networksPath}/main`)).kind === "Network") await setImmediate();
    assert.equal(await who(), [], "of what is gone nothing is known");
  }));

test.run();

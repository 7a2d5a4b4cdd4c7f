import * as assert from "uvu/assert";
import type { Finding } from "../../../src/core/checkup.ts";
import { suite } from "../../support/suite.ts";
import { answer, discoveryAnswers, withFakeServer } from "./fake-server.ts";
import { fleetOf, networkOf, withScene } from "./scene.ts";

const test = suite("edge checkup");
const faults = (findings: readonly Finding[] = []): readonly Finding[] =>
  findings.filter(({ verdict }) => verdict !== "good");

test("a control plane that answers, serves and permits has no faults", () =>
  withScene(async ({ provider }) => {
    const fleet = fleetOf(networkOf("main"));
    const findings = await provider.checkup?.([fleet], AbortSignal.timeout(10_000));
    assert.equal(faults(findings), []);
    assert.equal(
      findings?.map(({ subject }) => subject),
      ["endpoint", "identity", "kinds", "permissions"],
    );
  }));

test("each verb that is denied is named, for each kind and place", () =>
  withScene(
    async ({ provider }) => {
      const findings = await provider.checkup?.([fleetOf(networkOf("main"))], AbortSignal.timeout(10_000));
      const [found] = faults(findings);
      assert.is(found?.message, "not permitted: patch, delete networks in default");
    },
    { denied: ["delete networks.networking.datumapis.com", "patch networks.networking.datumapis.com"] },
  ));

test("a control plane that cannot be reached or permits nothing is told with what to do", async () => {
  await withScene(
    async ({ provider }) => {
      const [found] = faults(await provider.checkup?.([fleetOf(networkOf("main"))], AbortSignal.timeout(10_000)));
      assert.match(found?.message ?? "", /ECONNREFUSED/);
      assert.match(found?.mend ?? "", /endpoint, project and proxy/);
    },
    {},
    { endpoint: "http://127.0.0.1:9" },
  );
  await withFakeServer(
    (request, response) => {
      const known = discoveryAnswers[(request.url ?? "").split("?")[0] ?? ""];
      if (known !== undefined) return answer(response, 200, known);
      answer(response, 403, { kind: "Status", code: 403, reason: "Forbidden", message: "networks is forbidden" });
    },
    async (provider) => {
      const findings = await provider.checkup?.([fleetOf(networkOf("main"))], AbortSignal.timeout(10_000));
      assert.equal(
        faults(findings).map(({ subject }) => subject),
        ["permissions"],
      );
    },
  );
});

test.run();

import * as assert from "uvu/assert";
import { suite } from "../../support/suite.ts";
import { networkOf, networksPath, withScene } from "./scene.ts";

const test = suite("edge provider: survey");

test("a kind that may not be listed is left out with its reason, and the others are found", () =>
  withScene(
    async ({ provider, api }) => {
      await api("POST", networksPath, networkOf("prod"));
      const survey = { fleet: "test", realms: ["default"], places: [], known: new Set<string>() };
      const { manifests, leftOut } = (await provider.survey?.(survey, new AbortController().signal)) ?? {};
      assert.equal(
        manifests?.map(({ file }) => file),
        ["networks.yaml"],
      );
      assert.equal(leftOut, [
        { subject: "dnszone.dns.networking.miloapis.com", reason: "these credentials may not list it" },
      ]);
    },
    { denied: ["list dnszones.dns.networking.miloapis.com"] },
  ));

test.run();

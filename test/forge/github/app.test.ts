import { createPrivateKey } from "node:crypto";
import * as assert from "uvu/assert";
import type { GithubOptions } from "../../../src/forge/github/options.ts";
import { fakeClock } from "../../support/clock.ts";
import { type GithubForgeWorld, onGithubForge } from "../../support/github-forge-world.ts";
import { suite } from "../../support/suite.ts";

const test = suite("forge/github/app");

/** How many tokens were minted so far. */
function minted({ github }: GithubForgeWorld): number {
  return github.traffic().filter((line) => /^POST .*access_tokens 201$/.test(line)).length;
}

/** A new key of our app, in one of its forms. */
function credentialsOf({ github }: GithubForgeWorld, type: "pkcs1" | "pkcs8"): GithubOptions["credentials"] {
  const { appId, privateKey } = github.addApp("plumbline", "acme");
  const pem = createPrivateKey(privateKey).export({ type, format: "pem" }).toString();
  return { kind: "app", appId: String(appId), privateKey: async () => pem };
}

test("the installation is found by the repository, one token serves many calls and git", () =>
  onGithubForge("app", async (world) => {
    const { forge, signal } = world;
    await Promise.all([forge.pulls(signal), forge.pull(1, signal), forge.permission("ann", signal)]);
    assert.match((await forge.token()) ?? "", /^ghs_/);
    assert.is(minted(world), 1);
    assert.ok(forge.hasChecks);
  }));

test("a token is renewed ahead of its end, and at once when it is refused", () => {
  const clock = fakeClock(new Date().toISOString());
  return onGithubForge(
    "app",
    async (world) => {
      const { forge, signal, github } = world;
      await forge.pulls(signal);
      // Still good for four minutes, but not for long enough.
      await clock.advance(56 * 60_000);
      await forge.pulls(signal);
      assert.is(minted(world), 2);
      for (const { token } of github.world.state.all("tokens")) github.world.state.drop("tokens", token);
      await forge.pulls(signal);
      assert.is(minted(world), 3);
    },
    { forge: { clock } },
  );
});

for (const skewMinutes of [-15, 15]) {
  test(`a clock that is off by ${skewMinutes} minutes is reckoned with`, () =>
    onGithubForge("app", async ({ forge, signal }) => assert.equal(await forge.pulls(signal), []), {
      nowIso: () => new Date(Date.now() + skewMinutes * 60_000).toISOString(),
    }));
}

test("an App that is not installed is told so, and found when it is", () =>
  onGithubForge("app", async ({ forge, github, signal }) => {
    const { state } = github.world;
    const [installation] = state.all("installations");
    assert.ok(installation);
    state.drop("installations", installation.id);
    const error = await forge.pulls(signal).catch((thrown) => thrown);
    assert.equal([error.code, error.next], ["auth", "person"]);
    assert.match(error.message, /not installed on acme\/fleet/);
    state.put("installations", installation.id, installation);
    assert.equal(await forge.pulls(signal), []);
  }));

test("without the permission for checks there are none", () =>
  onGithubForge("app", async ({ forge, github, signal }) => {
    const { state } = github.world;
    const [app] = state.all("apps");
    assert.ok(app);
    state.put("apps", app.id, { ...app, permissions: { metadata: "read", statuses: "write" } });
    await forge.pulls(signal);
    assert.not(forge.hasChecks);
  }));

for (const form of ["pkcs1", "pkcs8"] as const) {
  test(`a key in the form ${form} is taken`, () =>
    onGithubForge("app", async (world) => {
      assert.equal(await world.open({ credentials: credentialsOf(world, form) }).pulls(world.signal), []);
    }));
}

test("a broken key is told without showing it", () =>
  onGithubForge("app", async ({ open, signal }) => {
    const privateKey = async () => "-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0\n-----END RSA PRIVATE KEY-----\n";
    const forge = open({ credentials: { kind: "app", appId: "1", privateKey } });
    const error = await forge.pulls(signal).catch((thrown) => thrown);
    assert.equal([error.code, error.next], ["auth", "person"]);
    assert.not.match(`${error.message} ${error.stack}`, /c2VjcmV0/);
  }));

test.run();

import { createVerify, generateKeyPairSync } from "node:crypto";
import * as assert from "uvu/assert";
import type { GithubOptions } from "../../../src/forge/github/options.ts";
import { fakeClock } from "../../support/clock.ts";
import { suite } from "../../support/suite.ts";
import { type Scene, withForge } from "./scene.ts";
import type { Seen, Stub } from "./stub-world.ts";

const test = suite("forge/github/app");
const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const clock = fakeClock(new Date().toISOString());

/** GitHub's side of an App: checks signatures and times, mints numbered tokens that live an hour. */
interface AppWorld {
  minted: number;
  /** By how much GitHub's clock is ahead of ours. */
  skewSeconds: number;
  installation: number;
  permissions: Record<string, string>;
  refuseToken: string;
}

function serveApp(stub: Stub, world: AppWorld): void {
  stub.special = (seen) => {
    const wantsApp = /^\/app|\/installation$/.test(seen.path);
    if (!wantsApp) {
      const isGood =
        /^Bearer ghs_\d+$/.test(String(seen.headers.authorization)) &&
        seen.headers.authorization !== `Bearer ${world.refuseToken}`;
      return isGood ? undefined : [401, { message: "Bad credentials" }];
    }
    const nowSeconds = Math.floor(Date.now() / 1_000) + world.skewSeconds;
    const fault = jwtFault(seen, nowSeconds);
    if (fault !== "") return [401, { message: fault }, { date: new Date(nowSeconds * 1_000).toUTCString() }];
    if (seen.path === "/app") return [200, { slug: "plumb" }];
    if (seen.path.endsWith("/installation"))
      return world.installation === 0 ? [404, { message: "Not Found" }] : [200, { id: world.installation }];
    if (seen.path !== `/app/installations/${world.installation}/access_tokens`) return [404, { message: "Not Found" }];
    world.minted += 1;
    const expires_at = new Date(clock.now().getTime() + 3_600_000).toISOString();
    return [201, { token: `ghs_${world.minted}`, expires_at, permissions: world.permissions }];
  };
}

function jwtFault(seen: Seen, nowSeconds: number): string {
  const token = String(seen.headers.authorization).replace(/^bearer /i, "");
  const [head = "", body = "", signature = ""] = token.split(".");
  const verifier = createVerify("RSA-SHA256").update(`${head}.${body}`);
  if (!verifier.verify(publicKey, Buffer.from(signature, "base64url"))) return "A JSON web token could not be decoded";
  const claims = JSON.parse(Buffer.from(body, "base64url").toString()) as { iat: number; exp: number; iss: string };
  if (claims.iss !== "42") return "Integration not found";
  if (claims.exp <= nowSeconds)
    return "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires";
  if (claims.exp > nowSeconds + 600) return "'Expiration time' claim ('exp') is too far in the future";
  return claims.iat > nowSeconds
    ? "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
    : "";
}

const newWorld = (): AppWorld => ({
  minted: 0,
  skewSeconds: 0,
  installation: 7,
  permissions: { checks: "write" },
  refuseToken: "",
});
const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();

function withApp(body: (scene: Scene, world: AppWorld) => Promise<void>, key = pem): Promise<void> {
  const credentials: GithubOptions["credentials"] = { kind: "app", appId: "42", privateKey: async () => key };
  const world = newWorld();
  return withForge(
    async (scene) => {
      serveApp(scene.stub, world);
      scene.stub.login = "plumb[bot]";
      await body(scene, world);
    },
    { credentials, clock },
  );
}

test("the installation is found by the repository, one token serves many calls and git", () =>
  withApp(async ({ forge, signal }, world) => {
    await Promise.all([forge.pulls(signal), forge.pull(1, signal), forge.permission("alice", signal)]);
    assert.is(await forge.token(), "ghs_1");
    assert.is(world.minted, 1);
    assert.ok(forge.hasChecks);
  }));

test("a token is renewed ahead of its end, and at once when it is refused", () =>
  withApp(async ({ forge, signal }, world) => {
    await forge.pulls(signal);
    await clock.advance(56 * 60_000);
    await forge.pulls(signal);
    assert.is(world.minted, 2);
    world.refuseToken = "ghs_2";
    await forge.pulls(signal);
    assert.is(world.minted, 3);
  }));

test("a clock that is off by a quarter of an hour is reckoned with", () =>
  withApp(async ({ forge, signal }, world) => {
    world.skewSeconds = -900;
    assert.equal(await forge.pulls(signal), []);
    world.skewSeconds = 900;
    world.refuseToken = "ghs_1";
    assert.equal(await forge.pulls(signal), []);
  }));

test("an App that is not installed is told so, and found when it is", () =>
  withApp(async ({ forge, signal }, world) => {
    world.installation = 0;
    const error = await forge.pulls(signal).catch((thrown) => thrown);
    assert.equal([error.code, error.next], ["auth", "person"]);
    assert.match(error.message, /not installed on o\/r/);
    world.installation = 9;
    assert.equal(await forge.pulls(signal), []);
  }));

test("notes of an App are found by its own name", () =>
  withApp(async ({ forge, again, stub, signal }) => {
    await forge.note(1, { key: "k", parts: ["x"] }, signal);
    assert.is(await again().note(1, { key: "k", parts: ["x"] }, signal), "unchanged");
    assert.is(stub.comments.length, 1);
  }));

test("without the permission for checks there are none", () =>
  withApp(async ({ forge, signal }, world) => {
    world.permissions = { statuses: "write" };
    await forge.pulls(signal);
    assert.not(forge.hasChecks);
  }));

test("both forms of a key are taken", () =>
  withApp(async ({ forge, signal }) => {
    assert.equal(await forge.pulls(signal), []);
  }, privateKey.export({ type: "pkcs1", format: "pem" }).toString()));

test("a broken key is told without showing it", () =>
  withApp(async ({ forge, signal }) => {
    const error = await forge.pulls(signal).catch((thrown) => thrown);
    assert.equal([error.code, error.next], ["auth", "person"]);
    assert.not.match(`${error.message} ${error.stack}`, /c2VjcmV0/);
  }, "-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0\n-----END RSA PRIVATE KEY-----\n"));

test.run();

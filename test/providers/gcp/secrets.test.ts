import * as assert from "uvu/assert";
import type { JsonObject } from "../../../src/core/json.ts";
import type { Observed, Resource } from "../../../src/core/resource.ts";
import { failureOf } from "../../contract/provider-world.ts";
import { suite } from "../../support/suite.ts";
import { type Scene, withScene } from "./scene.ts";
import { canary, lookupIn, shopAndMachineFleet, shopFleet } from "./secret-manifests.ts";

const test = suite("gcp secrets");
const first = shopFleet();
const second = shopFleet(`${canary}-rotated`);
const secrets = lookupIn(first, second, shopAndMachineFleet());
const inScene = (body: (scene: Scene) => Promise<void>) => withScene(body, {}, { secrets });

/** One request to the neighbours of Compute Engine, around the provider. */
async function rest(scene: Scene, method: string, path: string, body?: JsonObject): Promise<JsonObject> {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const answer = await fetch(`${scene.simulator.url}/v1/projects/test-project/${path}`, init);
  return (await answer.json()) as JsonObject;
}

function one<T extends { readonly address: string }>(things: readonly T[], address: string): T {
  const found = things.filter((thing) => thing.address === address);
  assert.is(found.length, 1, address);
  return found[0] as T;
}

function version(things: readonly Resource[], secret: string): Resource {
  return things.find((thing) => thing.address.startsWith(`gcp/secret-version/default/${secret}-`)) as Resource;
}

async function seenOf(scene: Scene, resource: Resource, fleet = first): Promise<Observed | undefined> {
  return (await scene.observe(fleet)).find(({ key }) => key === resource.key);
}

/** Puts right what differs, as the engine would; tells the fields. */
async function correct(scene: Scene, resource: Resource): Promise<readonly string[]> {
  const seen = await seenOf(scene, resource);
  if (seen === undefined) {
    await scene.apply("create", resource);
    return ["missing"];
  }
  const fields = scene.provider.compare(resource, seen).map(({ path }) => path);
  if (fields.length > 0) await scene.apply("update", resource, seen);
  return fields;
}

const reader = "roles/secretmanager.secretAccessor";

test("a workload gets an account, its secrets with one version each, and the right to read them alone", () =>
  inScene(async (scene) => {
    const wanted = await scene.makeAll(first);
    assert.equal(
      wanted.map(({ address }) => address).filter((address) => /service-account|secret/.test(address)),
      [
        ...["db-", "registry-", "tls-example-"].map((name) => version(wanted, name.slice(0, -1)).address),
        ...["db", "registry"].map((name) => `gcp/secret/default/${name}`),
        wanted.find(({ address }) => address.startsWith("gcp/secret/default/tls-example"))?.address,
        "gcp/service-account/default/shop",
      ].sort(),
    );
    const account = one(wanted, "gcp/service-account/default/shop");
    const email = account.key.split("/").at(-1) as string;
    assert.match(email, /^shop-[0-9a-f]{12}@test-project\.iam\.gserviceaccount\.com$/);
    const policy = await rest(scene, "GET", "secrets/test-db:getIamPolicy");
    assert.equal(policy.bindings, [{ role: reader, members: [`serviceAccount:${email}`] }]);
    const instance = await scene.raw("GET", "projects/test-project/zones/us-south1-a/instances/shop-main-dfw-0");
    assert.equal(instance.serviceAccounts, [{ email, scopes: ["https://www.googleapis.com/auth/cloud-platform"] }]);
    const alias = version(wanted, "db").key.split("/").at(-1);
    const held = await rest(scene, "GET", `secrets/test-db/versions/${alias}:access`);
    const text = Buffer.from((held.payload as { data: string }).data, "base64").toString();
    assert.match(text, /^\{\n"not\.a\.variable":"[\w+/=]+",\n"password":"[\w+/=]+",\n"user":"YXBw"\n\}\n$/);

    const seen = await scene.observe(first);
    for (const resource of wanted) {
      const live = seen.find(({ key }) => key === resource.key);
      assert.equal(live?.marker?.uid, resource.uid, resource.address);
      assert.equal(scene.provider.compare(resource, live as Observed), [], resource.address);
    }
    const everywhere = JSON.stringify([wanted, seen, instance]);
    for (const form of [canary, Buffer.from(canary).toString("base64").slice(0, 12)]) {
      assert.not.ok(everywhere.includes(form), "nothing but Secret Manager knows a secret");
    }
  }));

test("two workloads read one secret, each as itself", () =>
  inScene(async (scene) => {
    await scene.makeAll(shopAndMachineFleet());
    const policy = await rest(scene, "GET", "secrets/test-db:getIamPolicy");
    const [binding] = policy.bindings as readonly { members: readonly string[] }[];
    assert.equal(
      binding?.members.map((member) => member.replace(/-[0-9a-f]{12}@.*/, "")),
      ["serviceAccount:shop", "serviceAccount:vm"],
    );
    const registry = await rest(scene, "GET", "secrets/test-registry:getIamPolicy");
    assert.is((registry.bindings as readonly { members: readonly string[] }[])[0]?.members.length, 1);
  }));

test("a rotation adds a version and names it by its content; the old one is destroyed when its turn comes", () =>
  inScene(async (scene) => {
    const before = version(await scene.makeAll(first), "db");
    const wanted = scene.provider.translate(second);
    const after = version(wanted, "db");
    assert.is.not(after.key, before.key);
    assert.is(version(wanted, "registry").key, version(scene.provider.translate(first), "registry").key);
    await scene.apply("create", after);
    const states = async () =>
      ((await rest(scene, "GET", "secrets/test-db/versions")).versions as readonly JsonObject[]).map(
        ({ state }) => state,
      );
    assert.equal(await states(), ["ENABLED", "ENABLED"], "machines that were not restarted yet still use the old one");
    const old = await seenOf(scene, before);
    for (const _ of ["once", "again"]) await scene.apply("delete", undefined, old);
    assert.equal(await states(), ["ENABLED", "DESTROYED"]);
    assert.is(await seenOf(scene, before), undefined);
    const instance = one(wanted, "gcp/instance/default/shop-main-dfw-1");
    const fields = scene.provider.compare(instance, (await seenOf(scene, instance)) as Observed);
    assert.equal(
      fields.map(({ path, forces }) => `${path} ${forces}`),
      ["metadata.plumbline-secrets restart"],
    );
    assert.match(fields[0]?.source?.file ?? "", "3.yaml", "the line is the Secret's own");
  }));

test("what was changed by hand is seen and put right", () =>
  inScene(async (scene) => {
    const wanted = await scene.makeAll(first);
    const secret = one(wanted, "gcp/secret/default/db");
    const account = one(wanted, "gcp/service-account/default/shop");
    const db = version(wanted, "db");
    const viewer = { role: "roles/secretmanager.viewer", members: ["user:auditor@example.com"] };
    await rest(scene, "POST", "secrets/test-db:setIamPolicy", { policy: { bindings: [viewer] } });
    assert.equal(await correct(scene, secret), ["accessors"]);
    const policy = await rest(scene, "GET", "secrets/test-db:getIamPolicy");
    const roles = (policy.bindings as readonly { role: string }[]).map(({ role }) => role);
    assert.equal(roles, [viewer.role, reader], "other roles are left alone");

    const members = ["user:curious@example.com", `serviceAccount:${account.key.split("/").at(-1)}`];
    await rest(scene, "POST", "secrets/test-db:setIamPolicy", { policy: { bindings: [{ role: reader, members }] } });
    assert.equal(await correct(scene, secret), ["accessors"]);

    await rest(scene, "POST", "secrets/test-db/versions/1:disable", {});
    assert.equal(await correct(scene, db), ["state"]);
    await rest(scene, "POST", "secrets/test-db/versions/1:destroy", {});
    assert.equal(await correct(scene, db), ["missing"]);
    await rest(scene, "PATCH", "secrets/test-db?updateMask=versionAliases", { versionAliases: {} });
    assert.equal(await correct(scene, db), ["missing"]);
    await rest(scene, "POST", `serviceAccounts/${account.key.split("/").at(-1)}:disable`, {});
    assert.equal(await correct(scene, account), ["disabled"]);
    await rest(scene, "DELETE", "secrets/test-db");
    assert.equal(await correct(scene, secret), ["missing"]);
    assert.equal(await correct(scene, db), ["missing"]);
    for (const resource of [secret, db, account]) assert.equal(await correct(scene, resource), []);
  }));

test("an account that was taken away and made again is let in again", () =>
  inScene(async (scene) => {
    const wanted = await scene.makeAll(first);
    const account = one(wanted, "gcp/service-account/default/shop");
    const secret = one(wanted, "gcp/secret/default/db");
    await rest(scene, "DELETE", `serviceAccounts/${account.key.split("/").at(-1)}`);
    assert.match(JSON.stringify((await seenOf(scene, secret))?.state), "deleted:serviceAccount:");
    assert.equal(await correct(scene, account), ["missing"]);
    assert.equal(await correct(scene, secret), ["accessors"]);
    assert.equal(await correct(scene, secret), []);
  }));

test("who cannot see secrets is told where the fleet has some, and left alone where it has none", () =>
  inScene(async (scene) => {
    scene.simulator.control.setAccess({ disabledServices: ["secretmanager.googleapis.com"] });
    const signal = AbortSignal.timeout(5_000);
    const count = async (realms: readonly string[], kinds?: readonly string[]): Promise<number> => {
      let seen = 0;
      const scope = { fleet: "test", realms, ...(kinds === undefined ? {} : { kinds }) };
      for await (const _ of scene.provider.observe(scope, signal)) seen += 1;
      return seen;
    };
    assert.is(await count(["test-project"]), 0, "nothing is remembered, so that all is looked for");
    const failure = await failureOf(count(["test-project", "test-project/secrets"]));
    assert.equal([failure.code, failure.next], ["api-off", "person"]);
    assert.is((await failureOf(count(["test-project"], ["secret"]))).code, "api-off");
    scene.simulator.control.clearRequests();
    await count(["test-project"], ["network", "instance"]);
    assert.is(scene.simulator.control.requests().reads, 5, "a fleet without secrets asks for none");
  }));

test("a version whose naming was cut off is found again by what it holds", () =>
  inScene(async (scene) => {
    const wanted = await scene.makeAll(first);
    const db = version(wanted, "db");
    await rest(scene, "PATCH", "secrets/test-db?updateMask=versionAliases", { versionAliases: {} });
    await scene.apply("create", db);
    await scene.apply("create", db);
    assert.is((await rest(scene, "GET", "secrets/test-db/versions")).totalSize, 1);
    await scene.apply("create", version(scene.provider.translate(second), "db"));
    assert.is((await rest(scene, "GET", "secrets/test-db/versions")).totalSize, 2, "other content is another version");
  }));

test("who writes in between loses nothing and adds nothing twice", async () => {
  let disturb: () => Promise<unknown> = async () => undefined;
  const disturbed = async (name: string, digest: string) => {
    await disturb();
    disturb = async () => undefined;
    return await secrets(name, digest);
  };
  await withScene(
    async (scene) => {
      const wanted = scene.provider.translate(first);
      for (const kind of ["service-account", "secret"]) {
        for (const resource of wanted.filter((each) => each.kind === kind)) await scene.apply("create", resource);
      }
      const { labels } = await rest(scene, "GET", "secrets/test-db");
      const changed = { ...(labels as JsonObject), theirs: "kept" };
      disturb = () => rest(scene, "PATCH", "secrets/test-db?updateMask=labels", { labels: changed });
      await scene.apply("create", version(wanted, "db"));
      assert.is((await rest(scene, "GET", "secrets/test-db/versions")).totalSize, 1);
      assert.is(((await rest(scene, "GET", "secrets/test-db")).labels as JsonObject).theirs, "kept");
    },
    {},
    { secrets: disturbed },
  );
});

test("what is not ours is a conflict, is never touched, and is taken over where the manifest asks for it", () =>
  inScene(async (scene) => {
    await rest(scene, "POST", "secrets?secretId=test-db", { replication: { automatic: {} }, labels: { team: "x" } });
    const wanted = scene.provider.translate(first);
    const account = one(wanted, "gcp/service-account/default/shop");
    await rest(scene, "POST", "serviceAccounts", { accountId: account.spec.accountId ?? "" });
    const secret = one(wanted, "gcp/secret/default/db");
    for (const resource of [secret, account]) {
      assert.is((await failureOf(scene.apply("create", resource))).code, "conflict");
      assert.is((await seenOf(scene, resource))?.marker, undefined);
    }
    assert.is((await failureOf(scene.apply("create", version(wanted, "db")))).code, "conflict");
    for (const resource of [account, secret]) await scene.apply("adopt", resource, await seenOf(scene, resource));
    assert.is((await seenOf(scene, secret))?.marker?.uid, secret.uid);
    assert.is((await seenOf(scene, account))?.marker?.uid, account.uid);
    assert.equal((await rest(scene, "GET", "secrets/test-db")).labels, {
      team: "x",
      ...((await rest(scene, "GET", "secrets/test-db")).labels as JsonObject),
    });
  }));

test("all of it goes again, twice over", () =>
  inScene(async (scene) => {
    const wanted = await scene.makeAll(first);
    const seen = await scene.observe(first);
    for (const kind of ["secret-version", "secret", "service-account"]) {
      for (const resource of wanted.filter((each) => each.kind === kind)) {
        const live = seen.find(({ key }) => key === resource.key);
        await scene.apply("delete", undefined, live);
        await scene.apply("delete", undefined, live);
      }
    }
    assert.equal(await rest(scene, "GET", "secrets"), {});
    assert.equal(await rest(scene, "GET", "serviceAccounts"), {});
  }));

test("without what a Secret holds nothing is written", () =>
  withScene(async (scene) => {
    const wanted = scene.provider.translate(first);
    for (const kind of ["service-account", "secret"]) {
      for (const resource of wanted.filter((each) => each.kind === kind)) await scene.apply("create", resource);
    }
    const failure = await failureOf(scene.apply("create", version(wanted, "db")));
    assert.equal([failure.code, failure.next], ["not-ready", "retry"]);
    assert.equal(await rest(scene, "GET", "secrets/test-db/versions"), {});
  }));

test.run();

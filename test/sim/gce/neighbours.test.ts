import * as assert from "uvu/assert";
import { suite } from "../../support/suite.ts";
import { type Answer, type Client, startClient } from "./client.ts";

const test = suite("gce neighbours");
let client: Client;

test.before(async () => {
  client = await startClient();
});
test.after(() => client.close());

async function send(method: string, path: string, body?: unknown): Promise<Answer> {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const response = await fetch(`${client.url}${path}`, init);
  return { status: response.status, body: await response.json() };
}

test("any credentials get a token", async () => {
  const { body } = await send("POST", "/token");
  assert.is(body.token_type, "Bearer");
  assert.is(body.expires_in, 3600);
  assert.is((await send("POST", "/o/oauth2/token")).status, 200);
});

test("secrets carry checksums, end in time, and are found by filters", async () => {
  const path = "/v1/projects/demo-project/secrets";
  const replication = { userManaged: { replicas: [{ location: "us-east1" }] } };
  const made = await send("POST", `${path}?secretId=ends`, { replication, ttl: "3600s", labels: { kind: "short" } });
  assert.equal([made.body.ttl, typeof made.body.expireTime], [undefined, "string"]);
  const data = Buffer.from("123456789").toString("base64");
  const wrong = await send("POST", `${path}/ends:addVersion`, { payload: { data, dataCrc32c: "1" } });
  assert.is(wrong.body.error.status, "INVALID_ARGUMENT");
  const right = await send("POST", `${path}/ends:addVersion`, { payload: { data, dataCrc32c: "3808858755" } });
  assert.equal(right.body.replicationStatus, { userManaged: { replicas: [{ location: "us-east1" }] } });
  const opened = await send("GET", `${path}/ends/versions/latest:access`);
  assert.equal(opened.body.payload, { data, dataCrc32c: "3808858755" });
  await send("POST", `${path}/ends/versions/1:disable`, {});
  assert.is((await send("GET", `${path}/ends/versions/latest:access`)).body.error.status, "FAILED_PRECONDITION");
  assert.equal((await send("GET", `${path}/ends/versions?filter=state:ENABLED`)).body, {});
  assert.is((await send("GET", `${path}?filter=labels.kind%3Dshort`)).body.secrets.length, 1);
  await send("PATCH", `${path}/ends?updateMask=labels`, {});
  assert.is((await send("GET", `${path}/ends`)).body.labels, undefined);
});

test("a project and an account are found in other ways", async () => {
  await client.get("/zones");
  for (const path of ["/v1/projects", "/v3/projects:search"]) {
    const { projects } = (await send("GET", path)).body;
    assert.equal(
      projects.map((one: { projectId: string }) => one.projectId),
      ["demo-project"],
      path,
    );
  }
  const project = (await send("GET", "/v3/projects/demo-project")).body;
  assert.equal([project.projectId, project.state], ["demo-project", "ACTIVE"]);
  assert.ok((await send("POST", "/v3/projects/demo-project:getIamPolicy", {})).body.etag);
  const accounts = "/v1/projects/demo-project/serviceAccounts";
  const { email } = (await send("POST", accounts, { accountId: "anywhere" })).body;
  assert.is((await send("GET", `/v1/projects/-/serviceAccounts/${email}`)).body.email, email);
  await send("DELETE", `${accounts}/${email}`);
});

test("services are listed and switched", async () => {
  const services = "/v1/projects/demo-project/services";
  const enabled = async (): Promise<readonly string[]> => {
    const { body } = await send("GET", `${services}?filter=state:ENABLED&pageSize=200`);
    return body.services.map((one: { config: { name: string } }) => one.config.name);
  };
  const name = "secretmanager.googleapis.com";
  assert.ok((await enabled()).includes(name));
  assert.is((await send("POST", `${services}/${name}:disable`, {})).body.done, true);
  assert.not((await enabled()).includes(name));
  assert.is((await send("GET", "/v1/projects/demo-project/secrets")).status, 403);
  await send("POST", `/v1beta1/projects/demo-project/services:batchEnable`, { serviceIds: [name] });
  assert.is((await send("GET", `${services}/${name}`)).body.state, "ENABLED");
  assert.is((await send("GET", "/v1/projects/demo-project/secrets")).status, 200);
});

test("what only the real services have is told from what is not there", async () => {
  assert.is((await send("POST", "/v1/projects/demo-project/roles", {})).body.error.status, "UNIMPLEMENTED");
  assert.is((await send("POST", "/v1/projects/demo-project/nonsense", {})).body.error.status, "NOT_FOUND");
});

test("a project tells who pays for it", async () => {
  const { body } = await send("GET", "/v1/projects/demo-project/billingInfo");
  assert.equal([body.projectId, body.billingEnabled], ["demo-project", false]);
});

test("service accounts are made once, have policies and go", async () => {
  const path = "/v1/projects/demo-project/serviceAccounts";
  const made = await send("POST", path, { accountId: "workload-one", serviceAccount: { displayName: "One" } });
  assert.is(made.body.email, "workload-one@demo-project.iam.gserviceaccount.com");
  assert.is((await send("POST", path, { accountId: "workload-one" })).body.error.status, "ALREADY_EXISTS");
  assert.is((await send("POST", path, { accountId: "x" })).status, 400);
  const one = `${path}/${encodeURIComponent(made.body.email)}`;
  assert.is((await send("GET", one)).body.displayName, "One");
  await send("PATCH", one, { serviceAccount: { displayName: "Two", description: "x" }, updateMask: "displayName" });
  await send("PUT", one, { displayName: "Three", etag: made.body.etag });
  const changed = (await send("GET", one)).body;
  assert.equal([changed.displayName, changed.description], ["Three", undefined]);
  assert.is((await send("PUT", one, { displayName: "Four", etag: "AAAA" })).status, 409);
  const { etag } = (await send("POST", `${one}:getIamPolicy`)).body;
  const bindings = [{ role: "roles/iam.serviceAccountUser", members: ["user:a@b.example"] }];
  assert.is((await send("POST", `${one}:setIamPolicy`, { policy: { etag, bindings } })).status, 200);
  assert.is((await send("POST", `${one}:setIamPolicy`, { policy: { etag, bindings } })).status, 409);
  assert.is((await send("GET", path)).body.accounts.length, 1);
  assert.is((await send("DELETE", one)).status, 200);
  assert.is((await send("GET", one)).body.error.status, "NOT_FOUND");
});

test("secrets have versions that only access opens", async () => {
  const path = "/v1/projects/demo-project/secrets";
  assert.is((await send("POST", `${path}?secretId=db`, {})).status, 400);
  const made = await send("POST", `${path}?secretId=db`, { replication: { automatic: {} }, labels: { a: "b" } });
  assert.match(made.body.name, /^projects\/\d+\/secrets\/db$/);
  assert.is((await send("GET", `${path}/db/versions/latest:access`)).status, 404);
  for (const text of ["one", "two"]) {
    const data = Buffer.from(text).toString("base64");
    assert.is((await send("POST", `${path}/db:addVersion`, { payload: { data } })).body.state, "ENABLED");
  }
  const latest = await send("GET", `${path}/db/versions/latest:access`);
  assert.is(Buffer.from(latest.body.payload.data, "base64").toString(), "two");
  const listed = await send("GET", `${path}/db/versions`);
  assert.is(listed.body.totalSize, 2);
  assert.not(JSON.stringify(listed.body).includes("data"));
  await send("POST", `${path}/db/versions/2:destroy`, {});
  assert.is((await send("GET", `${path}/db/versions/2:access`)).body.error.status, "FAILED_PRECONDITION");
  const bindings = [{ role: "roles/secretmanager.secretAccessor", members: ["serviceAccount:x@y.example"] }];
  await send("POST", `${path}/db:setIamPolicy`, { policy: { bindings } });
  assert.equal((await send("GET", `${path}/db:getIamPolicy`)).body.bindings, bindings);
  await send("DELETE", `${path}/db`);
  assert.is((await send("GET", `${path}/db`)).status, 404);
});

test("a version goes by its secret's aliases, and a secret changes only as it was read", async () => {
  const path = "/v1/projects/demo-project/secrets";
  const { body: made } = await send("POST", `${path}?secretId=named`, { replication: { automatic: {} } });
  await send("POST", `${path}/named:addVersion`, { payload: { data: "b25l" } });
  const patch = `${path}/named?updateMask=versionAliases`;
  const { status } = await send("PATCH", patch, { versionAliases: { first: "1" }, etag: made.etag });
  assert.is(status, 200);
  const stale = await send("PATCH", patch, { versionAliases: {}, etag: made.etag });
  assert.is(stale.body.error.status, "ABORTED");
  assert.is((await send("GET", `${path}/named/versions/first:access`)).body.payload.data, "b25l");
  assert.is((await send("GET", `${path}/named/versions/second:access`)).status, 404);
});

test("policies know accounts that are there, and remember that one went", async () => {
  const project = "/v1/projects/demo-project";
  const bindings = (members: readonly string[]) => ({ policy: { bindings: [{ role: "r", members }] } });
  await send("POST", `${project}/secrets?secretId=shared`, { replication: { automatic: {} } });
  const email = "reader-one@demo-project.iam.gserviceaccount.com";
  const early = await send("POST", `${project}/secrets/shared:setIamPolicy`, bindings([`serviceAccount:${email}`]));
  assert.match(early.body.error.message, /does not exist/);
  const { body: account } = await send("POST", `${project}/serviceAccounts`, { accountId: "reader-one" });
  await send("POST", `${project}/secrets/shared:setIamPolicy`, bindings([`serviceAccount:${email}`]));
  await send("DELETE", `${project}/serviceAccounts/${email}`);
  const policy = async () => (await send("GET", `${project}/secrets/shared:getIamPolicy`)).body.bindings;
  assert.equal((await policy())[0].members, [`deleted:serviceAccount:${email}?uid=${account.uniqueId}`]);
  await send("DELETE", `${project}/secrets/shared`);
  await send("POST", `${project}/secrets?secretId=shared`, { replication: { automatic: {} } });
  assert.is(await policy(), undefined);
});

test("permissions can be tested and APIs are switched on", async () => {
  const permissions = ["compute.instances.create"];
  const tested = await send("POST", "/v1/projects/demo-project:testIamPermissions", { permissions });
  assert.equal(tested.body.permissions, permissions);
  const service = await send("GET", "/v1/projects/demo-project/services/compute.googleapis.com");
  assert.is(service.body.state, "ENABLED");
});

test("a denied permission is named, a service that is off says so", async () => {
  const account = { accountId: "workload-two" };
  client.control.setAccess({
    denied: ["iam.serviceAccounts.create"],
    disabledServices: ["secretmanager.googleapis.com"],
  });
  const made = await send("POST", "/v1/projects/demo-project/serviceAccounts", account);
  assert.is(made.body.error.status, "PERMISSION_DENIED");
  assert.match(made.body.error.message, /^Permission 'iam.serviceAccounts.create' denied on resource/);
  const listed = await send("GET", "/v1/projects/demo-project/secrets");
  assert.is(listed.body.error.details[0].reason, "SERVICE_DISABLED");
  const service = await send("GET", "/v1/projects/demo-project/services/secretmanager.googleapis.com");
  assert.is(service.body.state, "DISABLED");
  const permissions = ["iam.serviceAccounts.create", "iam.serviceAccounts.get"];
  const tested = await send("POST", "/v1/projects/demo-project:testIamPermissions", { permissions });
  assert.equal(tested.body.permissions, ["iam.serviceAccounts.get"]);
  client.control.setAccess({ missingProjects: ["demo-project"] });
  assert.is((await send("GET", "/v1/projects/demo-project")).status, 403);
  assert.is(
    (await client.send("GET", "/zones")).body.error.message,
    "The resource 'projects/demo-project' was not found",
  );
  client.control.setAccess({});
  assert.is((await send("GET", "/v1/projects/demo-project")).body.lifecycleState, "ACTIVE");
});

test.run();

import * as assert from "uvu/assert";
import { suite } from "../../support/suite.ts";
import { type Body, type Client, instanceBody, startClient } from "./client.ts";

const test = suite("gce lists");
let client: Client;

test.before(async () => {
  client = await startClient();
  for (const [name, zone] of [
    ["a1", "us-central1-a"],
    ["a2", "us-central1-a"],
    ["b1", "us-central1-b"],
    ["c1", "europe-west1-b"],
    ["c2", "europe-west1-b"],
  ] as const) {
    const labels = { role: name.startsWith("a") ? "web" : "db", unit: name };
    await client.change("POST", `/zones/${zone}/instances`, instanceBody(name, { labels }, zone));
  }
});
test.after(() => client.close());

async function names(query: string): Promise<readonly string[]> {
  const page = await client.get(`/aggregated/instances?${query}`);
  return Object.values(page.items as Record<string, { instances?: Body[] }>).flatMap((scope) =>
    (scope.instances ?? []).map((instance) => instance.name),
  );
}

test("an empty list has no items", async () => {
  const page = await client.get("/zones/us-central1-c/instances");
  assert.equal(Object.keys(page).sort(), ["id", "kind", "selfLink"]);
  assert.is(page.kind, "compute#instanceList");
  assert.is(page.id, "projects/demo-project/zones/us-central1-c/instances");
});

test("an aggregated list warns about scopes without results", async () => {
  const page = await client.get("/aggregated/instances");
  assert.is(page.kind, "compute#instanceAggregatedList");
  assert.is(page.items["zones/us-central1-a"].instances.length, 2);
  assert.equal(page.items["zones/us-central1-c"].warning, {
    code: "NO_RESULTS_ON_PAGE",
    message: "No results for the scope 'zones/us-central1-c'.",
    data: [{ key: "scope", value: "zones/us-central1-c" }],
  });
  assert.is(page.items.global, undefined);
  assert.ok((await client.get("/aggregated/instances?includeAllScopes=true")).items.global.warning);
});

test("pages follow one another without loss, even when things vanish between", async () => {
  const seen: string[] = [];
  let token = "";
  do {
    const page = await client.get(`/aggregated/instances?maxResults=2&pageToken=${token}`);
    for (const scope of Object.values(page.items as Record<string, { instances?: Body[] }>)) {
      seen.push(...(scope.instances ?? []).map((instance) => instance.name));
    }
    token = page.nextPageToken ?? "";
  } while (token !== "");
  assert.equal(seen, ["c1", "c2", "a1", "a2", "b1"]);
  const first = await client.get("/zones/us-central1-a/instances?maxResults=1");
  assert.equal(
    first.items.map((one: Body) => one.name),
    ["a1"],
  );
  assert.is((await client.send("GET", "/zones/us-central1-a/instances?pageToken=nonsense")).status, 400);
  assert.is((await client.send("GET", "/zones/us-central1-a/instances?maxResults=501")).status, 400);
});

const filters: readonly (readonly [string, readonly string[]])[] = [
  ["name=a1", ["a1"]],
  ["name eq a.", ["a1", "a2"]],
  ['name eq "a"', []],
  ["name ne a.*", ["c1", "c2", "b1"]],
  ["labels.role=db", ["c1", "c2", "b1"]],
  ["labels.role:*", ["c1", "c2", "a1", "a2", "b1"]],
  ["labels.missing:*", []],
  ["NOT labels.role=db", ["a1", "a2"]],
  ["labels.role=db AND name:c*", ["c1", "c2"]],
  ["(labels.unit=a1) OR (labels.unit=b1)", ["a1", "b1"]],
  ["(status = RUNNING) (name != c1)", ["c2", "a1", "a2", "b1"]],
  ["scheduling.automaticRestart = true name=b1", ["b1"]],
  ['zone eq ".*/europe-west1-b"', ["c1", "c2"]],
  ["(zone eq https://www.googleapis.com/compute/v1/projects/demo-project/zones/europe-west1-b)", ["c1", "c2"]],
  ["name eq (a|c)1 labels.role:*", ["c1", "a1"]],
  ["networkInterfaces.name=nic0 name>b", ["c1", "c2", "b1"]],
];

for (const [filter, expected] of filters) {
  test(`filter ${filter}`, async () => {
    assert.equal(await names(`filter=${encodeURIComponent(filter)}`), expected);
  });
}

test("a filter that is none is refused", async () => {
  for (const filter of ["name=", "(name=a", "name eq (", "= x", "name ~ x"]) {
    const answer = await client.send("GET", `/aggregated/instances?filter=${encodeURIComponent(filter)}`);
    assert.is(answer.status, 400, filter);
  }
});

test("fields selects what is wanted", async () => {
  const page = await client.get("/zones/us-central1-a/instances?fields=items(name,networkInterfaces/networkIP),kind");
  assert.equal(page, {
    kind: "compute#instanceList",
    items: [
      { name: "a1", networkInterfaces: [{ networkIP: "10.128.0.2" }] },
      { name: "a2", networkInterfaces: [{ networkIP: "10.128.0.3" }] },
    ],
  });
  const aggregated = await client.get("/aggregated/instances?fields=items/*/instances(name),nextPageToken");
  assert.equal(aggregated.items["zones/us-central1-b"], { instances: [{ name: "b1" }] });
  assert.is((await client.send("GET", "/zones/us-central1-a/instances?fields=items(name")).status, 400);
});

test("newest first", async () => {
  const page = await client.get("/global/firewalls?orderBy=creationTimestamp%20desc&maxResults=1");
  assert.is(page.items.length, 1);
  assert.is((await client.send("GET", "/global/firewalls?orderBy=size")).status, 400);
});

test("big answers are compressed for those who take it", async () => {
  const response = await fetch(`${client.url}/compute/v1/projects/demo-project/aggregated/instances`, {
    headers: { "accept-encoding": "gzip" },
  });
  assert.is(response.headers.get("content-encoding"), "gzip");
  assert.is(response.headers.get("content-type"), "application/json; charset=UTF-8");
  assert.ok(((await response.json()) as Body).items);
});

test("places and images can be looked up", async () => {
  assert.is((await client.get("/zones/us-central1-a")).region.endsWith("/regions/us-central1"), true);
  assert.is((await client.get("/regions/us-central1")).zones.length, 4);
  assert.is((await client.get("/zones/us-central1-a/machineTypes/e2-small")).guestCpus, 2);
  assert.is((await client.get("/zones/us-central1-a/machineTypes/n2-custom-6-12288")).memoryMb, 12_288);
  assert.is((await client.send("GET", "/zones/us-central1-a/machineTypes/none")).status, 404);
  assert.is((await client.get("/zones/us-central1-a/diskTypes/pd-balanced")).defaultDiskSizeGb, "100");
  assert.is((await client.get("")).kind, "compute#project");
  const images = `${client.url}/compute/v1/projects/debian-cloud/global/images`;
  const family = (await (await fetch(`${images}/family/debian-12`)).json()) as Body;
  assert.match(family.name, /^debian-12-bookworm-v2026/);
  assert.is((await fetch(`${images}/debian-12`)).status, 404);
  assert.is((await fetch(`${images}/${family.name}`)).status, 200);
});

test("known routes that are not played answer 501, unknown ones 404, unknown parameters 400", async () => {
  const missing = await client.send("GET", "/global/urlMaps");
  assert.is(missing.status, 501);
  assert.is(missing.body.error.errors[0].reason, "notImplemented");
  assert.is((await client.send("GET", "/global/nonsense")).status, 404);
  assert.is((await client.send("GET", "/zones/us-central1-a/instances?color=red")).status, 400);
  assert.is((await client.send("GET", "/zones/moon-1-a/instances")).status, 400);
});

test.run();

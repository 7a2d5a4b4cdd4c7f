import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { openDeliveries } from "../../src/compose/deliveries.ts";
import { type Config, parseConfig } from "../../src/config.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { type DeliveryHeaders, signatureOf } from "../../src/forge/github/webhook.ts";
import { createBell } from "../../src/runtime/bell.ts";
import { createRedactor } from "../../src/runtime/redact.ts";
import type { Shell } from "../../src/shell.ts";
import { suite } from "../support/suite.ts";
import { root } from "../support/worlds.ts";

const test = suite("compose/deliveries");

const schema = JSON.parse(readFileSync(join(root, "policies", "plumbline.schema.json"), "utf8")) as JsonObject;
const text = `
apiVersion: plumbline.dev/v1
fleet: prod
repositories:
  - name: web
    github: {repository: acme/web, credentials: {kind: token, token: {env: TOKEN}}, webhookSecrets: [{env: WEB}]}
  - name: data
    github: {repository: acme/data, credentials: {kind: token, token: {env: TOKEN}}, webhookSecrets: [{env: OLD}, {env: NEW}]}
  - name: quiet
    path: quiet
providers: {gcp: {}}
`;

function open(environment: Readonly<Record<string, string>> = { WEB: "web", OLD: "old", NEW: "new" }) {
  const { config, problems } = parseConfig(text, "plumbline.yaml", schema);
  assert.equal(problems, []);
  const rung: string[] = [];
  const bells = new Map(
    ["prod-web", "prod-data", "prod-quiet"].map((fleet) => {
      const bell = createBell();
      bell.onRing((what) => rung.push(`${fleet} ${what}`));
      return [fleet, bell];
    }),
  );
  const results: string[] = [];
  const shell = { environment, redactor: createRedactor([]) } as unknown as Shell;
  const deliveries = openDeliveries(shell, config as Config, bells, (result) => results.push(result));
  return { ...deliveries, rung, results };
}

let serial = 0;

function delivery(event: string, payload: object, secret: string): [DeliveryHeaders, Buffer] {
  serial += 1;
  const body = Buffer.from(JSON.stringify(payload));
  const headers = {
    ...{ "content-type": "application/json", "x-github-event": event },
    "x-github-delivery": `72d3162e-cc78-11e3-81ab-${String(serial).padStart(12, "0")}`,
    "x-hub-signature-256": signatureOf(secret, body),
  };
  return [headers, body];
}

const push = { ref: "refs/heads/main", repository: { full_name: "acme/data", name: "data", owner: { login: "acme" } } };
const comment = {
  ...{ action: "created", issue: { number: 3 } },
  repository: { full_name: "acme/web", name: "web", owner: { login: "acme" } },
};

test("a delivery rings the bell of its own repository, once however often it comes", async () => {
  const desk = open();
  const first = delivery("push", push, "new");
  assert.is(await desk.take(...first), 202);
  assert.is(await desk.take(...first), 202);
  assert.is(await desk.take(...delivery("issue_comment", comment, "web")), 202);
  assert.equal(desk.rung, ["prod-data branch", "prod-web talk"]);
  assert.equal(desk.results, ["taken", "repeated", "taken"]);
});

test("while a secret is changed both hold; another repository's secret does not", async () => {
  const desk = open();
  assert.is(await desk.take(...delivery("push", push, "old")), 202);
  assert.is(await desk.take(...delivery("push", push, "stolen")), 401);
  assert.is(await desk.take(...delivery("push", push, "")), 401);
  // Signed for the web repository, about data: nobody's.
  assert.is(await desk.take(...delivery("push", push, "web")), 202);
  assert.equal(desk.rung, ["prod-data branch"]);
  assert.equal(desk.results, ["taken", "refused", "refused", "ignored"]);
});

test("a secret that cannot be read lets nothing in", async () => {
  const desk = open({ WEB: "web" });
  assert.is.not(await desk.take(...delivery("push", push, "new")), 202);
  assert.is(await desk.take(...delivery("issue_comment", comment, "web")), 202);
  assert.equal(desk.rung, ["prod-web talk"]);
});

test("bytes of any kind are answered", async () => {
  const desk = open();
  for (const bytes of ["", "{", "null", "[1]", "\u0000\ufffd"]) {
    const body = Buffer.from(bytes);
    const headers = { "x-hub-signature-256": signatureOf("web", body), "x-github-event": "push" };
    assert.is(await desk.take(headers, body), 400);
  }
  assert.equal(desk.rung, []);
});

test.run();

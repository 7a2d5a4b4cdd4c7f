import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { type GcpConfig, parseConfig } from "../../src/config.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { suite } from "../support/suite.ts";

const test = suite("configuration of gcp");
const schemaFile = new URL("../../policies/plumbline.schema.json", import.meta.url);
const schema = JSON.parse(readFileSync(schemaFile, "utf8")) as JsonObject;

function parse(gcp: string) {
  const text = `fleet: f\nrepositories: [{path: r}]\nproviders:\n  gcp: {${gcp}}\n`;
  return parseConfig(text, "/etc/plumbline/plumbline.yaml", schema);
}

function read(text: string): GcpConfig | undefined {
  const { config, problems } = parse(text);
  assert.equal(problems, []);
  return config?.providers.gcp;
}

test("reads every way to be known to Google", () => {
  const impersonate = "robot@p.iam.gserviceaccount.com";
  assert.equal(read(`credentials: {kind: metadata, impersonate: ${impersonate}}`)?.credentials, {
    kind: "metadata",
    impersonate,
  });
  assert.equal(read("credentials: {kind: federation, file: wif.json}")?.credentials, {
    kind: "federation",
    file: "/etc/plumbline/wif.json",
  });
  const gcp = read("certificateAuthority: ca.pem, proxy: 'http://proxy:3128'");
  assert.equal([gcp?.certificateAuthority, gcp?.proxy], ["/etc/plumbline/ca.pem", "http://proxy:3128"]);
  const { problems } = parse("credentials: {kind: federation}");
  assert.match(problems[0]?.message ?? "", /needs file/);
});

test("reads quotas, and refuses those nobody has", () => {
  assert.equal(read("requestsPerMinute: {writes: 300, region: 200}")?.requestsPerMinute, { writes: 300, region: 200 });
  assert.equal(read("")?.requestsPerMinute, {});
  assert.is(parse("requestsPerMinute: {lists: 1}").problems[0]?.rule, "config/unknown-key");
});

test.run();

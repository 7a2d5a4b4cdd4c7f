import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { readCatalogue } from "../../src/datum/catalogue.ts";
import { suite } from "../support/suite.ts";
import { problemsOf, rulesOf } from "./examples.ts";

const test = suite("catalogue");
const folder = new URL("../../policies/rules/", import.meta.url);
const catalogue = readCatalogue(
  readdirSync(folder).map((file) => ({ file, bytes: readFileSync(new URL(file, folder)) })),
);

/** Rules that no text of a few lines can break; yaml.test.ts, edge.test.ts and secrets/room.test.ts break them. */
const sealedRules = ["changed", "damaged", "no-key", "no-recipient", "sealed-base64"].map((name) => `secret/${name}`);
const withoutExample = [
  ...sealedRules,
  "file/encoding",
  "file/too-large",
  "yaml/depth",
  "yaml/size",
  "proxy/matches",
  "network/range-changed",
  "network/block-given",
  "location/unserved",
  "network/unconnected",
  "policy/missing",
];

/** What good examples of other rules may be warned of, being shorter than a whole repository. */
const warnings = ["secret/clear-text", "reference/missing"];

/** Families of what is told about manifests, policies, plans and configurations. */
const families =
  "annotations|config|decree|dns|edge|file|gateway|gcp|generation|limits|location|manifest|metadata|names|network|ownership|policy|protection|proxy|reference|schema|secret|subnet|update|vpc|workload|yaml";
const id = new RegExp(`["'\`]((?:${families})/[a-z0-9-]+)["'\`]`, "g");
/** Any family, where the code says that it is a rule. */
const rule = /(?:\brule: |\bsay\()(?:\s*[^"'`{}();]+\? )?["'`]([a-z][a-z0-9-]*\/[a-z0-9-]+)["'`]/g;

function emitted(): readonly string[] {
  const source = fileURLToPath(new URL("../../src/", import.meta.url));
  const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const ids = files
    .filter((name) => !/^(sim|forge|server|cli)\//.test(name))
    .flatMap((name) => {
      const text = readFileSync(join(source, name), "utf8");
      return [id, rule].flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] as string));
    });
  return [...new Set(ids)].sort();
}

test("every rule that the code tells is explained, and no other", () => {
  assert.equal(
    catalogue.entries.map(({ id }) => id),
    emitted(),
  );
});

for (const entry of catalogue.entries) {
  test(`${entry.id} is broken by its bad example and kept by its good one`, () => {
    if (withoutExample.includes(entry.id) || /^(gcp|edge|limits|ownership|decree|signature)\//.test(entry.id)) {
      assert.is(entry.bad ?? entry.good, undefined);
      return;
    }
    assert.ok(rulesOf(entry, entry.bad ?? "").includes(entry.id), rulesOf(entry, entry.bad ?? "").join(" "));
    for (const { rule, hint } of problemsOf(entry, entry.bad ?? "")) assert.not.equal(hint, "", `${rule} has no hint`);
    const kept = rulesOf(entry, entry.good ?? "").filter((rule) => !warnings.includes(rule) || entry.id === rule);
    assert.equal(kept, []);
  });
}

/** What the control plane's own rules answer, as the facts of its admission have it; numbers are theirs. */
const answers: readonly (readonly [numbers: string, id: string, ...kinds: string[]])[] = [
  ["1-4", "workload/ssh-keys", "Required", "Invalid"],
  ["5", "workload/instance-type", "NotSupported"],
  ["6", "workload/resource-requests", "Forbidden"],
  ["7-8", "workload/runtime", "Forbidden", "Required"],
  ["9", "schema/min-items", "Required", "Invalid"],
  ["10", "workload/container-name", "Required", "Invalid"],
  ["10", "workload/container-duplicate", "Duplicate"],
  ["11", "workload/container-image", "Required"],
  ["12", "workload/container-resources", "Forbidden"],
  ["13", "workload/pull-secret", "Required"],
  ["14", "workload/port-name", "Required", "Invalid"],
  ["14", "workload/port-duplicate", "Duplicate"],
  ["14", "schema/minimum", "Invalid"],
  ["16", "workload/boot-disk", "Required"],
  ["17", "workload/attachment-volume", "NotFound"],
  ["18", "workload/mount-duplicate", "Duplicate"],
  ["19", "workload/mount-raw", "NotFound"],
  ["20", "workload/volume-name", "Required", "Invalid"],
  ["20", "workload/volume-duplicate", "Duplicate"],
  ["21", "workload/volume-unattached", "Required"],
  ["22", "workload/volume-source", "Required", "Forbidden"],
  ["23", "workload/device-name", "Duplicate"],
  ["24", "schema/required", "Required"],
  ["25", "workload/disk-type", "NotSupported"],
  ["26", "workload/disk-image", "NotSupported"],
  ["27", "schema/enum", "NotSupported"],
  ["28-31", "workload/disk-size", "Required", "Invalid"],
  ["32", "workload/volume-reference", "Required", "accepted"],
  ["33", "workload/file-mode", "Invalid", "accepted"],
  ["34", "workload/configmap-items", "Forbidden"],
  ["36", "workload/network-name", "Invalid"],
  ["37", "workload/network-missing", "Forbidden", "Accepted"],
  ["39", "workload/placement-name", "Required", "Invalid"],
  ["39", "workload/placement-duplicate", "Accepted"],
  ["40", "workload/city-codes", "Required"],
  ["40", "workload/city-missing", "NotSupported"],
  ["41", "workload/min-replicas", "Invalid"],
  ["42", "workload/max-replicas", "Required", "accepted"],
  ["43", "workload/metric", "Required", "NotSupported"],
  ["44", "workload/metric-target", "Required", "Forbidden", "Invalid"],
  ["accepted", "workload/populator", "accepted"],
  ["accepted", "policy/cidr", "Accepted"],
  ["accepted", "policy/end-port", "Accepted"],
  ["accepted", "policy/port-name", "Accepted"],
];

for (const [numbers, rule, ...kinds] of answers) {
  test(`${numbers} ${rule} says what the control plane itself does`, () => {
    for (const kind of kinds) assert.match(catalogue.find(rule)?.upstream ?? "", new RegExp(`\\b${kind}\\b`));
  });
}

test("an id that is none gets the nearest", () => {
  assert.is(catalogue.suggest("workload/min-replica"), "workload/min-replicas");
  assert.is(catalogue.suggest("min-replicas"), "workload/min-replicas");
  assert.is(catalogue.suggest("zzzzzzzz"), undefined);
});

test.run();

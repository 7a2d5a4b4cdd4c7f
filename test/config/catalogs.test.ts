import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { parseCatalogs, parseConfig } from "../../src/config.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { suite } from "../support/suite.ts";

const test = suite("config/catalogs");
const file = new URL("../../policies/plumbline.schema.json", import.meta.url);
const schema = JSON.parse(readFileSync(file, "utf8")) as JsonObject;
const minimal = "fleet: prod\nrepositories: [{path: .}]\nproviders: {gcp: {}}\n";

test("catalogs are read from the configuration and from files, with the place of what is wrong", () => {
  const own =
    "catalogs: {files: [c/a.yaml], instanceTypes: {acme/large: {gcp: n2-standard-8}}, cityCodes: {OSL: Oslo}}";
  const { config } = parseConfig(`${minimal}${own}\n`, "/etc/plumbline/plumbline.yaml", schema);
  assert.equal(config?.catalogs, {
    files: ["/etc/plumbline/c/a.yaml"],
    own: { "instance-types": { "acme/large": { gcp: "n2-standard-8" } }, "city-codes": { OSL: "Oslo" } },
  });
  const table: readonly (readonly [text: string, place: string, said: RegExp])[] = [
    ["images:\n  a b: {}\n", "2:3 config/value", /^images\.a b must be a name of letters/],
    ["cityCodes:\n  osl: Oslo\n", "2:3 config/value", /three or four capital letters/],
    ["instanceTyps: {}\n", "1:1 config/unknown-key", /Unknown key "instanceTyps"/],
    ["images:\n  a: {gcp: ubuntu}\n", "2:12 config/value", /must be an image such as/],
    ["diskTypes:\n  a: {gcp: x}\n", "2:7 config/unknown-key", /Unknown key "gcp"/],
    ["- a\n", "1:1 config/yaml", /must be a mapping/],
  ];
  for (const [text, place, said] of table) {
    const { catalogs, problems } = parseCatalogs(text, "a.yaml", schema);
    assert.is(catalogs, undefined);
    assert.equal(
      problems.map(({ line, column, rule }) => `${line}:${column} ${rule}`),
      [place],
    );
    assert.match(problems[0]?.message ?? "", said);
  }
});

test.run();

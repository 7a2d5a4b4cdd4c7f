import fc from "fast-check";
import * as assert from "uvu/assert";
import { expandFleet } from "../../src/datum/expand.ts";
import { nameProblems } from "../../src/datum/judge.ts";
import { suite } from "../support/suite.ts";
import { checker, sandbox, surroundings } from "./support.ts";

const test = suite("documents whose names are suspected");

const parse = (path: string, text: string) => checker.parse(path, new TextEncoder().encode(text));
const base = parse("base.yaml", surroundings);
const settings = parse(
  "settings.yaml",
  "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { level: a }\n",
);

const word = fc.constantFrom("a", "a-b", "b", "b-dfw", `x${"y".repeat(50)}`);
const place = fc.constantFrom({ cityCodes: ["DFW"] }, { cityCodes: ["DFW", "LHR"] }, { locations: [{ name: "dls" }] });
const key = fc.constantFrom(undefined, "level", "levle");
const kind = fc.constantFrom("Workload", "WorkloadDeployment", "Instance");

const manifest = fc.record({ kind, name: word, placement: word, place, key, minReplicas: fc.constantFrom(1, 3, 12) });

function written(one: Parts): string {
  const environment = one.key === undefined ? [] : [variable(one.key)];
  const env = "spec.template.spec.runtime.sandbox.containers.0.env";
  if (one.kind === "Workload") {
    const placements = [{ name: one.placement, ...one.place, scaleSettings: { minReplicas: one.minReplicas } }];
    return sandbox(["metadata.name", one.name], ["spec.placements", placements], [env, environment]);
  }
  const ordinal = one.kind === "Instance" ? `-${one.minReplicas - 1}` : "";
  return JSON.stringify({
    apiVersion: "compute.datumapis.com/v1alpha",
    kind: one.kind,
    metadata: { name: `${one.name}-${one.placement}-dfw${ordinal}` },
    spec:
      one.kind === "Instance"
        ? { location: { name: "dfw" } }
        : { cityCode: "DFW", scaleSettings: { minReplicas: one.minReplicas } },
  });
}

interface Parts {
  readonly kind: string;
  readonly name: string;
  readonly placement: string;
  readonly place: object;
  readonly key: string | undefined;
  readonly minReplicas: number;
}

function variable(name: string): object {
  return { name: "LEVEL", valueFrom: { configMapKeyRef: { name: "settings", key: name } } };
}

test("what is suspected tells the same of names and keys as the whole fleet", () => {
  let found = 0;
  fc.assert(
    fc.property(fc.array(manifest, { minLength: 1, maxLength: 6 }), (manifests) => {
      const files = manifests.map((one, index) => parse(`m${index}.yaml`, written(one)));
      const { documents, counts } = checker.check([base, settings, ...files]);
      const all = expandFleet(documents, { fleet: "", allocations: new Map() }).problems.filter(({ rule }) =>
        /^(names\/|workload\/configmap-key$)/.test(rule),
      );
      found += all.length;
      assert.equal(nameProblems({ documents, problems: [], counts }), all);
    }),
    { numRuns: 300, seed: 7 },
  );
  assert.ok(found > 100, "hardly anything was at fault");
});

test("a place that comes or goes changes what is suspected", () => {
  const long = parse("web.yaml", sandbox(["metadata.name", "w".repeat(57)]));
  const elsewhere = parse("dfw.yaml", surroundings.replaceAll("DFW", "SYD"));
  const told = (files: Parameters<typeof checker.check>[0]) =>
    nameProblems(checker.check(files)).map(({ rule }) => rule);
  assert.equal(told([elsewhere, long]), []);
  assert.equal(told([base, long]), ["names/too-long"]);
  assert.equal(told([elsewhere, long]), []);
  assert.equal(told([base, long]), ["names/too-long"]);
});

test.run();

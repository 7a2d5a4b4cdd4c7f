import fc from "fast-check";
import * as assert from "uvu/assert";
import type { JsonObject } from "../../../src/core/json.ts";
import { suite } from "../../support/suite.ts";
import { fleetOf, only, withScene } from "./scene.ts";

const test = suite("edge provider: any manifest");

const key = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 2 });
const { content } = fc.letrec((tie) => ({
  leaf: fc.oneof(fc.integer({ min: -9, max: 9 }), fc.boolean(), fc.constantFrom("", "x", "10Gi")),
  list: fc.array(fc.oneof(tie("leaf"), tie("content")), { maxLength: 3 }),
  content: fc.dictionary(key, fc.oneof({ depthSize: "small" }, tie("leaf"), tie("list"), tie("content")), {
    maxKeys: 3,
    noNullPrototype: true,
  }),
}));
const labels = fc.dictionary(key, fc.constantFrom("1", "2"), { maxKeys: 3, noNullPrototype: true });

/** A kind that the simulator knows by name only, so that it stores whatever it is given. */
function free(spec: JsonObject, named: Readonly<Record<string, string>>): JsonObject {
  const apiVersion = "network.datumapis.com/v1alpha1";
  return { apiVersion, kind: "BGPRouter", metadata: { name: "any", labels: named }, spec };
}

function inScene(body: Parameters<typeof withScene>[0]): Promise<void> {
  return withScene(body, {}, { kinds: ["BGPRouter.network.datumapis.com"] });
}

/** Without empty objects, which nobody can own and which therefore may stay or go. */
function withoutEmpty(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const kept = Object.entries(value).map(([field, inner]) => [field, withoutEmpty(inner)] as const);
  const full = kept.filter(([, inner]) => inner !== undefined);
  return full.length === 0 ? undefined : Object.fromEntries(full);
}

test("is in need of nothing once applied, and what it no longer says is gone after the next apply", () =>
  inScene(async ({ provider, apply, api }) => {
    const path = "/apis/network.datumapis.com/v1alpha1/namespaces/default/bgprouters/any";
    const manifest = fc.tuple(content as fc.Arbitrary<JsonObject>, labels);
    await fc.assert(
      fc.asyncProperty(manifest, manifest, async ([firstSpec, firstLabels], [spec, named]) => {
        const first = only(provider.translate(fleetOf(free(firstSpec, firstLabels))));
        const made = await apply(first);
        if (made === undefined) throw new Error("nothing was made");
        assert.equal(provider.compare(first, made), []);
        const wanted = only(provider.translate(fleetOf(free(spec, named))));
        const differs = provider.compare(wanted, made).length > 0;
        const after = await apply(wanted, "update", made);
        assert.equal(after && provider.compare(wanted, after), []);
        const live = await api("GET", path);
        assert.equal(withoutEmpty(live.spec), withoutEmpty(spec));
        const kept = Object.entries((live.metadata as JsonObject).labels as JsonObject);
        assert.equal(Object.fromEntries(kept.filter(([label]) => !label.includes("/"))), named);
        if (!differs) assert.equal(withoutEmpty(made.state.spec), withoutEmpty(after?.state.spec));
      }),
      { numRuns: 60 },
    );
  }));

test.run();

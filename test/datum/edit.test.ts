import fc from "fast-check";
import * as assert from "uvu/assert";
import { parseAllDocuments, stringify } from "yaml";
import { type Edit, editManifest } from "../../src/datum/edit.ts";
import { suite } from "../support/suite.ts";

const test = suite("datum/edit");

const manifest = `# The shop
apiVersion: compute.datumapis.com/v1alpha
kind: Workload # a comment
metadata:
    name: "web"
    labels: {app: shop, tier: 'front'}
spec:
    template:
        # which machine
        instanceType:   datumcloud/d1-standard-2   # two processors
        ports:
        - name: http
          port: 80
        - {name: https, port: 443}
        empty: {}
        script: |
            line one
            line two
---
kind: Other
name: x
`;

const cases: readonly (readonly [
  title: string,
  edit: Omit<Edit, "index"> & { index?: number },
  before: string,
  after: string,
])[] = [
  [
    "a plain value, its comment stays",
    { path: ["spec", "template", "instanceType"], value: "n2-standard-4" },
    "datumcloud/d1-standard-2   # two",
    "n2-standard-4   # two",
  ],
  ["quotes stay quotes", { path: ["metadata", "name"], value: "api" }, '"web"', '"api"'],
  [
    "a text that looks like a number is quoted",
    { path: ["spec", "template", "instanceType"], value: "12" },
    "datumcloud/d1-standard-2   #",
    '"12"   #',
  ],
  ["a flow value", { path: ["metadata", "labels", "tier"], value: "back" }, "'front'", "'back'"],
  [
    "a number in a list of maps",
    { path: ["spec", "template", "ports", 0, "port"], value: 8080 },
    "port: 80\n",
    "port: 8080\n",
  ],
  [
    "a new field of a flow map",
    { path: ["metadata", "labels", "zone"], value: "a" },
    "tier: 'front'}",
    "tier: 'front', zone: a}",
  ],
  [
    "a new field at the end of its block",
    { path: ["metadata", "annotations", "plumbline.dev/protect"], value: "true" },
    "tier: 'front'}\n",
    "tier: 'front'}\n    annotations:\n      plumbline.dev/protect: \"true\"\n",
  ],
  ["an empty map is filled", { path: ["spec", "template", "empty", "a"], value: 1 }, "empty: {}", "empty: {a: 1}"],
  [
    "a list grows",
    { path: ["spec", "template", "ports", 2], value: { name: "x", port: 1 } },
    "- {name: https, port: 443}",
    "- {name: https, port: 443}\n        - name: x\n          port: 1",
  ],
  [
    "a field is taken away with its line",
    { path: ["spec", "template", "instanceType"], value: undefined },
    "        instanceType:   datumcloud/d1-standard-2   # two processors\n",
    "",
  ],
  ["another document of the file", { index: 1, path: ["name"], value: "y" }, "name: x\n", "name: y\n"],
];

for (const [title, edit, before, after] of cases)
  test(title, () => {
    const edited = editManifest(manifest, [{ index: 0, ...edit }]);
    assert.ok("text" in edited, JSON.stringify(edited));
    assert.is(
      "text" in edited ? edited.text : "",
      manifest.replace(before, () => after),
    );
  });

const styles: readonly (readonly [title: string, text: string, edit: Omit<Edit, "index">, after: string])[] = [
  [
    "Windows line ends",
    "a:\r\n  b: 1 # c\r\n",
    { path: ["a", "n", "d"], value: [1] },
    "a:\r\n  b: 1 # c\r\n  n:\r\n    d:\r\n    - 1\r\n",
  ],
  ["JSON, a text", '{\n  "a": 1460\n}', { path: ["a"], value: "x" }, '{\n  "a": "x"\n}'],
  ["JSON, a field", '{\n  "a": {"b": 1}\n}\n', { path: ["a", "c"], value: "x" }, '{\n  "a": {"b": 1, "c": "x"}\n}\n'],
  ["JSON, a line", '{\n  "a": [1]\n}\n', { path: ["b", "c"], value: 2 }, '{\n  "a": [1],\n  "b": {"c":2}\n}\n'],
  [
    "braces with a comma at the end",
    "a: {\n  b: 1, # one\n}\n",
    { path: ["a", "c"], value: 2 },
    "a: {\n  b: 1, # one\n  c: 2,\n}\n",
  ],
  ["a field that says nothing", "a:\n  b:\n  c: 1\n", { path: ["a", "b"], value: 2 }, "a:\n  b: 2\n  c: 1\n"],
  [
    "an item more",
    "l:\n  # why\n  - x # one\n  - y\nz: 1\n",
    { path: ["l"], value: ["x", "y", "w"] },
    "l:\n  # why\n  - x # one\n  - y\n  - w\nz: 1\n",
  ],
  [
    "an item less",
    "l:\n  - x # one\n  - y # two\n  - z\n",
    { path: ["l"], value: ["x", "z"] },
    "l:\n  - x # one\n  - z\n",
  ],
  [
    "another item",
    "l:\n  - x # one\n  - y # two\n",
    { path: ["l"], value: ["x", "q"] },
    "l:\n  - x # one\n  - q # two\n",
  ],
  ["no item left", "l:\n  - x # one\nz: 1\n", { path: ["l"], value: [] }, "l:\n  []\nz: 1\n"],
];

for (const [title, text, edit, after] of styles)
  test(`in the author's style: ${title}`, () => {
    assert.equal(editManifest(text, [{ index: 0, ...edit }]), { text: after });
  });

test("what cannot be written without harm is refused and nothing changes", () => {
  for (const edit of [
    { index: 9, path: ["a"], value: 1 },
    { index: 0, path: ["metadata", "labels", "tier"], value: undefined },
    { index: 0, path: ["kind", "deeper"], value: 1 },
  ])
    assert.ok("refusal" in editManifest(manifest, [edit]), JSON.stringify(edit));
  assert.ok("refusal" in editManifest("a: [", [{ index: 0, path: ["a"], value: 1 }]));
});

test("whatever is edited, the file holds exactly the wanted values and every other line stands", () => {
  const word = fc.stringMatching(/^[a-z]{1,6}$/);
  const scalar = fc.oneof(
    word,
    fc.integer({ min: 0, max: 99 }),
    fc.boolean(),
    fc.constantFrom("", "true", "1.0", "a: b", "# no", "- x", "ü", "'", '"'),
  );
  const tree = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 3 }, scalar, fc.array(tie("value"), { minLength: 1, maxLength: 3 }), tie("map")),
    map: fc.dictionary(word, tie("value"), { minKeys: 1, maxKeys: 4 }),
  }));
  fc.assert(
    fc.property(
      tree.map as fc.Arbitrary<Record<string, unknown>>,
      scalar,
      fc.nat(),
      fc.boolean(),
      (content, value, choice, flow) => {
        const text = `# kept\n${stringify(content, flow ? { collectionStyle: "flow" } : {})}`;
        const paths = leavesOf(content);
        const path = paths[choice % paths.length] ?? [];
        const edited = editManifest(text, [{ index: 0, path, value }]);
        assert.ok("text" in edited, JSON.stringify([text, path, value, edited]));
        if (!("text" in edited)) return;
        const read = parseAllDocuments(edited.text)[0]?.toJS();
        assert.equal(at(read, path), value);
        assert.ok(edited.text.startsWith("# kept\n"));
      },
    ),
    { numRuns: 400 },
  );
});

function leavesOf(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (Array.isArray(value)) return value.flatMap((inner, index) => leavesOf(inner, [...path, index]));
  if (typeof value === "object" && value !== null)
    return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
  return [path];
}

function at(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, step) => (inner as Record<string | number, unknown>)?.[step], value);
}

test.run();

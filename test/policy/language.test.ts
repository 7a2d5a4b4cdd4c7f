import * as fc from "fast-check";
import * as assert from "uvu/assert";
import type { Json } from "../../src/core/json.ts";
import { compile } from "../../src/policy/language/expression.ts";
import { suite } from "../support/suite.ts";
import { evaluate } from "./evaluate.ts";

const test = suite("policy/language");

const object = {
  metadata: { name: "web", labels: { environment: "prod", "a-b": "x" } },
  spec: {
    replicas: 3,
    ratio: 0.5,
    list: [3, 1, 2],
    nothing: null,
    "tcp-port": 80,
    ports: [{ name: "http", port: 80 }],
  },
};

function holds(title: string, table: readonly (readonly [expression: string, expected: Json])[]): void {
  test(title, () => {
    const wrong = table.flatMap(([expression, expected]) => {
      const actual = evaluate(expression, object);
      return JSON.stringify(actual) === JSON.stringify(expected)
        ? []
        : [`${expression} gives ${JSON.stringify(actual)}`];
    });
    assert.equal(wrong, []);
  });
}

holds("numbers of JSON are integers when they are whole", [
  ["type(object.spec.replicas) == int", true],
  ["type(object.spec.ratio) == double", true],
  ["object.spec.replicas + 1", 4],
  ["object.spec.replicas > 2.5", true],
  ["object.spec.replicas * 1.5 + 1", 5.5],
  ["object.spec.ratio * object.spec.replicas", 1.5],
  ["'a' + 1", "error: found no matching overload for '_+_' applied to '(string, int)'"],
  ["object.spec.nothing == null", true],
  ["has(object.spec.nothing)", false],
]);

holds("optional fields, keys and entries", [
  ["object.metadata.?labels.environment.orValue('none')", "prod"],
  ["object.metadata.?labels.?owner.orValue('none')", "none"],
  ["object.?status.?conditions[0].type.hasValue()", false],
  ["object.spec.?ports[0].name.value()", "http"],
  ["object.metadata.labels[?'a-b'].orValue('')", "x"],
  ["object.metadata.labels[?'zone'].orValue('anywhere')", "anywhere"],
  ["[?object.?spec.?replicas, ?object.?status, 7]", [3, 7]],
  ["{?'a': object.?status, 'b': 1}", { b: 1 }],
  ["object.metadata.?labels.optMap(l, l.size()).orValue(0)", 2],
  ["object.?status.optMap(s, s.ready).orValue(false)", false],
  ["object.spec.?list.optFlatMap(l, l[?9]).hasValue()", false],
  ["optional.of(1) == optional.of(1)", true],
  ["optional.of(1) == optional.none()", false],
  ["optional.ofNonZeroValue('').hasValue()", false],
  ["optional.none().or(optional.of(2)).value()", 2],
  ["optional.none().value()", "error: optional.none() has no value"],
  ["has(object.?metadata.labels)", true],
  ["'environment' in object.metadata.?labels.orValue({})", true],
  ["object.spec.replicas > 2 ? object.?a.orValue(1) : 2", 1],
  ["'.?a [?b] {?c: d}'.size()", 16],
]);

holds("loops with two variables, and names for values", [
  ["object.spec.list.all(i, v, i >= 0 && v > 0)", true],
  ["object.spec.list.exists(i, v, i == v)", true],
  ["object.spec.list.existsOne(i, v, v == 3 && i == 0)", true],
  ["object.spec.list.transformList(i, v, v * 10 + i)", [30, 11, 22]],
  ["object.spec.list.transformList(i, v, i > 0, v)", [1, 2]],
  ["object.metadata.labels.transformMap(k, v, k + v)", { environment: "environmentprod", "a-b": "a-bx" }],
  ["[1, 2].transformMapEntry(i, v, {string(v): i})", { "1": 0, "2": 1 }],
  ["object.metadata.labels.all(k, v, k != v)", true],
  ["cel.bind(x, object.spec.replicas * 2, x * x)", 36],
  [
    "[1, 2].map(x, [3, 4].map(y, cel.bind(z, x * y, z + 1)))",
    [
      [4, 5],
      [7, 9],
    ],
  ],
  ["object.spec.list.all(i, v, object.nope)", "error: field not found: nope"],
]);

holds("fields that the grammar cannot write", [
  ["object.spec.`tcp-port`", 80],
  ["object.spec.tcp__dash__port", 80],
  ["object.metadata.?labels.`a-b`.orValue('')", "x"],
  ["object.metadata.?`labels`.orValue({}).size()", 2],
]);

test("what is wrong is told before anything is evaluated, with its place and what was meant", () => {
  const table: readonly (readonly [string, RegExp, number])[] = [
    ["objct.spec", /Nothing is called objct here.*Did you mean object/, 0],
    ["object.spec.replicas < variables.knwon", /No variable knwon.*Did you mean known/, 23],
    ["object.metadata.name.startWith('a')", /no function \.startWith\(\).*Did you mean startsWith/, 20],
    ["size(object.spec.list, 1)", /takes 1 arguments, not 2/, 0],
    ["startsWith(object.metadata.name, 'a')", /no function startsWith\(\).*Write it as x\.startsWith\(\)/, 0],
    ["object.spec.list.all(x, x > y)", /Nothing is called y here/, 28],
    ["authorizer.group('').resource('pods')", /no cluster here/, 0],
    ["self.spec.replicas > 1", /custom resource/, 0],
    ["object.metadata.name.matches('a(?=b)')", /regular expression is wrong/, 29],
    ["object.spec.replicas >", /Unexpected/, 21],
    ["object.spec\n  .replicas &&& true", /Unexpected &/, 24],
    ["Foo{a: 1}", /cannot be made here/, 0],
    ["  ", /empty/, 0],
  ];
  for (const [expression, message, offset] of table) {
    const compiled = compile(expression, { roots: ["object", "variables"], variables: ["known"] });
    if (!("message" in compiled)) throw new Error(`${expression} compiles`);
    assert.match(`${compiled.message} ${compiled.hint}`, message);
    assert.ok(Math.abs(compiled.offset - offset) <= 1, `${expression}: ${compiled.offset} is not ${offset}`);
  }
});

test("a name of a loop hides nothing outside it", () => {
  assert.match(String(evaluate("object.spec.list.all(x, x > 0) && x > 0", object)), /^fault: Nothing is called x/);
  assert.is(evaluate("object.spec.list.all(object, object > 0)", object), true);
});

const piece = fc.constantFrom(
  ..."object .spec .? [ ] [? { } {? ( ) , : ? ' \" ` r'a' 1 1.5 + && || ! in x y .all(x, x) .map( cel.bind( a.b // \n \\ '''".split(
    " ",
  ),
);

test("no text whatsoever makes compiling or evaluating throw", () => {
  const texts = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.array(piece, { maxLength: 25 }).map((all) => all.join(" ")),
  );
  fc.assert(
    fc.property(texts, (text) => {
      evaluate(text, object, 10_000);
    }),
    { numRuns: 1_500 },
  );
});

test("blanking marks never changes what a text without them means", () => {
  for (const text of ["'a.?b'", '"[?x]"', "r'\\.?x'", "'''{?'''", "// .?x\n1", "b'.?'.size()", "'\\'.?'"]) {
    assert.not.match(String(evaluate(text)), /^(?:fault|error)/, text);
  }
});

test.run();

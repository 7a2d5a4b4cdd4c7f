import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { type Command, parseCommandLine } from "../src/cli.ts";
import { suite } from "./support/suite.ts";

const test = suite("cli");

const here = { config: undefined, state: undefined };
const target = { ...here, repository: undefined, ref: undefined, output: "text" } as const;
const byHand = { name: "sim", world: "gce", endpoint: undefined, state: undefined, output: "text" } as const;

const commands: readonly (readonly [string, Command])[] = [
  ["validate a b -o json", { name: "validate", paths: ["a", "b"], config: undefined, policies: [], output: "json" }],
  [
    "validate -p q a -p r -o sarif -c p",
    { name: "validate", paths: ["a"], config: "p", policies: ["q", "r"], output: "sarif" },
  ],
  ["plan", { name: "plan", ...target }],
  [
    "plan --config p.yaml --state s --repo https://h/r --ref v1",
    { ...target, name: "plan", config: "p.yaml", state: "s", repository: "https://h/r", ref: "v1" },
  ],
  ["apply --output markdown", { ...target, name: "apply", output: "markdown" }],
  ["drift -o json", { ...target, name: "drift", output: "json" }],
  ["status --state s", { ...here, name: "status", state: "s", output: "text" }],
  ["history -n 5", { ...here, name: "history", limit: 5, output: "text" }],
  ["network", { ...target, name: "network", networks: [] }],
  ["network main a/b -o json", { ...target, name: "network", networks: ["main", "a/b"], output: "json" }],
  ["run", { ...target, name: "run", once: false }],
  ["run --once -c p.yaml", { ...target, name: "run", once: true, config: "p.yaml" }],
  ["sim gce", { name: "sim", action: "serve", world: "gce", port: 0, data: undefined }],
  ["sim edge --port 8090 --data d", { name: "sim", action: "serve", world: "edge", port: 8090, data: "d" }],
  ["sim gce list", { ...byHand, action: "list", args: [] }],
  ["sim gce delete web-0 --state s", { ...byHand, action: "delete", args: ["web-0"], state: "s" }],
  ["sim gce set-machine-type web-0 e2-small", { ...byHand, action: "set-machine-type", args: ["web-0", "e2-small"] }],
  [
    "sim gce set-label web-0 a=b --endpoint http://127.0.0.1:1/",
    { ...byHand, action: "set-label", args: ["web-0", "a=b"], endpoint: "http://127.0.0.1:1" },
  ],
  [
    "sim edge set network/prod spec.mtu=1400",
    { ...byHand, world: "edge", action: "set", args: ["network/prod", "spec.mtu=1400"] },
  ],
  ["sim gce replay recordings", { ...byHand, action: "replay", args: ["recordings"] }],
  ["policy test a b", { name: "policy", paths: ["a", "b"], output: "text" }],
  ["explain schema/unknown-field", { name: "explain", rule: "schema/unknown-field", config: undefined }],
  ["explain", { name: "explain", rule: undefined, config: undefined }],
  ["schema out", { name: "schema", directory: "out" }],
  ["version", { name: "version" }],
  ["--version", { name: "version" }],
];

for (const [line, expected] of commands) {
  test(`understands: ${line}`, () => {
    const result = parseCommandLine(line.split(" "));
    assert.is(result.kind, "command", JSON.stringify(result));
    if (result.kind === "command") assert.equal(result.command, expected);
  });
}

test("reads the flags that every command has", () => {
  const result = parseCommandLine(["plan", "--no-color", "--log-level", "debug"]);
  assert.is(result.kind, "command");
  if (result.kind === "command") assert.equal(result.flags, { colour: "never", logLevel: "debug" });
});

const mistakes: readonly (readonly [string, RegExp])[] = [
  ["plna", /unknown command 'plna'[\s\S]*Did you mean plan\?/],
  ["plan --confg x", /unknown option '--confg'[\s\S]*Did you mean --config\?/],
  ["plan --output jsn", /Allowed choices are text, json, markdown/],
  ["plan --output sarif", /Allowed choices are text, json, markdown/],
  ["plan extra", /too many arguments/],
  ["plan --repo", /argument missing/],
  ["validate", /missing required argument 'path'/],
  ["run --log-level loud", /Allowed choices are debug, info, warn, error, silent/],
  ["sim cge", /Did you mean gce\?/],
  ["sim gce lst", /unknown action 'lst'[\s\S]*Did you mean list\?/],
  ["sim gce --port 70000", /from 0 to 65535/],
  ["sim gce delete", /missing required argument 'name'/],
  ["sim gce list --endpoint ftp://h", /must be an http\(s\) URL/],
  ["sim gce list --endpoint http://h --state s", /cannot be used with/],
];

for (const [line, expected] of mistakes) {
  test(`refuses: ${line}`, () => {
    const result = parseCommandLine(line.split(" "));
    assert.is(result.kind, "mistake");
    if (result.kind === "mistake") {
      assert.match(result.text, expected);
      assert.match(result.text, /--help to see what there is/);
    }
  });
}

const names = [
  "validate",
  "plan",
  "apply",
  "drift",
  "status",
  "history",
  "network",
  "run",
  "sim",
  "doctor",
  "import",
  "policy",
  "setup",
  "explain",
  "schema",
  "version",
];

test("without arguments, and with --help, lists every command", () => {
  for (const argv of [[], ["--help"], ["help"]]) {
    const result = parseCommandLine(argv);
    assert.is(result.kind, "help");
    for (const name of names)
      assert.match(result.kind === "help" ? result.text : "", new RegExp(`^ {2}${name}\\b`, "m"));
  }
});

test("has help for every command, in lines of at most 100 columns", () => {
  for (const name of [...names, "sim gce", "sim edge", "sim gce delete", "sim edge set"]) {
    const result = parseCommandLine([...name.split(" "), "--help"]);
    assert.is(result.kind, "help", name);
    const text = result.kind === "help" ? result.text : "";
    assert.match(text, new RegExp(`^Usage: plumbline ${name}`));
    for (const line of text.split("\n")) assert.ok(line.length <= 100, `${name}: ${line}`);
  }
});

test("the README's table has every command", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const listed = [...readme.matchAll(/^\| `plumbline (\w+)/gm)].map(([, name]) => name);
  assert.equal(
    listed,
    names.filter((name) => name !== "version"),
  );
});

test.run();

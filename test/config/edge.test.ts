import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { parseConfig } from "../../src/config.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { suite } from "../support/suite.ts";

const test = suite("config/edge");
const schema = JSON.parse(
  readFileSync(new URL("../../policies/plumbline.schema.json", import.meta.url), "utf8"),
) as JsonObject;

function parse(edge: string) {
  const text = `fleet: prod\nrepositories: [{path: r}]\nproviders:\n  edge: ${edge}\n`;
  return parseConfig(text, "/etc/plumbline/plumbline.yaml", schema);
}

function planes(edge: string) {
  const { config, problems } = parse(edge);
  assert.equal(problems, []);
  return config?.providers.edge ?? [];
}

test("one control plane with its defaults", () => {
  assert.equal(planes("{endpoint: 'https://api.example'}"), [
    {
      name: "edge",
      endpoint: "https://api.example",
      project: undefined,
      credentials: { kind: "none" },
      certificateAuthority: undefined,
      proxy: undefined,
      timeoutMs: 30_000,
      readyTimeoutMs: undefined,
      kinds: [],
      forceConflicts: false,
    },
  ]);
});

test("files stand beside the configuration, variables keep their names", () => {
  const [plane] = planes(
    "{credentials: {kind: service-account, key: {file: key.json}}, certificateAuthority: ca.pem, timeout: 5s}",
  );
  assert.equal(plane?.credentials, { kind: "service-account", key: { file: "/etc/plumbline/key.json" } });
  assert.is(plane?.certificateAuthority, "/etc/plumbline/ca.pem");
  assert.is(plane?.timeoutMs, 5_000);
  const [other] = planes("{credentials: {kind: kubeconfig, file: k, context: c}, kinds: [Location.networking.a.io]}");
  assert.equal(other?.credentials, { kind: "kubeconfig", file: "/etc/plumbline/k", context: "c" });
  assert.equal(other?.kinds, ["Location.networking.a.io"]);
});

test("several control planes keep their names and order", () => {
  const found = planes(
    "{controlPlanes: [{name: dfw, endpoint: 'https://a', project: p}, {name: lhr, endpoint: 'https://a', project: q}]}",
  );
  assert.equal(
    found.map(({ name, project }) => [name, project]),
    [
      ["dfw", "p"],
      ["lhr", "q"],
    ],
  );
});

/** The edge part, and each problem's rule, path and a part of its text. */
const bad: readonly (readonly [string, readonly (readonly [string, RegExp])[]])[] = [
  ["{}", [["config/missing providers.edge", /needs endpoint/]]],
  [
    "{endpoint: 'https://u:p@a'}",
    [["config/secret providers.edge.endpoint", /http\(s\) URL without a user or password/]],
  ],
  ["{credentials: {kind: kubeconfig}}", [["config/missing providers.edge.credentials", /needs file/]]],
  [
    "{endpoint: 'https://a', credentials: {kind: client-certificate, key: {env: K}}}",
    [["config/missing providers.edge.credentials", /needs certificate/]],
  ],
  [
    "{endpoint: 'https://a', credentials: {kind: token, token: abc}}",
    [["config/secret providers.edge.credentials.token", /a secret never stands in this file/]],
  ],
  ["{endpoint: 'https://a', project: ../x}", [["config/value providers.edge.project", /a project's name/]]],
  ["{endpoint: 'https://a', kinds: [location]}", [["config/value providers.edge.kinds[0]", /Kind\.group/]]],
  ["{endpoint: 'https://a', kinds: [Secret]}", [["config/value providers.edge.kinds[0]", /not copied/]]],
  ["{endpoint: 'https://a', timeout: 500h}", [["config/value providers.edge.timeout", /at most 480h/]]],
  ["{endpoint: 'https://a', time: 5s}", [["config/unknown-key providers.edge.time", /timeout/]]],
  [
    "{endpoint: 'https://a', controlPlanes: [{name: a, endpoint: 'https://a'}]}",
    [["config/value providers.edge.endpoint", /beside controlPlanes/]],
  ],
  ["{controlPlanes: [{endpoint: 'https://a'}]}", [["config/missing providers.edge.controlPlanes[0]", /needs name/]]],
  [
    "{controlPlanes: [{name: gcp, endpoint: 'https://a'}]}",
    [["config/name providers.edge.controlPlanes[0].name", /gcp is taken/]],
  ],
  [
    "{controlPlanes: [{name: a, endpoint: 'https://a'}, {name: b, endpoint: 'https://a/'}]}",
    [["config/value providers.edge.controlPlanes[1].endpoint", /a is the same control plane as b/]],
  ],
];

for (const [edge, expected] of bad) {
  test(`refuses ${edge}`, () => {
    const { config, problems } = parse(edge);
    assert.is(config, undefined);
    assert.equal(
      problems.map(({ rule, path }) => `${rule} ${path}`),
      expected.map(([place]) => place),
    );
    for (const [index, [, message]] of expected.entries()) {
      assert.match(`${problems[index]?.message} ${problems[index]?.hint}`, message);
    }
  });
}

test("a hub is reached like a control plane and holds nothing else", () => {
  const hub = (text: string) =>
    parseConfig(
      `fleet: p\nrepositories: [{path: r}]\nproviders: {gcp: {credentials: {kind: none}}}\nhub: ${text}\n`,
      "/etc/plumbline/p.yaml",
      schema,
    );
  const { config } = hub(
    "{endpoint: 'https://hub.example', credentials: {kind: token, token: {file: t}}, timeout: 5s}",
  );
  assert.equal([config?.hub?.name, config?.hub?.timeoutMs], ["hub", 5_000]);
  assert.equal(config?.hub?.credentials, { kind: "token", token: { file: "/etc/plumbline/t" } });
  const rules = (text: string) => hub(text).problems.map(({ rule, path }) => `${rule} ${path}`);
  assert.equal(rules("{}"), ["config/missing hub"]);
  assert.equal(rules("{endpoint: 'https://h', kinds: []}"), ["config/unknown-key hub.kinds"]);
});

test.run();

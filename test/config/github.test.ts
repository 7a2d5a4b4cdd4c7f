import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { cloneUrlOf, webUrlOf } from "../../src/config/github.ts";
import { type GithubConfig, parseConfig, type RepositoryConfig } from "../../src/config.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { suite } from "../support/suite.ts";

const test = suite("config/github");
const schemaPath = new URL("../../policies/plumbline.schema.json", import.meta.url);
const schema = JSON.parse(readFileSync(schemaPath, "utf8")) as JsonObject;

function parse(repository: JsonObject) {
  const text = JSON.stringify({ fleet: "prod", repositories: [repository], providers: { gcp: {} } });
  return parseConfig(text, "/etc/plumbline/plumbline.yaml", schema);
}

function good(repository: JsonObject): RepositoryConfig {
  const { config, problems } = parse(repository);
  assert.equal(problems, []);
  return config?.repositories[0] as RepositoryConfig;
}

const token = { kind: "token", token: { env: "GITHUB_TOKEN" } };

test("GitHub alone says what is watched, with every default", () => {
  const repository = good({ github: { repository: "acme/fleet", credentials: token } });
  assert.is(repository.location, "https://github.com/acme/fleet.git");
  assert.equal(repository.github, {
    ...{ owner: "acme", repository: "fleet", apiUrl: "https://api.github.com", webUrl: "https://github.com" },
    ...{ credentials: token, webhookSecrets: [], context: "", deployments: false, timeoutMs: 20_000 },
    ...{ proxy: undefined, certificateAuthority: undefined },
  });
});

test("an App, Enterprise, secrets, and another place for Git", () => {
  const { github, location } = good({
    path: "../mirror.git",
    github: {
      ...{ repository: "acme/fleet", apiUrl: "https://ghe.example.com/api/v3/", timeout: "5s", deployments: true },
      credentials: { kind: "app", appId: 12, privateKey: { file: "app.pem" } },
      webhookSecrets: [{ env: "NEW" }, { file: "old" }],
      ...{ proxy: "http://proxy:3128", certificateAuthority: "ca.pem" },
    },
  });
  assert.is(location, "/etc/mirror.git");
  const { credentials, webhookSecrets, webUrl, certificateAuthority } = github as GithubConfig;
  const privateKey = { file: "/etc/plumbline/app.pem" };
  assert.equal(credentials, { kind: "app", appId: "12", privateKey, installationId: undefined });
  assert.equal(webhookSecrets, [{ env: "NEW" }, { file: "/etc/plumbline/old" }]);
  assert.equal([webUrl, certificateAuthority], ["https://ghe.example.com", "/etc/plumbline/ca.pem"]);
});

test("fleets that share a project have words of their own for their marks", () => {
  const at = (name: string, more: JsonObject, repository = "acme/fleet") => ({
    name,
    github: { repository, credentials: token, ...more },
  });
  const repositories = [at("prod", {}), at("lab", { context: "l" }, "Acme/Fleet"), at("docs", {}, "acme/other")];
  const text = JSON.stringify({ fleet: "acme", repositories, providers: { gcp: {} } });
  const { config, problems } = parseConfig(text, "/etc/plumbline/plumbline.yaml", schema);
  assert.equal(problems, []);
  assert.equal(
    config?.repositories.map(({ github }) => github?.context),
    ["prod", "l", ""],
  );
});

test("required signatures name files near the configuration", () => {
  const repository = good({ path: "r", requireSigned: { allowedSigners: "signers" } });
  assert.equal(repository.requireSigned, { allowedSigners: "/etc/plumbline/signers", pgpKeys: undefined });
});

const bad: readonly (readonly [JsonObject, RegExp])[] = [
  [{ github: { repository: "acme", credentials: token } }, /must be owner\/name/],
  [{ github: { repository: "acme/../x", credentials: token } }, /must be owner\/name/],
  [{ github: { repository: "acme/fleet" } }, /needs credentials/],
  [{ github: { repository: "acme/fleet", credentials: { kind: "token" } } }, /needs token/],
  [{ github: { repository: "acme/fleet", credentials: { kind: "app", appId: 1 } } }, /needs privateKey/],
  [
    { github: { repository: "acme/fleet", credentials: { kind: "token", token: "ghp_x" } } },
    /must be \{env: NAME\} or/,
  ],
  [
    { github: { repository: "acme/fleet", credentials: token, apiUrl: "http://ghe.example.com/api/v3" } },
    /must be https/,
  ],
  [{ github: { repository: "acme/fleet", credentials: token, timeout: "1ms" } }, /at least 100 ms/],
  [
    { url: "https://x/y", path: "r", github: { repository: "acme/fleet", credentials: token } },
    /exactly one of url and path/,
  ],
  [{ path: "r", requireSigned: {} }, /must not be empty/],
];

for (const [repository, expected] of bad) {
  test(`is refused: ${JSON.stringify(repository).slice(0, 90)}`, () => {
    const { config, problems } = parse(repository);
    assert.is(config, undefined);
    assert.match(problems.map(({ message }) => message).join("\n"), expected);
  });
}

test("where people read, and what git clones, are known from where the API is", () => {
  assert.is(webUrlOf("https://api.github.com"), "https://github.com");
  assert.is(webUrlOf("https://ghe.example.com/api/v3"), "https://ghe.example.com");
  assert.is(webUrlOf("https://api.acme.ghe.com"), "https://acme.ghe.com");
  assert.is(webUrlOf("http://127.0.0.1:8092/api/v3"), "http://127.0.0.1:8092");
  const place = { webUrl: "https://ghe.example.com", owner: "o", repository: "r" } as GithubConfig;
  assert.is(cloneUrlOf(place), "https://ghe.example.com/o/r.git");
});

test.run();

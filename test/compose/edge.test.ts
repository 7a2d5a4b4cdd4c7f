import { generateKeyPairSync } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { openProviders } from "../../src/compose/providers.ts";
import { parseConfig } from "../../src/config.ts";
import type { JsonObject } from "../../src/core/json.ts";
import type { Provider } from "../../src/providers/provider.ts";
import { createRedactor } from "../../src/runtime/redact.ts";
import type { Shell } from "../../src/shell.ts";
import { type EdgeSimulatorOptions, startEdgeSimulator } from "../../src/sim/edge/index.ts";
import { inFolder } from "../support/folder.ts";
import { suite } from "../support/suite.ts";
import { type Front, pem, pemPath, startProxy, startTlsFront } from "../support/tls-front.ts";

const test = suite("compose/edge");
const schema = JSON.parse(
  readFileSync(new URL("../../policies/plumbline.schema.json", import.meta.url), "utf8"),
) as JsonObject;

function shellWith(environment: Shell["environment"]): Shell {
  return { environment, redactor: createRedactor([]) } as unknown as Shell;
}

/** Opens the providers of a configuration whose edge part is given as JSON. */
async function open(edge: JsonObject, folder: string, environment: Shell["environment"] = {}) {
  const text = JSON.stringify({ fleet: "test", repositories: [{ path: "r" }], providers: { edge } });
  const { config, problems } = parseConfig(text, join(folder, "plumbline.yaml"), schema);
  assert.equal(problems, []);
  assert.ok(config);
  return await openProviders(shellWith(environment), config, { catalogs: {}, secrets: async () => undefined });
}

/** Lists the default namespace with the only provider: enough to be let in or not. */
async function look(edge: JsonObject, folder: string, environment: Shell["environment"] = {}): Promise<string> {
  let providers: readonly Provider[] = [];
  try {
    providers = await open(edge, folder, environment);
    const scope = { fleet: "test", realms: ["default"] };
    for (const provider of providers) {
      for await (const _ of provider.observe(scope, new AbortController().signal)) assert.unreachable();
    }
    return "let in";
  } catch (error) {
    return (error as Error).message;
  } finally {
    for (const provider of providers) await provider.close();
  }
}

interface Place {
  readonly folder: string;
  readonly front: Front;
  readonly endpoint: string;
}

/** A guarded simulator behind TLS with a private authority. */
async function withPlace(
  options: EdgeSimulatorOptions,
  clients: boolean,
  body: (place: Place) => Promise<void>,
): Promise<void> {
  const simulator = await startEdgeSimulator(options);
  const front = await startTlsFront(simulator.url, clients);
  try {
    await inFolder((folder) => body({ folder, front, endpoint: front.url }));
  } finally {
    front.close();
    await simulator.close();
  }
}

const authority = { certificateAuthority: pemPath("ca") };

test("a token from the environment, over TLS with a private authority", () =>
  withPlace({ tokens: ["good-secret"] }, false, async ({ folder, endpoint }) => {
    const edge = { endpoint, credentials: { kind: "token", token: { env: "EDGE_TOKEN" } }, ...authority };
    assert.is(await look(edge, folder, { EDGE_TOKEN: "good-secret\n" }), "let in");
    assert.match(await look(edge, folder, { EDGE_TOKEN: "bad-secret" }), "credentials were not accepted");
    assert.match(await look(edge, folder), "EDGE_TOKEN is not set");
    const { certificateAuthority: _, ...untrusting } = edge;
    assert.match(await look(untrusting, folder, { EDGE_TOKEN: "good-secret" }), "certificate is not trusted");
  }));

test("a token file, found beside the configuration and read again when it is rotated", () =>
  withPlace({ tokens: ["second"] }, false, async ({ folder, endpoint }) => {
    const edge = { endpoint, credentials: { kind: "token", token: { file: "token" } }, ...authority };
    writeFileSync(join(folder, "token"), "first");
    const [provider] = await open(edge, folder);
    assert.ok(provider);
    const scope = { fleet: "test", realms: ["default"] };
    const once = async () => {
      for await (const _ of provider.observe(scope, new AbortController().signal)) assert.unreachable();
    };
    const refused = await once().catch((error: Error) => error.message);
    assert.match(String(refused), "credentials were not accepted");
    writeFileSync(join(folder, "token"), "second");
    await once();
    await provider.close();
    assert.match(
      await look({ ...edge, credentials: { kind: "token", token: { file: "none" } } }, folder),
      "cannot be read",
    );
  }));

const { publicKey, privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

test("a service-account key, from a file that names the server or from the environment in base64", () =>
  withPlace(
    { serviceAccounts: [{ clientId: "robot", keyId: "key-1", publicKey }] },
    false,
    async ({ folder, endpoint }) => {
      const key = JSON.stringify({
        ...{ type: "datum_service_account", client_id: "robot", private_key_id: "key-1", private_key: privateKey },
        ...{ token_uri: `${endpoint}/oauth/v2/token`, api_endpoint: endpoint, project_id: "p" },
      });
      writeFileSync(join(folder, "key.json"), key);
      const named = { credentials: { kind: "service-account", key: { file: "key.json" } }, ...authority };
      assert.is(await look(named, folder), "let in");
      const given = { endpoint, credentials: { kind: "service-account", key: { env: "KEY" } }, ...authority };
      assert.is(await look(given, folder, { KEY: Buffer.from(key).toString("base64") }), "let in");
      const broken = await look(named, folder).then(() => look(given, folder, { KEY: "{}" }));
      assert.match(broken, 'its type is not "datum_service_account"');
    },
  ));

test("a client certificate", () =>
  withPlace({}, true, async ({ folder, front, endpoint }) => {
    const credentials = {
      kind: "client-certificate",
      certificate: { file: pemPath("client") },
      key: { env: "CLIENT_KEY" },
    };
    assert.is(await look({ endpoint, credentials, ...authority }, folder, { CLIENT_KEY: pem("client-key") }), "let in");
    assert.ok(front.seen.length > 0 && front.seen.every((holder) => holder !== ""));
    assert.not.match(await look({ endpoint, ...authority }, folder), "let in");
  }));

function kubeconfig(server: string, user: JsonObject): string {
  return JSON.stringify({
    "current-context": "elsewhere",
    contexts: [{ name: "here", context: { cluster: "c", user: "u" } }],
    clusters: [{ name: "c", cluster: { server, "certificate-authority": pemPath("ca") } }],
    users: [{ name: "u", user }],
  });
}

test("a kubeconfig with a named context; one that would run a program is refused at the start", () =>
  withPlace({ tokens: ["good-secret"] }, false, async ({ folder, endpoint }) => {
    const path = join(folder, "kubeconfig");
    const edge = { credentials: { kind: "kubeconfig", file: "kubeconfig", context: "here" } };
    writeFileSync(path, kubeconfig(endpoint, { token: "good-secret" }));
    assert.is(await look(edge, folder), "let in");
    writeFileSync(path, kubeconfig(endpoint, { exec: { command: "sh" } }));
    assert.match(await look(edge, folder), /^edge: The kubeconfig cannot be used: .*would run a program/);
  }));

test("a proxy and a project", () =>
  withPlace({}, false, async ({ folder, endpoint }) => {
    const proxy = await startProxy();
    assert.is(await look({ endpoint, project: "my-project", proxy: proxy.url, ...authority }, folder), "let in");
    assert.ok(proxy.seen.includes(new URL(endpoint).host));
    proxy.close();
  }));

test("several control planes are several providers, the default one first", () =>
  withPlace({}, false, async ({ folder, endpoint }) => {
    const planes = [
      { name: "dfw", endpoint, ...authority },
      { name: "lhr", endpoint, project: "other", ...authority },
    ];
    const providers = await open({ controlPlanes: planes }, folder);
    assert.equal(
      providers.map(({ name }) => name),
      ["dfw", "lhr"],
    );
    for (const provider of providers) await provider.close();
  }));

test("an authority that is none is told", () =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, "ca.pem"), "no certificate");
    const edge = { endpoint: "https://127.0.0.1:1", certificateAuthority: "ca.pem" };
    assert.match(await look(edge, folder), "holds no certificate");
  }));

test.run();

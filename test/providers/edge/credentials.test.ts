import { generateKeyPairSync } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer as createPlainServer, type Server } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { JsonObject } from "../../../src/core/json.ts";
import { createEdgeProvider, type EdgeCredentials, type EdgeOptions } from "../../../src/providers/edge/index.ts";
import { controlPlaneUrl } from "../../../src/providers/edge/options.ts";
import { type EdgeSimulatorOptions, startEdgeSimulator } from "../../../src/sim/edge/index.ts";
import { inFolder } from "../../support/folder.ts";
import { suite } from "../../support/suite.ts";
import { failureOf, fleetOf, networkOf } from "./scene.ts";

const test = suite("edge provider: credentials");

const { publicKey, privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const account = { clientId: "robot", keyId: "key-1", publicKey };

function keyJson(url: string, more: JsonObject = {}): string {
  return JSON.stringify({
    type: "datum_service_account",
    client_id: "robot",
    private_key_id: "key-1",
    private_key: privateKey,
    token_uri: `${url}/oauth/v2/token`,
    ...more,
  });
}

/** Lists nothing of nothing: enough to be let in or not. */
async function look(options: Partial<EdgeOptions> & { readonly endpoint: string }): Promise<void> {
  const provider = createEdgeProvider({ name: "edge", credentials: { kind: "none" }, ...options });
  try {
    const scope = { fleet: "test", realms: provider.realms(fleetOf(networkOf("prod"))) };
    for await (const _ of provider.observe(scope, new AbortController().signal)) assert.unreachable();
  } finally {
    await provider.close();
  }
}

async function withGuarded(body: (url: string) => Promise<void>, options: EdgeSimulatorOptions): Promise<void> {
  const simulator = await startEdgeSimulator(options);
  try {
    await body(simulator.url);
  } finally {
    await simulator.close();
  }
}

test("a token lets in, a wrong one is for a person, and neither is ever printed", () =>
  withGuarded(
    async (endpoint) => {
      await look({ endpoint, credentials: { kind: "token", token: "good-secret\n" } });
      const failure = await failureOf(look({ endpoint, credentials: { kind: "token", token: "bad-secret" } }));
      assert.is(failure.code, "unauthenticated");
      assert.is(failure.next, "person");
      assert.not.match(failure.message, "secret");
    },
    { tokens: ["good-secret"] },
  ));

test("a token file is read again after a refusal", () =>
  inFolder(async (folder) =>
    withGuarded(
      async (endpoint) => {
        const path = join(folder, "token");
        writeFileSync(path, "old");
        const provider = createEdgeProvider({ name: "edge", endpoint, credentials: { kind: "token-file", path } });
        const scope = { fleet: "test", realms: ["default"] };
        const once = async () => {
          for await (const _ of provider.observe(scope, new AbortController().signal)) assert.unreachable();
        };
        assert.is((await failureOf(once())).code, "unauthenticated");
        writeFileSync(path, "new");
        await once();
        await provider.close();
      },
      { tokens: ["new"] },
    ),
  ));

test("a service-account key is exchanged once, and again when its token has run out", () =>
  withGuarded(
    async (endpoint) => {
      await look({ endpoint, credentials: { kind: "service-account", json: keyJson(endpoint) } });
      const encoded = Buffer.from(keyJson(endpoint)).toString("base64");
      await look({ endpoint, credentials: { kind: "service-account", json: encoded } });
    },
    { serviceAccounts: [account] },
  ));

test("a token that is refused before its time is minted anew", async () => {
  const first = await startEdgeSimulator({ serviceAccounts: [account] });
  const credentials: EdgeCredentials = { kind: "service-account", json: keyJson(first.url) };
  const provider = createEdgeProvider({ name: "edge", endpoint: first.url, credentials });
  const once = async () => {
    const scope = { fleet: "test", realms: ["default"] };
    for await (const _ of provider.observe(scope, new AbortController().signal)) assert.unreachable();
  };
  await once();
  await first.close();
  const forgetful = await startEdgeSimulator({ port: Number(new URL(first.url).port), serviceAccounts: [account] });
  await once();
  await provider.close();
  await forgetful.close();
});

const badKeys: readonly [name: string, more: JsonObject, says: string][] = [
  ["another type", { type: "service_account" }, "its type is not"],
  ["no client", { client_id: "" }, "client_id is missing"],
  ["no RSA key", { private_key: "-----BEGIN nothing" }, "not an RSA key"],
  ["a token endpoint in the clear", { token_uri: "http://auth.example/token" }, "not an https URL"],
  ["a key the endpoint does not know", { private_key_id: "key-2" }, "refused the service-account key key-2"],
];

for (const [name, more, says] of badKeys) {
  test(`a service-account key with ${name} is for a person, without a word of the key`, () =>
    withGuarded(
      async (endpoint) => {
        const json = keyJson(endpoint, more);
        const failure = await failureOf(
          Promise.resolve().then(() => look({ endpoint, credentials: { kind: "service-account", json } })),
        );
        assert.is(failure.next, "person");
        assert.match(failure.message, says);
        assert.not.match(failure.message, "BEGIN");
      },
      { serviceAccounts: [account] },
    ));
}

test("a token is never sent in the clear to another machine", async () => {
  const credentials: EdgeCredentials = { kind: "token", token: "t" };
  const failure = await failureOf(look({ endpoint: "http://198.51.100.1", credentials }));
  assert.is(failure.next, "person");
  assert.match(failure.message, "never sent without TLS");
});

const tls = (name: string) => readFileSync(new URL(`../../fixtures/tls/${name}.pem`, import.meta.url), "utf8");

/** An API server behind TLS that wants a client certificate and serves no kind at all. */
async function withTls(body: (endpoint: string) => Promise<void>): Promise<void> {
  const server = createServer(
    { cert: tls("server"), key: tls("server-key"), ca: tls("ca"), requestCert: true, rejectUnauthorized: true },
    (_, response) => response.end(JSON.stringify({ kind: "APIGroupList", groups: [] })),
  );
  await listening(server);
  try {
    await body(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function listening(server: Pick<Server, "listen">): Promise<void> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
}

const certificate = { certificate: tls("client"), key: tls("client-key") };

test("a private authority and a client certificate", () =>
  withTls(async (endpoint) => {
    const credentials: EdgeCredentials = { kind: "client-certificate", ...certificate };
    await look({ endpoint, credentials, certificateAuthority: tls("ca") });
    const untrusted = await failureOf(look({ endpoint, credentials }));
    assert.is(untrusted.next, "person");
    assert.match(untrusted.message, "certificate is not trusted");
  }));

function kubeconfig(server: string, user: JsonObject, cluster: JsonObject = {}): JsonObject {
  return {
    "current-context": "here",
    contexts: [{ name: "here", context: { cluster: "c", user: "u" } }],
    clusters: [{ name: "c", cluster: { server, ...cluster } }],
    users: [{ name: "u", user }],
  };
}

test("a kubeconfig names server, authority and certificate, inside or beside itself", () =>
  withTls((endpoint) =>
    inFolder(async (folder) => {
      const base64 = (text: string) => Buffer.from(text).toString("base64");
      const user = {
        "client-certificate-data": base64(certificate.certificate),
        "client-key-data": base64(certificate.key),
      };
      writeFileSync(join(folder, "ca.pem"), tls("ca"));
      const path = join(folder, "config");
      writeFileSync(path, JSON.stringify(kubeconfig(endpoint, user, { "certificate-authority": "ca.pem" })));
      await look({ endpoint: "", credentials: { kind: "kubeconfig", path } });
    }),
  ));

const badConfigs: readonly [content: JsonObject, says: string][] = [
  [kubeconfig("https://a.example", { exec: { command: "sh" } }), "would run a program"],
  [kubeconfig("https://a.example", { "auth-provider": {} }), "would run a program"],
  [kubeconfig("https://a.example", { username: "u", password: "p" }), "a password"],
  [kubeconfig("https://a.example", {}, { "insecure-skip-tls-verify": true }), "skips verifying"],
  [kubeconfig("", {}), "names no server"],
  [kubeconfig("https://a.example", { "client-key": "k.pem" }), "cannot be read"],
  [{ "current-context": "none" }, 'no entry "none" in contexts'],
];

test("a kubeconfig that runs programs or checks nobody is refused", () =>
  inFolder(async (folder) => {
    const path = join(folder, "config");
    for (const [content, says] of badConfigs) {
      writeFileSync(path, JSON.stringify(content));
      const credentials: EdgeCredentials = { kind: "kubeconfig", path };
      const failure = await failureOf(Promise.resolve().then(() => look({ endpoint: "", credentials })));
      assert.is(failure.next, "person");
      assert.match(failure.message, says);
    }
  }));

test("a proxy carries everything", () =>
  withGuarded(async (endpoint) => {
    const reached: string[] = [];
    const proxy = createPlainServer();
    proxy.on("connect", (request, socket) => {
      reached.push(request.url ?? "");
      const { hostname, port } = new URL(endpoint);
      const onward = connect(Number(port), hostname, () => {
        socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
        onward.pipe(socket);
        socket.pipe(onward);
      });
      socket.on("error", () => onward.destroy());
      onward.on("error", () => socket.destroy());
    });
    await listening(proxy);
    await look({ endpoint, proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` });
    assert.ok(reached.length > 0);
    assert.is(reached[0], new URL(endpoint).host);
    proxy.close();
  }, {}));

test("a project's control plane is found under the base URL", () => {
  const found = controlPlaneUrl("https://api.datum.net/base/", "my-project");
  assert.is(found.origin, "https://api.datum.net");
  const path = "/base/apis/resourcemanager.miloapis.com/v1alpha1/projects/my-project/control-plane";
  assert.is(found.prefix, path);
  assert.throws(() => controlPlaneUrl("https://u:p@a.example", undefined), "must not carry credentials");
  assert.throws(() => controlPlaneUrl("ftp://a.example", undefined), "not HTTP");
  assert.throws(() => controlPlaneUrl("https://a.example", "../x"), "not a project name");
});

test.run();

import { generateKeyPairSync } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { createGcpProvider, type GcpCredentials, type GcpOptions } from "../../../src/providers/gcp/index.ts";
import { ProviderError } from "../../../src/providers/provider.ts";
import { type GceSimulator, startGceSimulator } from "../../../src/sim/gce/index.ts";
import { inFolder } from "../../support/folder.ts";
import { shippedNames } from "../../support/names.ts";
import { suite } from "../../support/suite.ts";
import { pem, startProxy, startTlsFront } from "../../support/tls-front.ts";

const test = suite("gcp credentials");
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const keyText = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const account = "robot@p.iam.gserviceaccount.com";
const audience = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/ci";
let simulator: GceSimulator;

test.before(async () => {
  simulator = await startGceSimulator({ access: { tokensRequired: true } });
});
test.after(() => simulator.close());

function keyFile(more: object = {}): object {
  const token_uri = `${simulator.url}/token`;
  const names = { client_email: account, private_key_id: "k1", private_key: keyText };
  return { type: "service_account", ...names, token_uri, ...more };
}

function federationFile(credential_source: object, more: object = {}): object {
  const subject_token_type = "urn:ietf:params:oauth:token-type:jwt";
  const token_url = `${simulator.url}/v1/token`;
  return { type: "external_account", audience, subject_token_type, token_url, credential_source, ...more };
}

const userFile = (): object => ({
  ...{ type: "authorized_user", client_id: "id", client_secret: "very-secret", refresh_token: "refresh-me" },
  token_uri: `${simulator.url}/token`,
});

interface Given {
  readonly credentials: GcpCredentials;
  readonly options?: Partial<GcpOptions>;
}

/** The failure of one listing; undefined when it went well. */
async function listing({ credentials, options = {} }: Given): Promise<ProviderError | undefined> {
  const shared = { ...shippedNames, name: "gcp", endpoint: simulator.url };
  const provider = createGcpProvider({ ...shared, credentials, ...options });
  const scope = { fleet: "test", realms: ["demo-project"] };
  try {
    for await (const _ of provider.observe(scope, AbortSignal.timeout(20_000)));
    return undefined;
  } catch (error) {
    assert.instance(error, ProviderError);
    const failure = error as ProviderError;
    const { message } = failure;
    for (const secret of ["PRIVATE KEY", "very-secret", "refresh-me", "subject-token", "simulated-", "eyJ"]) {
      assert.not(message.includes(secret), message);
    }
    return failure;
  } finally {
    await provider.close();
  }
}

async function failing(given: Given, wanted: RegExp, next = "person"): Promise<void> {
  const failure = await listing(given);
  assert.ok(failure, "it went well");
  assert.match(failure?.message ?? "", wanted);
  assert.is(failure?.next, next);
}

/** Writes JSON into a folder of the test and gives its path. */
async function written(folder: string, name: string, content: object | string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

/** Runs the body with some access rules beside the usual ones. */
async function refusing(rules: object, body: () => Promise<void>): Promise<void> {
  simulator.control.setAccess({ tokensRequired: true, ...rules });
  try {
    await body();
  } finally {
    simulator.control.setAccess({ tokensRequired: true });
  }
}

test("without a token nothing is let in", async () => {
  await failing({ credentials: { kind: "none" } }, /authentication credentials/);
  await failing({ credentials: { kind: "token", token: "stale" } }, /authentication credentials/);
});

test("a service account's key is exchanged, and told apart from other files", () =>
  inFolder(async (folder) => {
    const path = await written(folder, "key.json", keyFile());
    const credentials = { kind: "key-file", path } as const;
    assert.is(await listing({ credentials }), undefined);
    await refusing({ refused: [account] }, () =>
      failing({ credentials }, /refused it \(400: invalid_grant: Invalid JWT Signature\).*keys create/),
    );
    const user = await written(folder, "user.json", userFile());
    await failing(
      { credentials: { kind: "key-file", path: user } },
      /of the type authorized_user. Use the credentials kind default/,
    );
    const other = await written(folder, "other.json", federationFile({ file: "x" }));
    await failing({ credentials: { kind: "key-file", path: other } }, /Use the credentials kind federation/);
  }));

test("a broken key file says what is wrong with it and nothing of its content", () =>
  inFolder(async (folder) => {
    const cases: readonly (readonly [object | string, RegExp])[] = [
      ["-----BEGIN PRIVATE KEY-----", /is not JSON/],
      [{ type: "toaster" }, /its type is not service_account/],
      [keyFile({ private_key: "very-secret" }), /no RSA key in PEM/],
      [keyFile({ client_email: "" }), /has no client_email/],
      [keyFile({ token_uri: "http://192.0.2.1/token" }), /does not begin with https/],
      ["x".repeat(300_000), /too large/],
    ];
    for (const [content, wanted] of cases) {
      const path = await written(folder, "bad.json", content);
      await failing({ credentials: { kind: "key-file", path } }, wanted);
    }
    await failing({ credentials: { kind: "key-file", path: join(folder, "no.json") } }, /cannot be read \(ENOENT\)/);
  }));

test("Application Default Credentials are looked for in Google's order", () =>
  inFolder(async (folder) => {
    const named = await written(folder, "named.json", keyFile());
    await mkdir(join(folder, ".config", "gcloud"), { recursive: true });
    const near = (variables: Readonly<Record<string, string>>, homeDirectory = folder): Given => ({
      credentials: { kind: "default" },
      options: { surroundings: { variables: { NO_GCE_CHECK: "true", ...variables }, homeDirectory } },
    });
    await failing(
      near({}),
      /not found: GOOGLE_APPLICATION_CREDENTIALS is not set, .*gcloud.* does not exist, NO_GCE_CHECK/,
    );
    assert.is(await listing(near({ GOOGLE_APPLICATION_CREDENTIALS: named })), undefined);
    await failing(
      near({ GOOGLE_APPLICATION_CREDENTIALS: join(folder, "no.json") }),
      /GOOGLE_APPLICATION_CREDENTIALS .*ENOENT/,
    );
    await written(join(folder, ".config", "gcloud"), "application_default_credentials.json", userFile());
    assert.is(await listing(near({})), undefined);
    await refusing({ refused: ["refresh-me"] }, async () => {
      await failing(near({}), /Token has been expired or revoked.*gcloud auth application-default login/);
      // The variable goes before the well-known file.
      assert.is(await listing(near({ GOOGLE_APPLICATION_CREDENTIALS: named })), undefined);
    });
    await written(folder, "application_default_credentials.json", userFile());
    assert.is(await listing(near({ CLOUDSDK_CONFIG: folder }, "/nowhere")), undefined);
    const host = new URL(simulator.url).host;
    const machine = near({ NO_GCE_CHECK: "", GCE_METADATA_HOST: host }, "/nowhere");
    assert.is(await listing(machine), undefined);
    await refusing({ refused: ["metadata"] }, () => failing(machine, /Attach a service account to the machine/));
    await failing(
      near({ NO_GCE_CHECK: "", GCE_METADATA_HOST: "127.0.0.1:9" }, "/nowhere"),
      /no metadata server answers/,
    );
  }));

test("an identity of another provider is exchanged, from a file or a URL", () =>
  inFolder(async (folder) => {
    const plain = await written(folder, "token.txt", "subject-token\n");
    const json = await written(folder, "token.json", { value: "subject-token" });
    const inJson = { type: "json", subject_token_field_name: "value" };
    const metadata = `${simulator.url}/computeMetadata/v1/project/project-id`;
    const sources: readonly object[] = [
      { file: plain },
      { file: json, format: inJson },
      { url: metadata, headers: { "Metadata-Flavor": "Google" } },
    ];
    for (const source of sources) {
      const path = await written(folder, "wif.json", federationFile(source));
      assert.is(await listing({ credentials: { kind: "federation", path } }), undefined, JSON.stringify(source));
    }
    const service_account_impersonation_url = `${simulator.url}/v1/projects/-/serviceAccounts/${account}:generateAccessToken`;
    const spoken = federationFile({ file: plain }, { service_account_impersonation_url });
    const path = await written(folder, "spoken.json", spoken);
    assert.is(await listing({ credentials: { kind: "federation", path } }), undefined);
    await refusing({ refused: [audience] }, () =>
      failing({ credentials: { kind: "federation", path } }, /invalid_target.*workload identity pool/),
    );
    await refusing({ refused: ["subject-token"] }, () =>
      failing({ credentials: { kind: "federation", path } }, /invalid_grant/),
    );
  }));

test("a federation file that cannot be used says why", () =>
  inFolder(async (folder) => {
    const cases: readonly (readonly [object, RegExp])[] = [
      [
        { executable: { command: "/bin/sh" } },
        /wants a program to be run.*Plumbline runs none.*--credential-source-file/,
      ],
      [{ environment_id: "aws1" }, /takes its token from AWS/],
      [{ certificate: {} }, /client certificate/],
      [{}, /neither file nor url/],
      [{ file: join(folder, "gone") }, /token file .* cannot be read \(ENOENT\)/],
      [{ url: `${simulator.url}/computeMetadata/v1/x` }, /answered 403/],
    ];
    for (const [source, wanted] of cases) {
      const path = await written(folder, "wif.json", federationFile(source));
      await failing({ credentials: { kind: "federation", path } }, wanted);
    }
  }));

test("another service account is spoken for", () =>
  inFolder(async (folder) => {
    const path = await written(folder, "key.json", keyFile());
    const credentials = { kind: "key-file", path, impersonate: "target@p.iam.gserviceaccount.com" } as const;
    assert.is(await listing({ credentials }), undefined);
    await refusing({ denied: ["iam.serviceAccounts.getAccessToken"] }, () =>
      failing(
        { credentials },
        /add-iam-policy-binding target@p\S+ --member=serviceAccount:robot@p\S+ --role=roles\/iam.serviceAccountTokenCreator/,
      ),
    );
    const source = { type: "impersonated_service_account", source_credentials: userFile() };
    const service_account_impersonation_url = `${simulator.url}/v1/projects/-/serviceAccounts/${account}:generateAccessToken`;
    const named = await written(folder, "adc.json", { ...source, service_account_impersonation_url });
    const surroundings = { variables: { GOOGLE_APPLICATION_CREDENTIALS: named }, homeDirectory: "" };
    assert.is(await listing({ credentials: { kind: "default" }, options: { surroundings } }), undefined);
  }));

test("a token that was withdrawn is fetched anew; a token server that fails is worth another try", () =>
  inFolder(async (folder) => {
    const path = await written(folder, "key.json", keyFile());
    const credentials = { kind: "key-file", path } as const;
    const provider = createGcpProvider({ ...shippedNames, name: "gcp", endpoint: simulator.url, credentials });
    const look = async (): Promise<void> => {
      const scope = { fleet: "test", realms: ["demo-project"] };
      for await (const _ of provider.observe(scope, AbortSignal.timeout(20_000)));
    };
    await look();
    simulator.control.withdrawTokens();
    await look();
    await provider.close();
    const gone = await written(folder, "gone.json", keyFile({ token_uri: "http://127.0.0.1:9/token" }));
    await failing(
      { credentials: { kind: "key-file", path: gone } },
      /token server 127.0.0.1:9 cannot be reached/,
      "retry",
    );
  }));

test("everything goes through a proxy and trusts a private authority, tokens too", () =>
  inFolder(async (folder) => {
    const front = await startTlsFront(simulator.url);
    const proxy = await startProxy();
    try {
      const path = await written(folder, "key.json", keyFile({ token_uri: `${front.url}/token` }));
      const credentials = { kind: "key-file", path } as const;
      const options = { endpoint: front.url, certificateAuthority: pem("ca"), proxy: proxy.url };
      assert.is(await listing({ credentials, options }), undefined);
      assert.ok(proxy.seen.length > 1 && proxy.seen.every((target) => front.url.endsWith(target)));
      const doubt = /certificate of the token server .* cannot be verified.*providers.gcp.certificateAuthority/;
      await failing({ credentials, options: { endpoint: front.url } }, doubt);
    } finally {
      proxy.close();
      front.close();
    }
  }));

test.run();

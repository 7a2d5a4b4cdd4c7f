import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { JsonObject } from "../../src/core/json.ts";
import { type GceSimulator, startGceSimulator } from "../../src/sim/gce/index.ts";
import { locationsText, networkText } from "../providers/gcp/manifests.ts";
import { inFolder } from "../support/folder.ts";
import { commitFiles, git } from "../support/git.ts";
import { run, start } from "../support/program.ts";
import { ageKeyPair, encryptSops } from "../support/sops.ts";
import { suite } from "../support/suite.ts";

const test = suite("e2e/secrets");
const limitMs = 180_000;
const canary = "canary-7Fq2zX";
const keys = await ageKeyPair();
const environment = { SOPS_AGE_KEY: keys.key };

const shopText = `apiVersion: compute.datumapis.com/v1alpha
kind: Workload
metadata: { name: shop }
spec:
  placements: [{ name: main, cityCodes: [DFW], scaleSettings: { minReplicas: 2 } }]
  template:
    spec:
      runtime:
        resources: { instanceType: datumcloud/d1-standard-2 }
        sandbox:
          containers:
            - name: app
              image: docker.io/library/redis:7
              env: [{ name: PASSWORD, valueFrom: { secretKeyRef: { name: db, key: password } } }]
      networkInterfaces: [{ network: { name: main } }]
`;

function secretText(password: string): string {
  return `apiVersion: v1\nkind: Secret\nmetadata: { name: db }\nstringData: { password: "${password}" }\n`;
}

async function sealed(password: string): Promise<string> {
  return await encryptSops([secretText(password)], [keys.recipient]);
}

/** A repository, a configuration and a state folder beside a simulated Compute Engine that is reached through `url`. */
interface Ground {
  readonly folder: string;
  readonly repository: string;
  readonly simulator: GceSimulator;
  commit(files: Readonly<Record<string, string | undefined>>, subject: string): Promise<unknown>;
  /** Runs a command on the configuration and remembers what it said. */
  plumbline(...words: readonly string[]): Promise<{ readonly code: number | string; readonly stdout: string }>;
  said(): string;
  rest(method: string, path: string, body?: JsonObject): Promise<JsonObject>;
  states(): Promise<readonly unknown[]>;
}

async function onGround(body: (ground: Ground) => Promise<void>, through?: (url: string) => Promise<string>) {
  const simulator = await startGceSimulator({ operationMs: [0, 5], defaultNetwork: false });
  try {
    await inFolder(async (folder) => {
      const repository = join(folder, "repository");
      const endpoint = through === undefined ? simulator.url : await through(simulator.url);
      const config = {
        fleet: "e2e",
        state: "state",
        repositories: [{ path: "repository" }],
        providers: { gcp: { endpoint, credentials: { kind: "none" } } },
        limits: { maxDeletePercent: 100 },
      };
      await writeFile(join(folder, "plumbline.yaml"), JSON.stringify(config));
      await mkdir(repository);
      await git(repository, "init", "--quiet");
      let said = "";
      const rest: Ground["rest"] = async (method, path, sent) => {
        const init = { method, ...(sent === undefined ? {} : { body: JSON.stringify(sent) }) };
        const answer = await fetch(`${simulator.url}/v1/projects/test-project/${path}`, init);
        return (await answer.json()) as JsonObject;
      };
      await body({
        ...{ folder, repository, simulator, rest },
        commit: (files, subject) => commitFiles(repository, files, subject),
        async plumbline(...words) {
          const ended = await run([...words, "--config", join(folder, "plumbline.yaml")], environment);
          said += ended.stdout + ended.stderr;
          return ended;
        },
        said: () => said,
        async states() {
          const { versions } = (await rest("GET", "secrets/e2e-db/versions")) as { versions?: readonly JsonObject[] };
          return (versions ?? []).map(({ state }) => state);
        },
      });
    });
  } finally {
    await simulator.close();
  }
}

interface Applied {
  readonly results: readonly { readonly action: string; readonly address: string }[];
}

const files = { "locations.yaml": locationsText, "network.yaml": networkText, "shop.yaml": shopText };

/** Every form in which a password might be met. */
function formsOf(text: string): readonly string[] {
  return [
    text,
    ...[0, 1, 2].map((shift) =>
      Buffer.from("x".repeat(shift) + text)
        .toString("base64")
        .slice(4, 12),
    ),
  ];
}

async function textsIn(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = names
    .filter((name) => name.isFile())
    .map((name) => readFile(join(name.parentPath, name.name), "latin1"));
  return (await Promise.all(texts)).join("\n");
}

test(
  "an encrypted Secret reaches Secret Manager and is seen nowhere else; it is rotated, put right and taken away",
  () =>
    onGround(async ({ folder, repository, simulator, commit, plumbline, said, rest, states }) => {
      await commit({ ...files, "db.yaml": await sealed(`${canary}-one`) }, "Open the shop");
      assert.is((await plumbline("apply", "--output", "json")).code, 0, said());
      const held = await rest("GET", "secrets/e2e-db/versions/1:access");
      const payload = Buffer.from((held.payload as { data: string }).data, "base64").toString();
      assert.match(payload, Buffer.from(`${canary}-one`).toString("base64"));
      const { accounts } = (await rest("GET", "serviceAccounts")) as { accounts: readonly { email: string }[] };
      const bindings = [
        { role: "roles/secretmanager.secretAccessor", members: [`serviceAccount:${accounts[0]?.email}`] },
      ];
      assert.equal((await rest("GET", "secrets/e2e-db:getIamPolicy")).bindings, bindings);
      assert.is((await plumbline("plan")).code, 0, "nothing is left to do");

      await commit({ "db.yaml": await sealed(`${canary}-two`) }, "Rotate the password");
      const rotation = await plumbline("plan");
      assert.match(rotation.stdout, "metadata.plumbline-secrets  (forces restart, db.yaml:5)");
      assert.match(rotation.stdout, "1 to create, 2 to restart, 1 to delete, 4 unchanged");
      const rotated = JSON.parse((await plumbline("apply", "--output", "json")).stdout) as Applied;
      assert.equal(
        rotated.results.map(({ action, address }) => `${action} ${address.replace(/-[0-9a-f]{8}$/, "")}`),
        [
          "create gcp/secret-version/default/db",
          "restart gcp/instance/default/shop-main-dfw-1",
          "restart gcp/instance/default/shop-main-dfw-0",
          "delete gcp/secret-version/default/db",
        ],
        "the old version goes when nobody uses it any more",
      );
      assert.equal(await states(), ["ENABLED", "DESTROYED"]);

      await rest("POST", "secrets/e2e-db:setIamPolicy", { policy: { bindings: [] } });
      const drift = await plumbline("drift");
      assert.match(drift.stdout, /gcp\/secret +db\n +accessors/);
      await plumbline("apply");
      assert.equal((await rest("GET", "secrets/e2e-db:getIamPolicy")).bindings, bindings);

      await plumbline("run", "--once", "--log-level", "debug");
      await plumbline("plan", "--output", "markdown");
      await plumbline("status", "--output", "json");
      const metadata = await fetch(`${simulator.url}/compute/v1/projects/test-project/aggregated/instances`);
      const seen = `${said()}\n${await textsIn(join(folder, "state"))}\n${await metadata.text()}`;
      assert.match(seen, "plumbline-secrets", "this is where a secret would be met");
      for (const form of [...formsOf(`${canary}-one`), ...formsOf(`${canary}-two`), keys.key]) {
        assert.not.ok(seen.includes(form), form);
      }
      assert.not.ok((await textsIn(repository)).includes(canary));

      const plain = shopText.replace(/ {14}env:.*\n/, "");
      await commit({ "shop.yaml": plain, "db.yaml": undefined }, "Do without a password");
      assert.is((await plumbline("apply")).code, 0, said());
      assert.equal(await rest("GET", "secrets"), {});
      assert.equal(await rest("GET", "serviceAccounts"), {});
      assert.is((await plumbline("plan")).code, 0);
    }),
  limitMs,
);

test(
  "killed while it adds a version, it goes on with that version; its store lost, it writes nothing",
  async () => {
    let kill: (() => void) | undefined;
    const proxies: ReturnType<typeof createServer>[] = [];
    const through = async (url: string): Promise<string> => {
      const proxy = createServer(async (request, response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const { method = "GET" } = request;
        const body = chunks.length === 0 ? {} : { body: Buffer.concat(chunks) };
        const answer = await fetch(`${url}${request.url}`, { method, ...body });
        const text = await answer.text();
        // The version is there; whoever asked for it never hears of it.
        if (kill !== undefined && request.url?.includes(":addVersion") === true) return kill();
        response.writeHead(answer.status, { "content-type": "application/json" }).end(text);
      });
      proxies.push(proxy);
      await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
      return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    };
    try {
      await onGround(async ({ folder, commit, plumbline, said, states }) => {
        await commit({ ...files, "db.yaml": await sealed(`${canary}-one`) }, "Open the shop");
        const config = join(folder, "plumbline.yaml");
        const daemon = start(["apply", "--config", config], environment);
        kill = () => daemon.signal("SIGKILL");
        assert.is(await daemon.ended, "SIGKILL");
        kill = undefined;
        assert.equal(await states(), ["ENABLED"]);
        assert.is((await plumbline("apply")).code, 0, said());
        assert.equal(await states(), ["ENABLED"], "no second version");
        const fresh = await plumbline("plan", "--state", join(folder, "another"));
        assert.is(fresh.code, 0, fresh.stdout);
      }, through);
    } finally {
      for (const proxy of proxies) {
        proxy.closeAllConnections();
        proxy.close();
      }
    }
  },
  limitMs,
);

test(
  "a Secret in clear text, without its key or with a broken seal changes nothing",
  () =>
    onGround(async ({ folder, commit, plumbline, rest }) => {
      const wrong = [
        [secretText(`${canary}-clear`), /error.*db\.yaml:4|db\.yaml:4/, /secret\/clear-text/],
        [await encryptSops([secretText(canary)], [(await ageKeyPair()).recipient]), /db\.yaml/, /secret\/no-key/],
        [(await sealed(canary)).replace("kind: Secret", "kind: Secret\ntype: Opaque"), /db\.yaml/, /secret\/changed/],
      ] as const;
      for (const [text, place, rule] of wrong) {
        await commit({ ...files, "db.yaml": text }, "Open the shop");
        const applied = await plumbline("apply");
        assert.is(applied.code, 1);
        assert.match(applied.stdout, place);
        assert.match(applied.stdout, rule);
        assert.not.match(applied.stdout, canary);
        assert.equal(await rest("GET", "secrets"), {});
      }
      const config = join(folder, "plumbline.yaml");
      const allowing = { ...JSON.parse(await readFile(config, "utf8")), secrets: { allowClearText: true } } as object;
      await writeFile(config, JSON.stringify(allowing));
      await commit({ ...files, "db.yaml": secretText(`${canary}-clear`) }, "Open the shop");
      const applied = await plumbline("apply");
      assert.is(applied.code, 0, applied.stdout);
      assert.not.match(applied.stdout, canary);
      assert.not.match(await textsIn(join(folder, "state")), canary);
    }),
  limitMs,
);

test.run();

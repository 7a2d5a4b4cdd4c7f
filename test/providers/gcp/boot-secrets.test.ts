import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import * as assert from "uvu/assert";
import { parse } from "yaml";
import { withoutReferences } from "../../../src/core/identity.ts";
import type { Resource } from "../../../src/core/resource.ts";
import type { Fleet } from "../../../src/datum/fleet.ts";
import { inFolder } from "../../support/folder.ts";
import { suite } from "../../support/suite.ts";
import { byName, type Scene, withScene } from "./scene.ts";
import { canary, lookupIn, shopAndMachineFleet, shopFleet, shopWith } from "./secret-manifests.ts";

const test = suite("gcp secrets at boot");
const run = promisify(execFile);
const fleet = shopAndMachineFleet();

interface CloudConfig {
  readonly write_files?: readonly { path: string; content?: string; encoding?: string; permissions: string }[];
  readonly bootcmd?: readonly (readonly string[])[];
}

function metadataOf(resources: readonly Resource[], instance: string): Readonly<Record<string, string>> {
  const { metadata } = withoutReferences(byName(resources, instance).spec) as { metadata: Record<string, string> };
  return metadata;
}

/** The text of a file that cloud-init lays down on the machine of a fleet's first container workload. */
function fileOf(of: Fleet, scene: Scene, path: string): string {
  const text = metadataOf(scene.provider.translate(of), "shop-main-dfw-0")["user-data"] ?? "";
  const file = (parse(text) as CloudConfig).write_files?.find((one) => one.path === path);
  if (file === undefined) throw new Error(`${path} is not laid down`);
  return file.encoding === "b64" ? Buffer.from(file.content ?? "", "base64").toString() : (file.content ?? "");
}

/** A machine's surroundings: its metadata server, and the simulator's Secret Manager, which must be asked with the machine's token. */
async function withMachine(
  scene: Scene,
  metadata: Readonly<Record<string, string>>,
  body: (on: (script: string, root: string) => string) => Promise<void>,
): Promise<void> {
  let refusals = 1;
  const server = createServer(async (request, response) => {
    const path = request.url ?? "";
    const attribute = /\/attributes\/(.+)$/.exec(path)?.[1];
    const answer = (status: number, text: string) => response.writeHead(status).end(text);
    if (path.startsWith("/v1/")) {
      // Rights do not hold at once.
      refusals -= 1;
      if (refusals >= 0 || request.headers.authorization !== "Bearer machine-token") return answer(403, "{}");
      const found = await fetch(`${scene.simulator.url}${path}`);
      return answer(found.status, JSON.stringify(await found.json(), undefined, 2));
    }
    if (request.headers["metadata-flavor"] !== "Google") return answer(403, "");
    if (path.endsWith("/token")) return answer(200, '{"access_token":"machine-token","expires_in":3599}');
    return attribute === undefined || metadata[attribute] === undefined
      ? answer(404, "")
      : answer(200, metadata[attribute]);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const on = (script: string, root: string): string =>
    script
      .replaceAll("http://169.254.169.254", url)
      .replaceAll("https://secretmanager.googleapis.com", url)
      .replaceAll("/run/plumbline", root)
      .replaceAll("sleep 5", "sleep 0.01");
  try {
    await body(on);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8);
}

test("a machine fetches what its workload was given, with its own token, into memory, with its modes", () =>
  withScene(
    async (scene) => {
      await scene.makeAll(fleet);
      const metadata = metadataOf(scene.provider.translate(fleet), "shop-main-dfw-0");
      assert.match(
        metadata["plumbline-secrets"] ?? "",
        /^db=[0-9a-f]{16} registry=[0-9a-f]{16} tls\.example=[0-9a-f]{16}$/,
      );
      await withMachine(scene, metadata, (on) =>
        inFolder(async (folder) => {
          const root = join(folder, "run");
          await run("sh", ["-c", on(fileOf(fleet, scene, "/etc/plumbline/secrets.sh"), root)]);
          const password = await readFile(join(root, "secrets/db/password"), "utf8");
          assert.is(password, `${canary} 'quoted' $HOME "x"\nline two\n`);
          assert.equal(await readdir(join(root, "secrets/db")), ["not.a.variable", "password", "user"]);
          const key = join(root, "volumes/certificates/private/key.pem");
          assert.equal([...(await readFile(key))], [0, 1, 254, 255, 10]);
          assert.is(await readFile(join(root, "volumes/certificates/crt.pem"), "utf8"), "");
          const modes = [key, join(root, "volumes/certificates/crt.pem"), join(root, "volumes/certificates/private")];
          assert.equal(await Promise.all(modes.map(modeOf)), ["400", "440", "755"]);
          assert.equal(await Promise.all([join(root, "secrets"), join(root, "pull"), root].map(modeOf)), [
            "700",
            "700",
            "711",
          ]);
          const config = JSON.parse(await readFile(join(root, "pull/registry/config.json"), "utf8")) as object;
          assert.equal(config, { auths: { "example.com": { auth: canary } } });

          const script = join(folder, "environment.sh");
          await writeFile(script, on(fileOf(fleet, scene, "/etc/plumbline/environment-app.sh"), root));
          const { stdout } = await run("sh", [script, "node", "-p", "JSON.stringify(process.env)"]);
          const { PASSWORD, DB_user, DB_password, DB_not } = JSON.parse(stdout) as Record<string, string>;
          assert.equal([PASSWORD, DB_password, DB_user, DB_not], [password, password, "app", undefined]);
        }),
      );
    },
    {},
    { secrets: lookupIn(fleet) },
  ));

test("a virtual machine links the folder where its manifest says", () =>
  withScene(
    async (scene) => {
      await scene.makeAll(fleet);
      const metadata = metadataOf(scene.provider.translate(fleet), "vm-main-dfw-0");
      const [command] = (parse(metadata["user-data"] ?? "") as CloudConfig).bootcmd ?? [];
      const script = command?.[2] ?? "";
      const base64 = /^echo (\S+) \| base64 -d > \/etc\/plumbline\/secrets\.sh$/m.exec(script)?.[1] ?? "";
      assert.match(script, "ln -sfn /run/plumbline/volumes/login /etc/login");
      assert.match(script, "timeout 300 sh /etc/plumbline/secrets.sh || {");
      await withMachine(scene, metadata, (on) =>
        inFolder(async (root) => {
          await run("sh", ["-c", on(Buffer.from(base64, "base64").toString(), root)]);
          assert.is(await readFile(join(root, "volumes/login/user"), "utf8"), "app");
          assert.is(await modeOf(join(root, "volumes/login/user")), "644");
        }),
      );
    },
    {},
    { secrets: lookupIn(fleet) },
  ));

test("images are pulled with each pull secret in turn, and last without", () =>
  withScene(async (scene) => {
    const unit = fileOf(fleet, scene, "/etc/systemd/system/plumbline-app.service");
    assert.match(unit, "\nTimeoutStartSec=0\nExecStartPre=/bin/sh /etc/plumbline/pull.sh example.com/shop/app:1\n");
    assert.match(unit, "Requires=docker.service plumbline-secrets.service\n");
    assert.match(unit, /\nExecStart=\/bin\/sh \/etc\/plumbline\/environment-app\.sh \/usr\/bin\/docker run --rm /);
    assert.match(unit, " --env=DB_password --env=DB_user --env=MODE=live --env=PASSWORD ");
    assert.match(unit, " --volume=/run/plumbline/volumes/certificates:/etc/tls:ro ");
    await inFolder(async (folder) => {
      // A docker that knows no image and lets in whoever brings the pull secret.
      await mkdir(join(folder, "bin"));
      const docker = `#!/bin/sh\necho "$*" >>${folder}/calls\n[ "$1" = --config ]\n`;
      await writeFile(join(folder, "bin/docker"), docker, { mode: 0o755 });
      const env = { PATH: `${join(folder, "bin")}:${process.env.PATH ?? ""}` };
      const script = join(folder, "pull.sh");
      await writeFile(script, fileOf(fleet, scene, "/etc/plumbline/pull.sh"));
      await run("sh", [script, "example.com/shop/app:1"], { env });
      assert.equal((await readFile(join(folder, "calls"), "utf8")).split("\n").slice(0, -1), [
        "image inspect example.com/shop/app:1",
        "--config /run/plumbline/pull/registry pull example.com/shop/app:1",
      ]);
    });
  }));

test("arguments that name a secret are added by the script, and stand in no unit", () =>
  withScene(async (scene) => {
    const image = "image: example.com/shop/app:1\n";
    const told = shopWith(image, `${image}              args: ["--mode=$(MODE)", "--password=$(PASSWORD)"]\n`);
    const unit = fileOf(told, scene, "/etc/systemd/system/plumbline-app.service");
    assert.match(unit, / example\.com\/shop\/app:1\nExecStop=/);
    const script = fileOf(told, scene, "/etc/plumbline/environment-app.sh");
    assert.match(script, `\nexec "$@" --mode=live --password="\${value_1}"\n`);
    const plain = shopWith(image, `${image}              args: ["--mode=$(MODE)"]\n`);
    const other = fileOf(plain, scene, "/etc/systemd/system/plumbline-app.service");
    assert.match(other, / example\.com\/shop\/app:1 --mode=live\nExecStop=/);
  }));

test("what a machine is told is the same byte for byte, and holds no secret", () =>
  withScene(async (scene) => {
    const texts = [shopFleet(), shopFleet()].map((each) =>
      JSON.stringify(metadataOf(scene.provider.translate(each), "shop-main-dfw-0")),
    );
    assert.is(texts[0], texts[1]);
    assert.not.match(texts[0] ?? "", canary);
    const rotated = metadataOf(scene.provider.translate(shopFleet("other")), "shop-main-dfw-0");
    assert.is(rotated["user-data"], metadataOf(scene.provider.translate(fleet), "shop-main-dfw-0")["user-data"]);
  }));

const wrong: readonly (readonly [string, string, string, string])[] = [
  ["a key that is not there", "key: password", "key: pasword", "gcp/secret-key-missing"],
  ["a file of no key", "key: tls.crt", "key: tls.cert", "gcp/secret-key-missing"],
  ["a variable that no shell knows", "name: PASSWORD", "name: pass.word", "gcp/secret-variable"],
  [
    "a pull secret without credentials",
    "imagePullSecrets: [{ name: registry }]",
    "imagePullSecrets: [{ name: db }]",
    "gcp/pull-secret",
  ],
];
for (const [title, from, to, rule] of wrong) {
  test(`${title} is told on its line`, () =>
    withScene(async ({ provider }) => {
      const problems = provider.problems?.(shopWith(from, to)) ?? [];
      assert.equal(
        problems.map((problem) => `${problem.severity} ${problem.rule} ${problem.file}`),
        [`error ${rule} 2.yaml`],
      );
    }));
}

test("what Secret Manager cannot hold is told before it is written", () =>
  withScene(async ({ provider }) => {
    const problems = provider.problems?.(shopFleet("x".repeat(50_000))) ?? [];
    assert.equal(
      problems.map(({ rule }) => rule),
      ["gcp/secret-too-large"],
    );
  }));

test.run();

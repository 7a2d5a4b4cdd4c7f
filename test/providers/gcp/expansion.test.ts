import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import * as assert from "uvu/assert";
import { environmentOf, wordsOf } from "../../../src/providers/gcp/boot/environment.ts";
import { expand, type Part } from "../../../src/providers/gcp/boot/expansion.ts";
import { environmentText } from "../../../src/providers/gcp/boot/secrets.ts";
import { inFolder } from "../../support/folder.ts";
import { suite } from "../../support/suite.ts";
import { shopFleet } from "./secret-manifests.ts";

const test = suite("gcp variables in texts");
const run = promisify(execFile);
const secret = { secret: "db", key: "password" };
const known: Readonly<Record<string, readonly Part[]>> = { A: ["a"], EMPTY: [""], PW: [secret] };

for (const [text, ...parts] of [
  ["plain $HOME {A} $", "plain $HOME {A} $"],
  ["$(A)-$(A)", "a-a"],
  ["$(NONE) $(", "$(NONE) $("],
  ["$$(A) $$$(A) 5$$", "$(A) $a 5$"],
  ["$(EMPTY)", ""],
  ["u:$(PW)@h", "u:", secret, "@h"],
  ["$(PW)$(PW)", secret, secret],
  ["", ""],
] as const)
  test(`${JSON.stringify(text)} becomes ${JSON.stringify(parts)}`, () => {
    assert.equal(
      expand(text, (name) => known[name]),
      parts,
    );
  });

const container = {
  env: [
    { name: "EARLY", value: "$(LATE)" },
    { name: "USER", value: "me" },
    { name: "PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "password" } } },
    { name: "URL", value: "postgres://$(USER):$(PASSWORD)@db/$$(x)" },
    { name: "LATE", value: "late" },
  ],
  command: ["/bin/run"],
  args: ["--user=$(USER)", "--url=$(URL)", "it's $HOME"],
};

test("a variable may name those above it, arguments may name all, and secrets stay at their place until the machine boots", () => {
  const [deployment] = shopFleet().deployments;
  assert.ok(deployment);
  assert.equal(environmentOf(container, deployment, ""), [
    { name: "EARLY", value: "$(LATE)" },
    { name: "LATE", value: "late" },
    { name: "PASSWORD", parts: [secret] },
    { name: "URL", parts: ["postgres://me:", secret, "@db/$(x)"] },
    { name: "USER", value: "me" },
  ]);
  assert.equal(wordsOf(container.args, container, deployment, ""), [
    ["--user=me"],
    ["--url=postgres://me:", secret, "@db/$(x)"],
    ["it's $HOME"],
  ]);
});

test("the script puts secrets into variables and words as they are", () =>
  inFolder(async (folder) => {
    const [deployment] = shopFleet().deployments;
    assert.ok(deployment);
    const variables = environmentOf(container, deployment, "").flatMap((one) => ("parts" in one ? [one] : []));
    const words = wordsOf(container.args, container, deployment, "");
    const password = 'h\'u "n" $HOME `id` \\\n';
    await mkdir(join(folder, "secrets/db"), { recursive: true });
    await writeFile(join(folder, "secrets/db/password"), password);
    const script = join(folder, "environment.sh");
    await writeFile(script, environmentText(variables, words).replaceAll("/run/plumbline", folder));
    const show = "JSON.stringify([process.env.PASSWORD, process.env.URL, ...process.argv.slice(1)])";
    const { stdout } = await run("sh", [script, "node", "-p", show, "--"]);
    const url = `postgres://me:${password}@db/$(x)`;
    assert.equal(JSON.parse(stdout), [password, url, "--user=me", `--url=${url}`, "it's $HOME"]);
  }));

test.run();
